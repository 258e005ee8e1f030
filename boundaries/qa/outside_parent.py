"""OUTSIDE_PARENT: an area that lies elsewhere than the parent that its code names."""

from __future__ import annotations

import numpy as np
import shapely

from boundaries.qa.measure import distance_m
from boundaries.qa.protocol import CandidateView, QaCheck, QaFinding, QaOutcome, decide, not_assessed
from geo.levels import Level
from geo.text import Text

CODE = "OUTSIDE_PARENT"
VERSION = 1


def run(view: CandidateView, parameters: dict[str, float]) -> QaOutcome:
    """A point on the area's surface is not in the parent's polygon. Orphans are left to ORPHAN_AREA."""
    findings: list[QaFinding] = []
    assessed = False
    for level in view.levels():
        up = view.parent_level(level)
        if up is not None:
            assessed = True
            findings += _outside(view, level, up)
    return decide(findings, view, measured=True) if assessed else not_assessed("parent_level_not_loaded")


def _outside(view: CandidateView, level: Level, up: Level) -> list[QaFinding]:
    table, shapes, parent_shapes = view.tables[level], view.coverage(level).shapes, view.coverage(up).shapes
    rows_of_parent: dict[str, list[int]] = {}
    for row, code in enumerate(view.tables[up].codes):
        rows_of_parent.setdefault(code, []).append(row)
    shapely.prepare(parent_shapes)
    points = shapely.point_on_surface(shapes)
    findings = []
    for row, code in enumerate(table.codes):
        parent = view.scheme.parent_code(code, up)
        parents = parent_shapes[rows_of_parent.get(parent, [])]
        if len(parents) == 0 or points[row].is_empty or np.any(shapely.covers(parents, points[row])):
            continue
        findings.append(
            QaFinding(
                check_code=CODE,
                check_version=VERSION,
                severity="error",
                level=level,
                area_code=code,
                other_code=parent,
                evidence={
                    "file_row": table.file_rows[row],
                    "parent_level": str(up),
                    "distance_m": round(min(distance_m(points[row], shape) for shape in parents), 1),
                },
                geometry=points[row],
            )
        )
    return findings


CHECK = QaCheck(
    code=CODE,
    version=VERSION,
    severity="error",
    title=Text(en="Area outside its parent", id="Area di luar induknya"),
    message=Text(
        en="{area_code} (row {file_row}) lies {distance_m:.0f} m outside {other_code}, its {parent_level}.",
        id="{area_code} (baris {file_row}) berada {distance_m:.0f} m di luar {other_code}, "
        "{parent_level}-nya.",
    ),
    remedy=Text(
        en="Correct the code, or redraw the area or its parent so that the one lies in the other.",
        id="Perbaiki kodenya, atau gambar ulang area atau induknya agar area berada di dalam induk.",
    ),
    parameters={},
    run=run,
)
