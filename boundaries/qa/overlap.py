"""OVERLAP: land that two areas of one level both hold."""

from __future__ import annotations

from typing import Any

import numpy as np

from boundaries.qa.coverage import LevelCoverage, polygonal
from boundaries.qa.measure import areas_m2, mean_widths_m
from boundaries.qa.protocol import CandidateView, QaCheck, QaFinding, QaOutcome, decide
from geo.floors import floor_of
from geo.parameters import Parameter
from geo.text import Text

CODE = "OVERLAP"
VERSION = 1


def run(view: CandidateView, parameters: dict[str, float]) -> QaOutcome:
    """One finding per pair: an error above ``blocking_m2``, an info down to ``noise_m2``."""
    findings: list[QaFinding] = []
    for level in view.levels():
        coverage = view.coverage(level)
        pairs = _on_one_floor(coverage.table.attributes, coverage.overlapping_pairs)
        if len(pairs) == 0:
            continue
        shared = coverage.shared_land(pairs)
        areas = areas_m2(shared)
        seen = areas > parameters["noise_m2"]
        findings += _findings(coverage, pairs[seen], shared[seen], areas[seen], parameters["blocking_m2"])
    return decide(findings, view, measured=True)


def _on_one_floor(attributes: list[dict[str, Any]], pairs: np.ndarray) -> np.ndarray:
    """The pairs that may not overlap. Areas on different floors may lie above each other."""
    kept = [floor_of(attributes[one]) == floor_of(attributes[other]) for one, other in pairs.tolist()]
    return np.asarray(pairs[np.array(kept, dtype=bool)])


def _findings(
    coverage: LevelCoverage, pairs: np.ndarray, shared: np.ndarray, areas: np.ndarray, blocking_m2: float
) -> list[QaFinding]:
    table = coverage.table
    # Neighbours share lines too, where they only touch; these are no part of what is too much.
    shapes = np.array([polygonal(shape) for shape in shared], dtype=object)
    widths = mean_widths_m(shapes, areas)
    findings = []
    for (one, other), shape, area, width in zip(pairs.tolist(), shapes, areas, widths, strict=True):
        first, second = sorted((one, other), key=lambda row: (table.codes[row], table.file_rows[row]))
        findings.append(
            QaFinding(
                check_code=CODE,
                check_version=VERSION,
                severity="error" if area > blocking_m2 else "info",
                level=table.level,
                area_code=table.codes[first],
                other_code=table.codes[second],
                evidence={
                    "area_m2": round(float(area), 3),
                    "width_m": round(float(width), 3),
                    "file_row": table.file_rows[first],
                    "other_file_row": table.file_rows[second],
                    "measured_on_repaired_copy": bool(coverage.repaired[one] or coverage.repaired[other]),
                },
                geometry=shape,
            )
        )
    return findings


CHECK = QaCheck(
    code=CODE,
    version=VERSION,
    severity="error",
    title=Text(en="Areas overlap", id="Area bertampalan"),
    message=Text(
        en="{area_code} and {other_code} overlap by {area_m2:.1f} m2, {width_m:.2f} m wide on average.",
        id="{area_code} dan {other_code} bertampalan {area_m2:.1f} m2, lebar rata-rata {width_m:.2f} m.",
    ),
    remedy=Text(
        en="Draw one common border for the two areas, with the same vertices in both.",
        id="Gambar satu batas bersama untuk kedua area, dengan titik sudut yang sama pada keduanya.",
    ),
    parameters={
        "blocking_m2": Parameter(
            1.0, "m2", "The office's own count of overlaps and gaps of its layers starts at 1 m2."
        ),
        "noise_m2": Parameter(
            0.01, "m2", "A cell of the coordinate grid (1e-6 degree) is 0.0123 m2; less is rounding."
        ),
    },
    run=run,
)
