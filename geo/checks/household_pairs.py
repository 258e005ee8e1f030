"""Records of one household, two by two: what the checks of repeated households share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.checks.duplicate_coordinate import coordinate_keys
from geo.checks.groups import Groups, as_numbers
from geo.checks.protocol import Subject, Values
from geo.geodesy import geodesic_m
from geo.parameters import Parameter

MOST_RECORDS = Parameter(
    20, "", "a key on more records than this is a placeholder, as 0 or 9999, and no household's", least=2
)
MOVED_M = Parameter(100.0, "m", "catalogue of checks", least=0.0)


@dataclass(frozen=True, eq=False)
class HouseholdPairs:
    """What the other records of its household say of each geotag. All of shape (n,).

    ``apart_m`` is the largest distance to one at another place, NaN without one; ``moved`` whether one lies
    farther off than both accuracies and ``MOVED_M`` explain; ``records`` how many the household has.
    """

    apart_m: NDArray[np.float64]
    moved: NDArray[np.bool_]
    records: NDArray[np.int64]
    not_assessed: dict[str, NDArray[np.bool_]]


def household_pairs(subject: Subject, values: Values) -> HouseholdPairs:
    """Compare the records of each household: other items, at another place, without a recorded relocation."""
    geotags = subject.geotags
    n = len(geotags)
    no_key = pc.equal(geotags.household_key, "").to_numpy(False)
    relocated = pc.not_equal(geotags.relocation_reason, "").to_numpy(False)
    records, shared = np.ones(n, np.int64), np.zeros(n, np.bool_)
    keyed = np.flatnonzero(~no_key)
    groups = Groups.by(as_numbers(geotags.household_key.take(pa.array(keyed))), keyed, least=2)
    items = as_numbers(geotags.item_id.take(pa.array(groups.rows)))
    records[groups.rows] = groups.distinct(items)[groups.group_of]
    shared[groups.rows] = records[groups.rows] > values["most_records"]

    rows = groups.rows
    compared = (subject.usable & ~relocated & ~shared)[rows]
    some = Groups.by(groups.group_of[compared], rows[compared], least=2)
    one, other = _pairs(some)
    lon, lat = geotags.lon, geotags.lat
    keys = np.zeros((n, 2), np.int64)
    keys[some.rows] = coordinate_keys(lon[some.rows], lat[some.rows])
    item_of = np.zeros(n, np.int64)
    item_of[groups.rows] = items
    differ = (keys[one] != keys[other]).any(axis=1) & (item_of[one] != item_of[other])
    one, other = one[differ], other[differ]
    metres = geodesic_m(lon[one], lat[one], lon[other], lat[other])
    beyond = metres > values["moved_m"] + subject.r95_m[one] + subject.r95_m[other]
    apart_m, moved = np.full(n, np.nan), np.zeros(n, np.bool_)
    np.fmax.at(apart_m, one, metres)
    moved[one[beyond]] = True
    return HouseholdPairs(
        apart_m,
        moved,
        records,
        {
            "coordinate_unusable": ~subject.usable,
            "no_household_key": no_key,
            "relocation_recorded": relocated,
            "household_key_shared": shared,
        },
    )


def _pairs(groups: Groups) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every ordered pair of rows of one group, also of a row with itself."""
    size = groups.sizes[groups.group_of]
    one = np.repeat(groups.rows, size)
    first = np.repeat(groups.starts[:-1][groups.group_of], size)
    within = np.arange(len(one)) - np.repeat(np.cumsum(size) - size, size)
    return one, groups.rows[first + within]
