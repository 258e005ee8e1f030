"""The areas where a geotag may really lie, when it is not in the one its record says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from geo.codes import CodeScheme, digits_differing
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
_POINTS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class CandidateArea:
    """One area near a geotag. ``distance_m`` is signed, positive inside.

    ``relation`` tells how its code differs from the assigned one; ``shared_level`` is the deepest
    level at which both have the same ancestor, "" when not even the province is shared.
    """

    area_code: str
    name: str
    distance_m: float
    probability: float
    relation: str
    shared_level: str

    def as_evidence(self) -> dict[str, object]:
        """JSON form; metres to the centimetre."""
        return {
            "area_code": self.area_code,
            "name": self.name,
            "distance_m": round(self.distance_m, 2),
            "probability": round(self.probability, 6),
            "relation": self.relation,
            "shared_level": self.shared_level,
        }


def find_candidates(
    frame: Frame,
    level: Level,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    sigma_m: NDArray[np.float64],
    assigned: list[str],
) -> list[list[CandidateArea]]:
    """For each point the most probable areas of ``level`` but the assigned one, best first.

    All of length n. Areas within four standard deviations, else within 500 m, else within 5 km; never
    beyond 5 km, and of each kabupaten only those whose boxes are among the 64 nearest.
    """
    found: list[list[CandidateArea]] = [[] for _ in assigned]
    waiting = np.arange(len(assigned))
    for wider_m in (0.0, *_SEARCH_WIDER_M):
        near_m = np.minimum(sigma_m[waiting], _SEARCH_WIDER_M[-1]) * _SEARCH_SIGMAS
        radius_m = np.clip(near_m, wider_m, _SEARCH_WIDER_M[-1])
        for first in range(0, len(waiting), _POINTS_AT_ONCE):
            some = slice(first, first + _POINTS_AT_ONCE)
            _search(frame, level, lon, lat, sigma_m, assigned, waiting[some], radius_m[some], found)
        waiting = np.array([i for i in waiting if not found[i]], np.int64)
        if len(waiting) == 0:
            break
    return [sorted(some, key=_likeliest_first)[:MOST_CANDIDATES] for some in found]


def _likeliest_first(area: CandidateArea) -> tuple[bool, float, float, str]:
    return (area.distance_m < 0, -area.probability, -area.distance_m, area.area_code)


def _search(
    frame: Frame,
    level: Level,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    sigma_m: NDArray[np.float64],
    assigned: list[str],
    which: NDArray[np.int64],
    radius_m: NDArray[np.float64],
    found: list[list[CandidateArea]],
) -> None:
    boxes = _boxes_around(lon[which], lat[which], radius_m)
    around = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
    for layer in frame.layers_touching(level, around):
        points, rows = layer.tree.query_all(boxes)
        points, rows = _nearest_boxes(layer, points, rows, lon[which], lat[which])
        at = which[points]
        distance, probability = measure_points(layer, rows, lon[at], lat[at], sigma_m[at])
        reached = np.flatnonzero(-distance <= radius_m[points])
        codes, names = (column.take(rows[reached]).to_pylist() for column in (layer.codes, layer.names))
        for i, code, name, d, p in zip(
            at[reached].tolist(),
            codes,
            names,
            distance[reached].tolist(),
            probability[reached].tolist(),
            strict=True,
        ):
            if code != assigned[i]:
                shared = shared_level(frame.scheme, level, assigned[i], code)
                found[i].append(CandidateArea(code, name, d, p, relation(assigned[i], code, shared), shared))


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


@cache
def _ancestors(levels: tuple[tuple[Level, int], ...], level: Level) -> tuple[tuple[str, int], ...]:
    """The levels above, nearest first, with the widths of their codes."""
    widths = dict(levels)
    return tuple((above.value, widths[above]) for above in level.above() if above in widths)


def shared_level(scheme: CodeScheme, level: Level, one: str, other: str) -> str:
    """The deepest level above ``level`` at which two codes name the same ancestor; "" if none."""
    for above, width in _ancestors(tuple(scheme.widths.items()), level):
        if one[:width] == other[:width] and len(one) >= width:
            return above
    return ""


def relation(assigned: str, found: str, shared: str) -> str:
    """How the found code differs from the assigned one, with which it shares the level ``shared``.

    The nearest relation: ``other_subsls`` (same SLS), ``one_digit`` (a typing slip is likely), ``same_desa``,
    ``other_desa``, ``other_kec``, ``other_kab``.
    """
    if shared == Level.SLS:
        return "other_subsls"
    if digits_differing(assigned, found) == 1:
        return "one_digit"
    if shared == Level.DESA:
        return "same_desa"
    return {"kec": "other_desa", "kab": "other_kec"}.get(shared, "other_kab")
