"""The areas where a geotag may really lie, when it is not in the one its record says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.code_relations import RELATIONS, SHARED_LEVELS, relations_of
from geo.frame import Frame, Layer
from geo.geodesy import metres_per_degrees
from geo.levels import Level
from geo.membership import measure_points

# Searched outward until an area is found; the first radius is four standard deviations, but never more
# than the last: an accuracy of 1,000 km must not list, nor measure, a whole country.
_SEARCH_SIGMAS = 4.0
_SEARCH_WIDER_M = (500.0, 5_000.0)
MOST_CANDIDATES = 5
_MOST_MEASURED = 64  # nearest boxes per point and kabupaten: a coarse accuracy reaches hundreds of areas
_POINTS_AT_ONCE = 100_000


@dataclass(frozen=True, eq=False)
class Candidates:
    """The probable areas of n points: those of one point together, its likeliest first.

    Point i owns the entries ``offsets[i]:offsets[i + 1]``; all other columns have one value per entry.
    ``distance_m`` is signed, positive inside. ``relation`` tells how the code differs from the assigned one
    (``geo.code_relations``); ``shared_level`` is the deepest level at which both have the same ancestor, ""
    when not even the province is shared.
    """

    offsets: NDArray[np.int64]
    area_code: pa.StringArray
    name: pa.StringArray
    distance_m: NDArray[np.float64]
    probability: NDArray[np.float64]
    relation: pa.StringArray
    shared_level: pa.StringArray

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @cached_property
    def contained(self) -> NDArray[np.bool_]:
        """Whether the likeliest area of each point contains it. Shape (n,)."""
        filled = np.diff(self.offsets) > 0
        contained = np.zeros(len(self), np.bool_)
        contained[filled] = self.distance_m[self.offsets[:-1][filled]] >= 0
        return contained

    def relation_of(self, points: NDArray[np.int64]) -> pa.StringArray:
        """How the code of the likeliest area of some points differs; null where there is none."""
        first, last = self.offsets[points], self.offsets[points + 1]
        return self.relation.take(pa.array(first, mask=first == last))

    def likeliest(self, points: NDArray[np.int64]) -> pa.StringArray:
        """The code of the likeliest area of some points; null where there is none."""
        first, last = self.offsets[points], self.offsets[points + 1]
        return self.area_code.take(pa.array(first, mask=first == last))

    def of(self, points: NDArray[np.int64]) -> pa.ListArray:
        """The areas of some points in the form that evidence has, metres to the centimetre; none for -1."""
        sizes = np.where(points < 0, 0, np.diff(self.offsets, append=0)[points])
        starts = np.r_[0, np.cumsum(sizes)]
        entries = np.repeat(self.offsets[points] - starts[:-1], sizes) + np.arange(starts[-1])
        taken = pa.array(entries)
        columns = {
            "area_code": self.area_code.take(taken),
            "name": self.name.take(taken),
            "distance_m": pa.array(np.round(self.distance_m[entries], 2)),
            "probability": pa.array(np.round(self.probability[entries], 6)),
            "relation": self.relation.take(taken),
            "shared_level": self.shared_level.take(taken),
        }
        structs = pa.StructArray.from_arrays(list(columns.values()), list(columns))
        return pa.ListArray.from_arrays(pa.array(starts.astype(np.int32)), structs)


@dataclass
class _Found:
    """Areas of points as the search meets them, in no order."""

    point: NDArray[np.int64]
    area_code: pa.StringArray
    name: pa.StringArray
    distance_m: NDArray[np.float64]
    probability: NDArray[np.float64]


def find_candidates(
    frame: Frame,
    level: Level,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    sigma_m: NDArray[np.float64],
    assigned: pa.StringArray,
) -> Candidates:
    """For each point the most probable areas of ``level`` but the assigned one.

    All of length n. Areas within four standard deviations, else within 500 m, else within 5 km; never
    beyond 5 km, and of each kabupaten only those whose boxes are among the 64 nearest.
    """
    found: list[_Found] = []
    waiting = np.arange(len(assigned))
    for wider_m in (0.0, *_SEARCH_WIDER_M):
        near_m = np.minimum(sigma_m[waiting], _SEARCH_WIDER_M[-1]) * _SEARCH_SIGMAS
        radius_m = np.clip(near_m, wider_m, _SEARCH_WIDER_M[-1])
        still = np.ones(len(assigned), np.bool_)
        for first in range(0, len(waiting), _POINTS_AT_ONCE):
            some = slice(first, first + _POINTS_AT_ONCE)
            for one in _search(frame, level, lon, lat, sigma_m, assigned, waiting[some], radius_m[some]):
                found.append(one)
                still[one.point] = False
        waiting = waiting[still[waiting]]
        if len(waiting) == 0:
            break
    return _likeliest_first(frame, level, assigned, found)


def _search(
    frame: Frame,
    level: Level,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    sigma_m: NDArray[np.float64],
    assigned: pa.StringArray,
    which: NDArray[np.int64],
    radius_m: NDArray[np.float64],
) -> list[_Found]:
    """All areas within a radius of some points, kabupaten by kabupaten."""
    boxes = _boxes_around(lon[which], lat[which], radius_m)

    def within(layer: Layer, boxed: NDArray[np.int64]) -> _Found:
        points, rows = layer.tree.query_all(boxes[boxed])
        points, rows = _nearest_boxes(layer, points, rows, lon[which[boxed]], lat[which[boxed]])
        at = which[boxed[points]]
        distance, probability = measure_points(layer, rows, lon[at], lat[at], sigma_m[at])
        codes = layer.codes.take(pa.array(rows))
        other = pc.not_equal(codes, assigned.take(pa.array(at))).to_numpy(zero_copy_only=False)
        kept = np.flatnonzero((-distance <= radius_m[boxed[points]]) & other)
        taken = pa.array(kept)
        names = layer.names.take(pa.array(rows[kept]))
        return _Found(at[kept], codes.take(taken), names, distance[kept], probability[kept])

    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda pair: within(*pair), frame.layers_of_boxes(level, boxes)))


def _boxes_around(
    lon: NDArray[np.float64], lat: NDArray[np.float64], radius_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Boxes in degrees that hold everything within a radius of each point. Shape (n, 4)."""
    per_lon, per_lat = metres_per_degrees(lat)
    dx, dy = radius_m / np.maximum(per_lon, 1.0), radius_m / per_lat
    return np.column_stack([lon - dx, lat - dy, lon + dx, lat + dy])


