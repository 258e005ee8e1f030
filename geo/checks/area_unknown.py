"""An assigned code that the release does not have at its level."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.checks.outside import candidates_of
from geo.checks.protocol import Check, Columns, Outcomes, Severity, Subject, Values
from geo.checks.retired import is_retired
from geo.membership import is_withheld
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where the code is not in the release; withheld codes are not assessed."""
    geotags, scheme = subject.geotags, subject.frame.scheme
    # One finding for one fact: codes of an earlier period are AREA_RETIRED.
    unknown = (subject.membership.row < 0) & ~is_retired(subject)

    def evidence(rows: NDArray[np.int64]) -> Columns:
        codes = geotags.assigned_area.take(rows).to_pylist()
        return {
            "damage": [scheme.damage(code, subject.level) or "" for code in codes],
            "candidates": candidates_of(subject, rows),
        }

    withheld = is_withheld(geotags.assigned_area, subject.frame)
    return Outcomes.of(unknown, Severity.REVIEW, {"area_withheld": unknown & withheld}, evidence)


CHECK = Check(
    code="AREA_UNKNOWN",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Assigned area not in the frame", id="Wilayah tugas tidak ada dalam kerangka"),
    message=Text(
        en="The assigned code is not in this release of the frame.",
        id="Kode wilayah tugas tidak ada dalam rilis kerangka ini.",
    ),
    remedy=Text(
        en="Look for a typing slip or a number format that cut the code; the areas near the point are "
        "listed.",
        id="Periksa salah ketik atau format angka yang memotong kode; wilayah di dekat titik tercantum.",
    ),
    decide=decide,
    exemptible=False,
)
