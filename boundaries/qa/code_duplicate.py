"""CODE_DUPLICATE: one code on several areas of a level. Its rows are withheld; this is never forced."""

from __future__ import annotations

import shapely

from boundaries.qa.protocol import CandidateView, QaCheck, QaFinding, QaOutcome, decide
from geo.text import Text

CODE = "CODE_DUPLICATE"
VERSION = 1


def run(view: CandidateView, parameters: dict[str, float]) -> QaOutcome:
    """One finding per code, with its rows and a point in each of its areas."""
    findings: list[QaFinding] = []
    for level in view.levels():
        table = view.tables[level]
        rows_of: dict[str, list[int]] = {}
        for row, code in enumerate(table.codes):
            rows_of.setdefault(code, []).append(row)
        for code, rows in rows_of.items():
            if len(rows) == 1:
                continue
            points = shapely.point_on_surface(table.geometries[rows])
            file_rows = sorted(table.file_rows[row] for row in rows)
            findings.append(
                QaFinding(
                    check_code=CODE,
                    check_version=VERSION,
                    severity="error",
                    level=level,
                    area_code=code,
                    other_code=None,
                    evidence={
                        "count": len(rows),
                        "file_row": file_rows[0],
                        "file_rows": file_rows,
                        "rows": ", ".join(map(str, file_rows)),
                    },
                    geometry=shapely.MultiPoint(list(points[~shapely.is_empty(points)])),
                )
            )
    return decide(findings, view)


CHECK = QaCheck(
    code=CODE,
    version=VERSION,
    severity="error",
    title=Text(en="Code used more than once", id="Kode dipakai lebih dari sekali"),
    message=Text(
        en="The code {area_code} is on {count} areas (rows {rows}).",
        id="Kode {area_code} dipakai oleh {count} area (baris {rows}).",
    ),
    remedy=Text(
        en="Give each area its own code, or join the pieces to one area. "
        "Until then all of them are withheld from the release.",
        id="Beri tiap area kodenya sendiri, atau gabungkan menjadi satu area. "
        "Sampai saat itu semuanya ditahan dari rilis.",
    ),
    parameters={},
    run=run,
)
