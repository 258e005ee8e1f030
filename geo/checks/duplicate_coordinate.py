"""Households of different buildings at one and the same coordinate."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from geo.checks.groups import Groups, as_numbers, buildings, households
from geo.checks.protocol import Check, Columns, Outcomes, Scope, Severity, Subject, Values
from geo.checks.special import is_of_kind
from geo.parameters import Parameter
from geo.special_areas import SHARING_A_POINT
from geo.text import Text

COORDINATE_KEY_PER_DEGREE = 1e7
"""Two coordinates are equal when they agree to 1e-7 degree (1 cm), the last digit that phones write."""


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
    together = _same_place(subject, np.flatnonzero(subject.usable))
    special = np.zeros(len(geotags), np.bool_)
    special[together.rows] = is_of_kind(subject, together.rows, SHARING_A_POINT)
    places = _same_place(subject, together.rows[~special[together.rows]])
    n_buildings = places.distinct(as_numbers(buildings(geotags, places.rows)))
    n_households = places.distinct(as_numbers(households(geotags, places.rows)))
    found = (n_buildings >= values["review_buildings"]) & (n_households > 1)

    place_of_row = np.full(len(geotags), -1)
    place_of_row[places.rows] = places.group_of
    fails = np.zeros(len(geotags), np.bool_)
    fails[places.rows] = found[places.group_of]
    severity = np.full(len(geotags), Severity.REVIEW, np.uint8)
    severity[places.rows[(n_buildings >= values["error_buildings"])[places.group_of]]] = Severity.ERROR

    def evidence(rows: NDArray[np.int64]) -> Columns:
        first = places.rows[places.starts[:-1][found]]
        keys = coordinate_keys(geotags.lon[first], geotags.lat[first]).tolist()
        key_of_place = np.full(len(places), "", object)
        key_of_place[found] = [cluster_key(*key) for key in keys]
        place = place_of_row[rows]
        return {
            "cluster_key": key_of_place[place],
            "geotags": places.sizes[place],
            "buildings": n_buildings[place],
            "households": n_households[place],
        }

    not_assessed = {"coordinate_unusable": ~subject.usable, "special_area": special}
    return Outcomes.of(fails, severity, not_assessed, evidence)


def _same_place(subject: Subject, rows: NDArray[np.int64]) -> Groups:
    """The rows of each place with more than one of them."""
    lon, lat = coordinate_keys(subject.geotags.lon[rows], subject.geotags.lat[rows]).T
    # 180 degrees of latitude are 31 bits of 1e-7 degree, 360 of longitude 32: both fit a number of 63.
    return Groups.by(lon * 2**31 + lat, rows, least=2)


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
    reads=("household_key", "building_no"),
    parameters={
        "review_buildings": Parameter(2, "", "catalogue of checks", least=2),
        "error_buildings": Parameter(3, "", "catalogue of checks", least=2),
    },
    scope=Scope.PLACE,
)
