"""A position that is older than the geotag that carries it, or that two households carry."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.checks.groups import Groups, as_numbers, households
from geo.checks.protocol import Check, Outcomes, Scope, Severity, Subject, Values
from geo.checks.tracks import track_keys
from geo.parameters import Parameter
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where the fix is more than ``older_s`` older, or one device gave it to two households."""
    geotags = subject.geotags
    fixed, timed = ~np.isnat(geotags.fix_at), ~np.isnat(geotags.captured_at)
    age_s = (geotags.captured_at - geotags.fix_at) / np.timedelta64(1, "s")
    n_households = _households_of_fix(subject, fixed)
    return Outcomes.of(
        (age_s > values["older_s"]) | (n_households > 1),
        Severity.REVIEW,
        {"no_fix_time": ~fixed, "no_capture_time": ~timed},
        lambda rows: {"age_s": np.round(age_s[rows]), "households": n_households[rows]},
    )


def _households_of_fix(subject: Subject, fixed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many households carry the fix of each geotag; 1 where the enumerator is not known."""
    geotags = subject.geotags
    counted = np.ones(len(geotags), np.int64)
    named = pc.not_equal(geotags.enumerator_id, "").to_numpy(False)
    rows = np.flatnonzero(fixed & named)
    order = np.lexsort((geotags.fix_at[rows].astype(np.int64), track_keys(subject, rows)))
    keys = np.column_stack([track_keys(subject, rows), geotags.fix_at[rows].astype(np.int64)])[order]
    new = np.r_[True, (np.diff(keys, axis=0) != 0).any(axis=1)][: len(rows)]
    fixes = Groups.by(np.cumsum(new), rows[order], least=2)
    different = fixes.distinct(as_numbers(households(geotags, fixes.rows)))
    counted[fixes.rows] = different[fixes.group_of]
    return counted


CHECK = Check(
    code="STALE_FIX",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="An old position", id="Posisi lama"),
    message=Text(
        en="The position is {age_s:.0f} s older than the geotag; households with this same position: "
        "{households}.",
        id="Posisinya {age_s:.0f} detik lebih lama daripada geotag; keluarga dengan posisi yang sama: "
        "{households}.",
    ),
    remedy=Text(
        en="The device may have given a position that it kept from before; take the geotag again.",
        id="Perangkat mungkin memberi posisi simpanan; ambil ulang geotagnya.",
    ),
    decide=decide,
    reads=("household_key", "enumerator_id", "device_id", "captured_at", "fix_at"),
    parameters={
        "older_s": Parameter(120.0, "s", "catalogue of checks", least=0.0),
    },
    scope=Scope.ENUMERATOR,
)
