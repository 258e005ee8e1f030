"""CODE_SHAPE: a code that is not written as the scheme writes the codes of its level."""

from __future__ import annotations

import shapely

from boundaries.qa.protocol import CandidateView, QaCheck, QaFinding, QaOutcome, decide
from geo.text import Text

CODE = "CODE_SHAPE"
VERSION = 1


def run(view: CandidateView, parameters: dict[str, float]) -> QaOutcome:
    """One finding per area whose code has a wrong width or a character that does not belong in it."""
    findings: list[QaFinding] = []
    for level in view.levels():
        table, width = view.tables[level], view.scheme.widths[level]
        for row, code in enumerate(table.codes):
            if view.scheme.is_code(code, level):
                continue
            outline = table.geometries[row]
            findings.append(
                QaFinding(
                    check_code=CODE,
                    check_version=VERSION,
                    severity="error",
                    level=level,
                    area_code=code,
                    other_code=None,
                    evidence={
                        "file_row": table.file_rows[row],
                        "characters": len(code),
                        "wanted_characters": width,
                    },
                    geometry=None if outline.is_empty else shapely.point_on_surface(outline),
                )
            )
    return decide(findings, view)


CHECK = QaCheck(
    code=CODE,
    version=VERSION,
    severity="error",
    title=Text(en="Code not of its level's form", id="Bentuk kode tidak sesuai tingkatnya"),
    message=Text(
        en="The code {area_code} (row {file_row}) is not a {level} code of {wanted_characters} characters.",
        id="Kode {area_code} (baris {file_row}) bukan kode {level} {wanted_characters} karakter.",
    ),
    remedy=Text(
        en="Correct the code in the layer; compare it with the master list of areas.",
        id="Perbaiki kodenya di lapisan; cocokkan dengan daftar induk wilayah.",
    ),
    parameters={},
    run=run,
)
