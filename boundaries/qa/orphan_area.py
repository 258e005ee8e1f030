"""ORPHAN_AREA: an area whose parent, by its code, is not in the nearest loaded level above."""

from __future__ import annotations

import shapely

from boundaries.qa.protocol import CandidateView, QaCheck, QaFinding, QaOutcome, decide, not_assessed
from geo.text import Text

CODE = "ORPHAN_AREA"
VERSION = 1


def run(view: CandidateView, parameters: dict[str, float]) -> QaOutcome:
    """The highest loaded level has no parents to look for; alone, the check is not assessed."""
    findings: list[QaFinding] = []
    assessed = False
    for level in view.levels():
        up = view.parent_level(level)
        if up is None:
            continue
        assessed = True
        parents = set(view.tables[up].codes)
        table = view.tables[level]
        for row, code in enumerate(table.codes):
            parent = view.scheme.parent_code(code, up)
            # A malformed code says nothing about its parent: CODE_SHAPE reports it.
            if parent in parents or not view.scheme.is_code(code, level):
                continue
            outline = table.geometries[row]
            findings.append(
                QaFinding(
                    check_code=CODE,
                    check_version=VERSION,
                    severity="error",
                    level=level,
                    area_code=code,
                    other_code=parent,
                    evidence={"file_row": table.file_rows[row], "parent_level": str(up)},
                    geometry=None if outline.is_empty else shapely.point_on_surface(outline),
                )
            )
    return decide(findings, view) if assessed else not_assessed("parent_level_not_loaded")


CHECK = QaCheck(
    code=CODE,
    version=VERSION,
    severity="error",
    title=Text(en="Area without its parent", id="Area tanpa induk"),
    message=Text(
        en="{area_code} (row {file_row}) belongs to {other_code}, which is not in the {parent_level} level.",
        id="{area_code} (baris {file_row}) termasuk {other_code}, yang tidak ada di tingkat {parent_level}.",
    ),
    remedy=Text(
        en="Add the missing parent area, or correct the code.",
        id="Tambahkan area induk yang hilang, atau perbaiki kodenya.",
    ),
    parameters={},
    run=run,
)
