"""One household, recorded at two places that no accuracy explains."""

from __future__ import annotations

import numpy as np

from geo.checks.household_pairs import MOST_RECORDS, MOVED_M, household_pairs
from geo.checks.protocol import Check, Outcomes, Scope, Severity, Subject, Values
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where another record of the household lies farther off than ``moved_m`` and both 95 % radii."""
    pairs = household_pairs(subject, values)
    return Outcomes.of(
        pairs.moved,
        Severity.REVIEW,
        pairs.not_assessed,
        lambda rows: {"records": pairs.records[rows], "apart_m": np.round(pairs.apart_m[rows], 1)},
    )


CHECK = Check(
    code="HOUSEHOLD_MOVED",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Household at two places", id="Keluarga di dua tempat"),
    message=Text(
        en="The household has {records} records, up to {apart_m:.0f} m apart: more than their accuracies "
        "explain.",
        id="Keluarga ini memiliki {records} catatan, berjarak sampai {apart_m:.0f} m: lebih dari yang "
        "dijelaskan "
        "akurasinya.",
    ),
    remedy=Text(
        en="Ask whether the household moved and record the reason, or see which of the points is its own.",
        id="Tanyakan apakah keluarga pindah dan catat alasannya, atau periksa titik mana yang miliknya.",
    ),
    decide=decide,
    reads=("household_key", "relocation_reason"),
    parameters={"moved_m": MOVED_M, "most_records": MOST_RECORDS},
    scope=Scope.HOUSEHOLD,
)
