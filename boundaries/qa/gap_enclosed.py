"""GAP_ENCLOSED: land in no area, with areas of the level all around it."""

from __future__ import annotations

from boundaries.qa.coverage import LevelCoverage
from boundaries.qa.measure import areas_m2, mean_widths_m
from boundaries.qa.protocol import CandidateView, QaCheck, QaFinding, QaOutcome, decide
from geo.parameters import Parameter
from geo.text import Text

CODE = "GAP_ENCLOSED"
VERSION = 1

NAMED_NEIGHBOURS = 6
"""How many of a gap's neighbours a finding names: enough for any sliver; a lake may have a hundred."""


def run(view: CandidateView, parameters: dict[str, float]) -> QaOutcome:
    """Each interior ring of the union of a level: an error above ``blocking_m2``, else an info."""
    findings: list[QaFinding] = []
    for level in view.levels():
        findings += _gaps(view.coverage(level), parameters)
    return decide(findings, view, measured=True)


def _gaps(coverage: LevelCoverage, parameters: dict[str, float]) -> list[QaFinding]:
    table = coverage.table
    areas = areas_m2(coverage.holes)
    seen = areas > parameters["noise_m2"]
    holes, areas = coverage.holes[seen], areas[seen]
    widths = mean_widths_m(holes, areas)
    findings = []
    for hole, area, width, rows in zip(holes, areas, widths, coverage.neighbours(holes), strict=True):
        codes = list(dict.fromkeys(table.codes[row] for row in rows))
        findings.append(
            QaFinding(
                check_code=CODE,
                check_version=VERSION,
                severity="error" if area > parameters["blocking_m2"] else "info",
                level=table.level,
                area_code=codes[0],
                other_code=codes[1] if len(codes) > 1 else None,
                evidence={
                    "area_m2": round(float(area), 3),
                    "width_m": round(float(width), 3),
                    "neighbours": ", ".join(codes[:NAMED_NEIGHBOURS]),
                    "neighbours_count": len(codes),
                    "file_row": table.file_rows[rows[0]],
                },
                geometry=hole,
            )
        )
    return findings


CHECK = QaCheck(
    code=CODE,
    version=VERSION,
    severity="error",
    title=Text(en="Enclosed gap", id="Celah terkurung"),
    message=Text(
        en="{area_m2:.1f} m2 of land enclosed by {neighbours} is in no area "
        "({width_m:.2f} m wide on average).",
        id="{area_m2:.1f} m2 lahan di antara {neighbours} tidak masuk area mana pun "
        "(lebar rata-rata {width_m:.2f} m).",
    ),
    remedy=Text(
        en="Give the land to one of its neighbours, or add the missing area; "
        "a true lake or enclave can be published with a reason.",
        id="Masukkan lahan itu ke salah satu tetangganya, atau tambahkan area yang hilang; "
        "danau atau enklave yang benar dapat diterbitkan dengan alasan.",
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