def _nearest_boxes(
    layer: Layer,
    points: NDArray[np.int64],
    rows: NDArray[np.int64],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each point's rows the ``_MOST_MEASURED`` with the nearest boxes; of equally near the smaller."""
    many = np.bincount(points, minlength=len(lon)) > _MOST_MEASURED
    if not many.any():
        return points, rows
    west, south, east, north = layer.boxes[rows].T
    per_lon, per_lat = (of[points] for of in metres_per_degrees(lat))
    dx = np.maximum(np.maximum(west - lon[points], lon[points] - east), 0.0) * per_lon
    dy = np.maximum(np.maximum(south - lat[points], lat[points] - north), 0.0) * per_lat
    order = np.lexsort((rows, np.hypot(dx, dy), points))
    points, rows = points[order], rows[order]
    rank = np.arange(len(points)) - np.searchsorted(points, points)
    return points[rank < _MOST_MEASURED], rows[rank < _MOST_MEASURED]


def _likeliest_first(frame: Frame, level: Level, assigned: pa.StringArray, found: list[_Found]) -> Candidates:
    """The first of each point: those that contain it, then by probability, distance and code."""
    point = np.concatenate([np.empty(0, np.int64), *(one.point for one in found)])
    distance = np.concatenate([np.empty(0), *(one.distance_m for one in found)])
    probability = np.concatenate([np.empty(0), *(one.probability for one in found)])
    code = pa.chunked_array([one.area_code for one in found], pa.string()).combine_chunks()
    name = pa.chunked_array([one.name for one in found], pa.string()).combine_chunks()
    by_code = pc.rank(code, tiebreaker="dense").to_numpy() if len(code) else point
    order = np.lexsort((by_code, -distance, -probability, distance < 0, point))
    rank = np.arange(len(order)) - np.searchsorted(point[order], point[order])
    order = order[rank < MOST_CANDIDATES]
    taken = pa.array(order)
    code = code.take(taken)
    related, shared = relations_of(frame.scheme, level, assigned.take(pa.array(point[order])), code)
    return Candidates(
        offsets=np.searchsorted(point[order], np.arange(len(assigned) + 1)),
        area_code=code,
        name=name.take(taken),
        distance_m=distance[order],
        probability=probability[order],
        relation=RELATIONS.take(pa.array(related)),
        shared_level=SHARED_LEVELS.take(pa.array(shared)),
    )
