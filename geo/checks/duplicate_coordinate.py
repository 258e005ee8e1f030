"""Households of different buildings at one and the same coordinate."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.parameters import Parameter
from geo.text import Text

COORDINATE_KEY_PER_DEGREE = 1e7
"""Two coordinates are equal when they agree to 1e-7 degree (1 cm), the last digit that phones write."""

# dominan 4 apartment, 5 boarding houses, 6 pesantren / barracks / dormitory, 8 mall / market.
_SPECIAL_DOMINAN = frozenset({"4", "5", "6", "8"})


def coordinate_keys(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
    """Whole 1e-7 degrees, shape (n, 2): equal for geotags at one place. Coordinates must be finite."""
    return np.rint(np.column_stack([lon, lat]) * COORDINATE_KEY_PER_DEGREE).astype(np.int64)


def cluster_key(lon_key: int, lat_key: int) -> str:
    """The name of a place's cluster: a hash, so that the place itself is not repeated."""
    return hashlib.sha256(f"{lon_key},{lat_key}".encode()).hexdigest()[:24]


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail every geotag of a place that holds geotags of two or more buildings and households.

    A building is one assigned area and building number; without a number, one household. Geotags
    assigned to special areas are not assessed and do not count for others.
    """
    geotags = subject.geotags
    n = len(geotags)
    fails, special = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    severity = np.full(n, Severity.REVIEW, np.uint8)
    evidence: dict[int, dict[str, object]] = {}
    for rows, key in _same_place(subject):
        is_special = np.array([_is_special_area(subject, int(row)) for row in rows])
        special[rows[is_special]] = True
        rows = rows[~is_special]
        buildings = {_building(subject, int(row)) for row in rows}
        households = {_household(subject, int(row)) for row in rows}
        if len(buildings) < values["review_buildings"] or len(households) == 1:
            continue
        fails[rows] = True
        if len(buildings) >= values["error_buildings"]:
            severity[rows] = Severity.ERROR
        shown = {
            "cluster_key": cluster_key(*key),
            "geotags": len(rows),
            "buildings": len(buildings),
            "households": len(households),
        }
        evidence.update(dict.fromkeys(rows.tolist(), shown))
    not_assessed = {"coordinate_unusable": ~subject.usable, "special_area": special}
    return Outcomes.of(fails, severity, not_assessed, lambda row: evidence[row])


def _same_place(subject: Subject) -> Iterator[tuple[NDArray[np.int64], tuple[int, int]]]:
    """The rows of each place with more than one usable geotag, and its coordinate key."""
    rows = np.flatnonzero(subject.usable)
    keys = coordinate_keys(subject.geotags.lon[rows], subject.geotags.lat[rows])
    order = np.lexsort((keys[:, 1], keys[:, 0]))
    rows, keys = rows[order], keys[order]
    starts = np.flatnonzero(np.r_[True, np.any(np.diff(keys, axis=0) != 0, axis=1)]) if len(rows) else rows
    ends = np.r_[starts[1:], len(rows)]
    for i in np.flatnonzero(ends - starts > 1):
        yield rows[starts[i] : ends[i]], (int(keys[starts[i], 0]), int(keys[starts[i], 1]))


def _building(subject: Subject, row: int) -> tuple[str, str]:
    geotags = subject.geotags
    number = geotags.building_no[row].as_py()
    if number:
        return geotags.assigned_area[row].as_py(), number
    return "", _household(subject, row)


def _household(subject: Subject, row: int) -> str:
    """Its key; where none is given each record is a household."""
    geotags = subject.geotags
    return geotags.household_key[row].as_py() or geotags.item_id[row].as_py()  # type: ignore[no-any-return]


def _is_special_area(subject: Subject, row: int) -> bool:
    membership = subject.membership
    if membership.row[row] < 0:
        return False
    layer = subject.frame.segments[int(membership.segment[row])].layers[subject.level]
    attributes = json.loads(layer.attributes[int(membership.row[row])].as_py() or "{}")
    return (
        _as_code(attributes.get("dominan")) in _SPECIAL_DOMINAN
        or _as_code(attributes.get("khusus")) not in ("", "0")
        or bool(str(attributes.get("nm_gedung") or "").strip())
    )


def _as_code(value: object) -> str:
    """An attribute's code as text: a column of real numbers in the boundary file holds 4 as 4.0."""
    return str(value or "").strip().removesuffix(".0")


CHECK = Check(
    code="DUPLICATE_COORDINATE",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Same coordinate in several buildings", id="Koordinat sama di beberapa bangunan"),
    message=Text(
        en="{geotags} geotags of {buildings} buildings share exactly this coordinate.",
        id="{geotags} geotag dari {buildings} bangunan berbagi persis koordinat ini.",
    ),
    remedy=Text(
        en="See whether the buildings stand together (a terrace, shops) or the geotags were taken at "
        "one place.",
        id="Periksa apakah bangunannya berdampingan (deret, ruko) atau geotag diambil di satu tempat.",
    ),
    decide=decide,
    parameters={
        "review_buildings": Parameter(2, "", "catalogue of checks"),
        "error_buildings": Parameter(3, "", "catalogue of checks"),
    },
    clustered=True,
)
