"""GEOMETRY_INVALID: an outline that crosses or touches itself, or that is too small for the grid."""

from __future__ import annotations

import re

import numpy as np
import shapely

from boundaries.areas import ROUNDING_ATTRIBUTE, AreaTable
from boundaries.qa.protocol import CandidateView, QaCheck, QaFinding, QaOutcome, Severity, decide
from geo.text import Text

CODE = "GEOMETRY_INVALID"
VERSION = 1

_PLACE = re.compile(r"^(?P<reason>[^\[]*?)\s*(?:\[(?P<x>[-0-9.e+]+) (?P<y>[-0-9.e+]+)\])?$")


def run(view: CandidateView, parameters: dict[str, float]) -> QaOutcome:
    """An outline that was broken in the file is an error; one that only the grid's rounding broke, an info."""
    findings: list[QaFinding] = []
    for level in view.levels():
        table = view.tables[level]
        suspects = set(np.flatnonzero(view.coverage(level).repaired).tolist())
        suspects |= {row for row, kept in enumerate(table.attributes) if ROUNDING_ATTRIBUTE in kept}
        suspects |= set(np.flatnonzero(shapely.is_empty(table.geometries)).tolist())
        findings += [_finding(table, row) for row in sorted(suspects)]
    return decide(findings, view)


def _finding(table: AreaTable, row: int) -> QaFinding:
    outline = table.geometries[row]
    note = table.attributes[row].get(ROUNDING_ATTRIBUTE, {})
    lost = int(note.get("lost_parts", 0)), int(note.get("lost_holes", 0))
    said = _PLACE.match(shapely.is_valid_reason(outline))
    place = shapely.Point(float(said["x"]), float(said["y"])) if said and said["x"] else None
    severity: Severity = "error"
    if outline.is_empty:
        reason = "Nothing left on the grid"
    elif not outline.is_valid:
        reason = said["reason"] if said else ""
        severity = "info" if note.get("made_invalid") else "error"
    else:
        reason, severity, place = "Parts fell together on the grid", "info", shapely.point_on_surface(outline)
    return QaFinding(
        check_code=CODE,
        check_version=VERSION,
        severity=severity,
        level=table.level,
        area_code=table.codes[row],
        other_code=None,
        evidence={
            "reason": reason,
            "file_row": table.file_rows[row],
            "by_rounding": bool(note),
            "lost_parts": lost[0],
            "lost_holes": lost[1],
        },
        geometry=place,
    )


CHECK = QaCheck(
    code=CODE,
    version=VERSION,
    severity="error",
    title=Text(en="Outline not valid", id="Batas area tidak sah"),
    message=Text(
        en="The outline of {area_code} (row {file_row}) is not valid (GEOS: {reason}).",
        id="Batas {area_code} (baris {file_row}) tidak sah (GEOS: {reason}).",
    ),
    remedy=Text(
        en="Redraw the outline at the marked place so that it neither crosses nor touches itself.",
        id="Gambar ulang batas di tempat yang ditandai agar tidak memotong atau menyentuh dirinya sendiri.",
    ),
    parameters={},
    run=run,
)
