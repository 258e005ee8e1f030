"""Households of two buildings so near each other that their accuracies cannot tell them apart."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.checks.duplicate_coordinate import coordinate_keys
from geo.checks.near import FURTHEST_M, apart_m, block, cluster_keys, join, neighbourhood, roots_of
from geo.checks.protocol import Check, Columns, Outcomes, Scope, Severity, Subject, Values
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
    _link(
        near.cells, near.starts, near.stride, near.lon, near.lat, lon_key * 2**31 + lat_key, near.building,
        near.zone, accuracy, values["least_m"], values["share"], counted, nearest_m, parents,
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
    building: NDArray[np.int64],
    zone: NDArray[np.int64],
    accuracy: NDArray[np.float64],
    least_m: float,
    share: float,
    counted: NDArray[np.int64],
    nearest_m: NDArray[np.float64],
    parents: NDArray[np.int64],
) -> None:
    room = np.empty(18, np.int64)
    for cell in range(len(cells)):
        n_blocks = block(cells, starts, stride, cell, room)
        for i in range(starts[cell], starts[cell + 1]):
            for b in range(n_blocks):
                for j in range(room[2 * b], room[2 * b + 1]):
                    if building[i] == building[j] or place[i] == place[j]:
                        continue
                    reach = max(least_m, share * math.hypot(accuracy[i], accuracy[j]))
                    away = apart_m(lon[i], lat[i], lon[j], lat[j])
                    if away > min(reach, FURTHEST_M):
                        continue
                    counted[i] += 1
                    nearest_m[i] = min(nearest_m[i], away)
                    if zone[i] == zone[j]:
                        join(parents, i, j)


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
