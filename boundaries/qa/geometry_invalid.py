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

NOTHING_LEFT = "Nothing left on the grid"
PARTS_LOST = "Parts fell together on the grid"
ROUNDED = "Touches itself on the grid"

# The first three are Patok's own; the others are the terms of GEOS (TopologyValidationError).
WORDS: dict[str, Text] = {
    NOTHING_LEFT: Text(
        en="the whole outline is smaller than the coordinate grid of 0.1 m",
        id="seluruh batas lebih kecil daripada kisi koordinat 0,1 m",
    ),
    PARTS_LOST: Text(
        en="parts or holes smaller than the coordinate grid of 0.1 m were left out",
        id="bagian atau lubang yang lebih kecil daripada kisi koordinat 0,1 m tidak disertakan",
    ),
    ROUNDED: Text(
        en="valid in the file; on the coordinate grid of 0.1 m the outline touches itself, nothing to mend",
        id="sah dalam berkas; pada kisi koordinat 0,1 m batas menyentuh dirinya, tidak perlu diperbaiki",
    ),
    "Self-intersection": Text(en="the outline crosses itself", id="batas memotong dirinya sendiri"),
    "Ring Self-intersection": Text(en="the outline touches itself", id="batas menyentuh dirinya sendiri"),
    "Hole lies outside shell": Text(en="a hole lies outside", id="ada lubang yang terletak di luar"),
    "Holes are nested": Text(en="a hole lies in a hole", id="ada lubang di dalam lubang"),
    "Nested shells": Text(en="one part lies in another", id="ada bagian di dalam bagian lain"),
    "Interior is disconnected": Text(
        en="the holes cut the area into pieces", id="lubang-lubangnya membelah area menjadi beberapa bagian"
    ),
    "Duplicate Rings": Text(en="one ring is there twice", id="ada cincin yang tergambar dua kali"),
}


def run(view: CandidateView, parameters: dict[str, float]) -> QaOutcome:
    """Broken in the file: an error. Broken only by the rounding to the grid: an info."""
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
        reason = NOTHING_LEFT
    elif not outline.is_valid:
        reason = said["reason"] if said else ""
        if note.get("made_invalid"):
            reason, severity = ROUNDED, "info"
    else:
        reason, severity, place = PARTS_LOST, "info", shapely.point_on_surface(outline)
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
        en="{area_code} (row {file_row}): {reason}.",
        id="{area_code} (baris {file_row}): {reason}.",
    ),
    remedy=Text(
        en="Redraw the outline at the marked place so that it neither crosses nor touches itself.",
        id="Gambar ulang batas di tempat yang ditandai agar tidak memotong atau menyentuh dirinya sendiri.",
    ),
    parameters={},
    run=run,
    words=WORDS,
)
