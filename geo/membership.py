"""The core: how far each geotag lies from its assigned area, and how probably inside it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.code_index import order_by_place
from geo.frame import Frame, Layer
from geo.geodesy import geodesic_m
from geo.geotags import SIGMAS_PER_R68, Geotags
from geo.kernels import measure, nearest_points
from geo.levels import Level

# The plane of local radii is within 1e-5 up to here; beyond it the geodesic is taken instead.
_PLANE_LIMIT_M = 2_000.0
_ROWS_PER_TASK = 50_000


class Undecided(IntEnum):
    """Why membership was not decided for a geotag."""

    DECIDED = 0
    COORDINATE_UNUSABLE = 1
    AREA_UNKNOWN = 2
    AREA_WITHHELD = 3
    AREA_WITHOUT_GEOMETRY = 4


@dataclass(frozen=True, eq=False)
class Membership:
    """One value per geotag; NaN or -1 where undecided.

    ``distance_m`` is signed, positive inside, 0 on the boundary. ``probability`` is the Gaussian
    mass inside the assigned area.
    """

    undecided: NDArray[np.uint8]
    segment: NDArray[np.int32]
    row: NDArray[np.int64]
    sigma_m: NDArray[np.float64]
    distance_m: NDArray[np.float64]
    probability: NDArray[np.float64]


def sigmas_m(
    accuracy_m: NDArray[np.float64], boundary_sigma_m: float, missing_accuracy_m: float
) -> NDArray[np.float64]:
    """Standard deviation of position against boundary, metres: both, summed as variances.

    The device's share is never below 2 m: no phone fixes better under a roof.
    """
    accuracy = np.where(np.isfinite(accuracy_m), accuracy_m, missing_accuracy_m)
    return np.hypot(np.maximum(2.0, accuracy / SIGMAS_PER_R68), boundary_sigma_m)


def find_membership(
    geotags: Geotags, frame: Frame, level: Level, usable: NDArray[np.bool_], missing_accuracy_m: float
) -> Membership:
    """Measure every geotag with a usable coordinate against its assigned area of ``level``."""
    n = len(geotags)
    segment, row = find_areas(geotags.assigned_area, frame, level)
    undecided = np.full(n, Undecided.DECIDED, np.uint8)
    undecided[row < 0] = Undecided.AREA_UNKNOWN
    undecided[is_withheld(geotags.assigned_area, frame) & (row < 0)] = Undecided.AREA_WITHHELD
    undecided[~usable] = Undecided.COORDINATE_UNUSABLE
    result = Membership(
        undecided=undecided,
        segment=segment,
        row=row,
        sigma_m=sigmas_m(geotags.accuracy_m, frame.boundary_sigma_m, missing_accuracy_m),
        distance_m=np.full(n, np.nan),
        probability=np.full(n, np.nan),
    )
    decided = np.flatnonzero(undecided == Undecided.DECIDED)
    tasks = [
        (frame.segments[position].layers[level], group[start : start + _ROWS_PER_TASK])
        for position, group in by_area(segment, row, decided)
        for start in range(0, len(group), _ROWS_PER_TASK)
    ]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda task: _measure_into(result, geotags, *task), tasks))
    undecided[(undecided == Undecided.DECIDED) & np.isnan(result.distance_m)] = (
        Undecided.AREA_WITHOUT_GEOMETRY
    )
    return result


def find_areas(
    codes: pa.StringArray, frame: Frame, level: Level
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The segment position and row of each code at ``level``; -1 where the release has none."""
    known = frame.codes(level)
    place = known.index.find(codes)  # -1 is the place behind the last
    return known.segments[place], known.rows[place]


def is_withheld(codes: pa.StringArray, frame: Frame) -> NDArray[np.bool_]:
    """Where a code was used twice in the frame, so that its areas were kept out of the release."""
    value_set = pa.array(sorted(frame.withheld), pa.string())
    return np.asarray(pc.is_in(codes, value_set=value_set).to_numpy(zero_copy_only=False))


def nearest_boundary(
    membership: Membership, geotags: Geotags, frame: Frame, level: Level, which: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitude and latitude of the nearest boundary point of the assigned area of decided geotags."""
    lon, lat = np.full(len(geotags), np.nan), np.full(len(geotags), np.nan)
    for position, group in by_area(membership.segment, membership.row, which):
        layer = frame.segments[position].layers[level]
        rows, at = membership.row[group], (geotags.lon[group], geotags.lat[group])
        lon[group], lat[group] = find_nearest(layer, rows, *at)
    return lon[which], lat[which]


def by_area(
    segment: NDArray[np.int32], row: NDArray[np.int64], which: NDArray[np.int64]
) -> list[tuple[int, NDArray[np.int64]]]:
    """Rows of a batch by the position of their segment, each in the order of areas: one area's vertices are
    read from memory once. ``segment`` and ``row`` are those of ``Membership``; ``which`` has no -1."""
    if not len(which):
        return []
    segments, rows = segment[which].astype(np.int64), row[which]
    most = np.zeros(int(segments.max()) + 1, np.int64)
    np.maximum.at(most, segments, rows + 1)
    starts = np.r_[0, np.cumsum(most)]
    order = which[order_by_place(starts[segments] + rows, int(starts[-1]))]
    ordered = segment[order]
    edges = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    return [(int(segment[group[0]]), group) for group in np.split(order, edges)]


def measure_points(
    layer: Layer,
    rows: NDArray[np.int64],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    sigma_m: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Signed distance and probability of points against areas of one layer; far distances are geodesic."""
    distance, probability = np.empty(len(rows)), np.empty(len(rows))
    measure(
        layer.xs, layer.ys, layer.ring_offsets, layer.area_offsets, rows, lon, lat, sigma_m,
        distance, probability,
    )  # fmt: skip
    far = np.flatnonzero(np.abs(distance) > _PLANE_LIMIT_M)
    if len(far):
        metres = geodesic_m(lon[far], lat[far], *find_nearest(layer, rows[far], lon[far], lat[far]))
        distance[far] = np.copysign(metres, distance[far])
    return distance, probability


def find_nearest(
    layer: Layer, rows: NDArray[np.int64], lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitude and latitude of the nearest boundary point of each point's area, in degrees."""
    near_lon, near_lat = np.empty(len(rows)), np.empty(len(rows))
    offsets = layer.ring_offsets, layer.area_offsets
    nearest_points(layer.xs, layer.ys, *offsets, rows, lon, lat, near_lon, near_lat)
    return near_lon, near_lat


def _measure_into(result: Membership, geotags: Geotags, layer: Layer, which: NDArray[np.int64]) -> None:
    result.distance_m[which], result.probability[which] = measure_points(
        layer, result.row[which], geotags.lon[which], geotags.lat[which], result.sigma_m[which]
    )
