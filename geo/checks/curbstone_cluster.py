"""Many buildings geotagged by one enumerator from what looks like one spot."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc
from numba import njit
from numpy.typing import NDArray

from geo.checks.groups import as_numbers
from geo.checks.near import FURTHEST_M, block, cluster_keys, is_within, join, neighbourhood, roots_of
from geo.checks.protocol import Check, Columns, Outcomes, Scope, Severity, Subject, Values
from geo.geodesy import metres_per_degree
from geo.parameters import Parameter
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail a geotag with ``least_buildings`` of its enumerator within ``radius_m``, and all that lie there.

    Households of one building count once; without a building number each household is one. Linked geotags
    are one cluster within a square of 0.01 degree.
    """
    geotags = subject.geotags
    near = neighbourhood(subject)
    named = pc.not_equal(geotags.enumerator_id, "").to_numpy(False)
    enumerator = np.where(named[near.rows], as_numbers(geotags.enumerator_id.take(near.rows)), -1)
    n = len(near.rows)
    counted, most, parents = np.zeros(n, np.int64), np.zeros(n, np.int64), np.arange(n)
    grid = (near.cells, near.starts, near.stride, near.lon, near.lat, enumerator, values["radius_m"])
    _count(*grid, near.building, counted)
    _link(*grid, near.zone, int(values["least_buildings"]), counted, most, parents)
    found = np.flatnonzero(most)
    roots = roots_of(parents, most)
    of_row = np.full(len(geotags), -1)
    of_row[near.rows] = np.arange(n)
    fails = np.zeros(len(geotags), np.bool_)
    fails[near.rows[found]] = True

    def evidence(rows: NDArray[np.int64]) -> Columns:
        at = of_row[rows]
        return {
            "cluster_key": cluster_keys(subject, near, roots, CHECK.code).take(at),
            "buildings": most[at],
            "radius_m": np.full(len(rows), values["radius_m"]),
        }

    return Outcomes.of(
        fails,
        Severity.REVIEW,
        {"coordinate_unusable": ~subject.usable, "no_enumerator": ~named, "special_area": near.special},
        evidence,
    )


@njit(cache=True, nogil=True)
def _count(
    cells: NDArray[np.int64],
    starts: NDArray[np.int64],
    stride: int,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    enumerator: NDArray[np.int64],
    radius_m: float,
    building: NDArray[np.int64],
    counted: NDArray[np.int64],
) -> None:
    """The different buildings of its enumerator within the radius of each geotag.

    Asked once for those of one enumerator that follow each other at one coordinate.
    """
    room = np.empty(18, np.int64)
    seen = np.full(building.max() + 1 if len(building) else 0, -1, np.int64)
    first_there = np.full(enumerator.max() + 1 if len(enumerator) else 0, -1, np.int64)
    for cell in range(len(cells)):
        n_blocks = block(cells, starts, stride, cell, room)
        for i in range(starts[cell], starts[cell + 1]):
            if enumerator[i] < 0:
                continue
            first = first_there[enumerator[i]]
            if first >= 0 and lon[first] == lon[i] and lat[first] == lat[i]:
                counted[i] = counted[first]
                continue
            first_there[enumerator[i]] = i
            kx, ky = metres_per_degree(lat[i])
            for b in range(n_blocks):
                for j in range(room[2 * b], room[2 * b + 1]):
                    if enumerator[j] != enumerator[i] or seen[building[j]] == i:
                        continue
                    apart_m2 = ((lon[i] - lon[j]) * kx) ** 2 + ((lat[i] - lat[j]) * ky) ** 2
                    if is_within(lon[i], lat[i], lon[j], lat[j], apart_m2, radius_m * radius_m):
                        seen[building[j]] = i
                        counted[i] += 1


@njit(cache=True, nogil=True)
def _link(
    cells: NDArray[np.int64],
    starts: NDArray[np.int64],
    stride: int,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    enumerator: NDArray[np.int64],
    radius_m: float,
    zone: NDArray[np.int64],
    least: int,
    counted: NDArray[np.int64],
    most: NDArray[np.int64],
    parents: NDArray[np.int64],
) -> None:
    """For each geotag the fullest circle that it lies in, 0 where none is full; and who is linked to whom."""
    room = np.empty(18, np.int64)
    first_there = np.full(enumerator.max() + 1 if len(enumerator) else 0, -1, np.int64)
    for cell in range(len(cells)):
        n_blocks = block(cells, starts, stride, cell, room)
        for i in range(starts[cell], starts[cell + 1]):
            if counted[i] < least:
                continue
            first = first_there[enumerator[i]]
            if first >= 0 and lon[first] == lon[i] and lat[first] == lat[i]:
                continue  # that one has linked all of the circle
            first_there[enumerator[i]] = i
            kx, ky = metres_per_degree(lat[i])
            for b in range(n_blocks):
                for j in range(room[2 * b], room[2 * b + 1]):
                    if enumerator[j] != enumerator[i]:
                        continue
                    apart_m2 = ((lon[i] - lon[j]) * kx) ** 2 + ((lat[i] - lat[j]) * ky) ** 2
                    if not is_within(lon[i], lat[i], lon[j], lat[j], apart_m2, radius_m * radius_m):
                        continue
                    most[j] = max(most[j], counted[i])
                    if zone[i] == zone[j]:
                        join(parents, i, j)


CHECK = Check(
    code="CURBSTONE_CLUSTER",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Many buildings from one spot", id="Banyak bangunan dari satu titik"),
    message=Text(
        en="{buildings} buildings were geotagged by one enumerator within {radius_m:.1f} m.",
        id="{buildings} bangunan digeotag oleh satu pencacah dalam {radius_m:.1f} m.",
    ),
    remedy=Text(
        en="See whether the buildings stand this close (a terrace, a market) or the geotags were taken from "
        "one "
        "spot.",
        id="Periksa apakah bangunannya serapat ini (deret, pasar) atau geotag diambil dari satu titik.",
    ),
    decide=decide,
    reads=("household_key", "building_no", "enumerator_id"),
    parameters={
        "least_buildings": Parameter(6, "", "US Census Bureau 2010, coverage of address canvassing", least=2),
        "radius_m": Parameter(7.6, "m", "US Census Bureau 2010: 25 feet", least=0.1, most=FURTHEST_M),
    },
    scope=Scope.PLACE,
)
