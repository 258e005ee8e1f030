"""One household, recorded twice at two places that are near each other."""

from __future__ import annotations

import numpy as np

from geo.checks.household_pairs import MOST_RECORDS, MOVED_M, household_pairs
from geo.checks.protocol import Check, Outcomes, Scope, Severity, Subject, Values
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where another record of the household has another place, and none is as far as HOUSEHOLD_MOVED.

    Revisions of one item are one record. Records at one and the same place do not contradict each other.
    """
    pairs = household_pairs(subject, values)
    return Outcomes.of(
        ~np.isnan(pairs.apart_m) & ~pairs.moved,
        Severity.REVIEW,
        pairs.not_assessed,
        lambda rows: {"records": pairs.records[rows], "apart_m": np.round(pairs.apart_m[rows], 1)},
    )


CHECK = Check(
    code="DUPLICATE_HOUSEHOLD",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Household recorded twice", id="Keluarga tercatat dua kali"),
    message=Text(
        en="The household has {records} records, up to {apart_m:.0f} m apart.",
        id="Keluarga ini memiliki {records} catatan, berjarak sampai {apart_m:.0f} m.",
    ),
    remedy=Text(
        en="See which record holds, and whether the key belongs to two households.",
        id="Periksa catatan mana yang berlaku, dan apakah kuncinya milik dua keluarga.",
    ),
    decide=decide,
    reads=("household_key", "relocation_reason"),
    parameters={"moved_m": MOVED_M, "most_records": MOST_RECORDS},
    scope=Scope.HOUSEHOLD,
)
