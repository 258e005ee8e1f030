"""Households of two buildings so near each other that their accuracies cannot tell them apart."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.checks.duplicate_coordinate import coordinate_keys
from geo.checks.near import (
    DOUBTFUL_SHARE,
    FURTHEST_M,
    apart_m,
    block,
    cluster_keys,
    is_within,
    join,
    neighbourhood,
    roots_of,
)
from geo.checks.protocol import Check, Columns, Outcomes, Scope, Severity, Subject, Values
from geo.geodesy import metres_per_degree
from geo.parameters import Parameter
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where another building's geotag lies within ``least_m`` or ``share`` of both accuracies together.

    Never farther than 15 m. Geotags at exactly one coordinate are those of DUPLICATE_COORDINATE and do not
    count here. Linked geotags are one cluster within a square of 0.01 degree.
    """
    geotags = subject.geotags
    near = neighbourhood(subject)
    accuracy = np.where(np.isnan(geotags.accuracy_m), subject.missing_accuracy_m, geotags.accuracy_m)[
        near.rows
    ]
    lon_key, lat_key = coordinate_keys(near.lon, near.lat).T
    n = len(near.rows)
    counted, nearest_m = np.zeros(n, np.int64), np.full(n, np.inf)
    parents = np.arange(n)
    place = lon_key * 2**31 + lat_key
    runs = np.r_[np.flatnonzero(np.diff(place)) + 1, n]
    run_ends = np.repeat(runs, np.diff(runs, prepend=0)) if n else runs
    _link(
        near.cells, near.starts, near.stride, near.lon, near.lat, place, run_ends, near.building, near.zone,
        accuracy**2, values["least_m"] ** 2, values["share"] ** 2, counted, nearest_m, parents,
    )  # fmt: skip
    found = np.flatnonzero(counted)
    roots = roots_of(parents, counted)
    of_row = np.full(len(geotags), -1)
    of_row[near.rows] = np.arange(n)
    fails = np.zeros(len(geotags), np.bool_)
    fails[near.rows[found]] = True

    def evidence(rows: NDArray[np.int64]) -> Columns:
        at = of_row[rows]
        return {
            "cluster_key": cluster_keys(subject, near, roots, CHECK.code).take(at),
            "neighbours": counted[at],
            "nearest_m": np.round(nearest_m[at], 1),
        }

    not_assessed = {"coordinate_unusable": ~subject.usable, "special_area": near.special}
    return Outcomes.of(fails, Severity.INFO, not_assessed, evidence)


@njit(cache=True, nogil=True)
def _link(
    cells: NDArray[np.int64],
    starts: NDArray[np.int64],
    stride: int,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    place: NDArray[np.int64],
    run_ends: NDArray[np.int64],
    building: NDArray[np.int64],
    zone: NDArray[np.int64],
    accuracy_m2: NDArray[np.float64],
    least_m2: float,
    square_of_share: float,
    counted: NDArray[np.int64],
    nearest_m: NDArray[np.float64],
    parents: NDArray[np.int64],
) -> None:
    """Count the neighbours of each geotag and link them. ``run_ends`` tells where others than those of its
    coordinate follow."""
    room = np.empty(18, np.int64)
    for cell in range(len(cells)):
        n_blocks = block(cells, starts, stride, cell, room)
        for i in range(starts[cell], starts[cell + 1]):
            kx, ky = metres_per_degree(lat[i])
            nearest = np.inf
            for b in range(n_blocks):
                j, end = room[2 * b], room[2 * b + 1]
                while j < end:
                    one = j
                    j = run_ends[j] if place[j] == place[i] else j + 1
                    if place[one] == place[i] or building[one] == building[i]:
                        continue
                    most_m2 = max(least_m2, square_of_share * (accuracy_m2[i] + accuracy_m2[one]))
                    most_m2 = min(most_m2, FURTHEST_M * FURTHEST_M)
                    apart_m2 = ((lon[i] - lon[one]) * kx) ** 2 + ((lat[i] - lat[one]) * ky) ** 2
                    if not is_within(lon[i], lat[i], lon[one], lat[one], apart_m2, most_m2):
                        continue
                    counted[i] += 1
                    if apart_m2 * (1.0 - DOUBTFUL_SHARE) <= nearest * nearest:
                        nearest = min(nearest, apart_m(lon[i], lat[i], lon[one], lat[one]))
                    if zone[i] == zone[one]:
                        join(parents, i, one)
            nearest_m[i] = nearest


CHECK = Check(
    code="NEAR_DUPLICATE",
    version=1,
    severity=Severity.INFO,
    title=Text(en="Too near to tell apart", id="Terlalu dekat untuk dibedakan"),
    message=Text(
        en="Geotags of other buildings within the accuracy: {neighbours}, the nearest {nearest_m:.1f} m "
        "away.",
        id="Geotag bangunan lain dalam jangkauan akurasi: {neighbours}, yang terdekat {nearest_m:.1f} m.",
    ),
    remedy=Text(
        en="Nothing to do in a dense neighbourhood; elsewhere see whether the geotags were taken at one "
        "place.",
        id="Tidak perlu tindakan di permukiman padat; di tempat lain periksa apakah geotag diambil di satu "
        "tempat.",
    ),
    decide=decide,
    reads=("household_key", "building_no"),
    parameters={
        "least_m": Parameter(3.0, "m", "catalogue of checks", least=0.0, most=FURTHEST_M),
        "share": Parameter(0.5, "", "catalogue of checks: of the root of both accuracies squared", least=0.0),
    },
    scope=Scope.PLACE,
)
