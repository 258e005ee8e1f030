"""The areas where a geotag may really lie, when it is not in the one its record says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.codes import CodeScheme, digits_differing
from geo.frame import Frame, Layer
from geo.geodesy import metres_per_degree
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
    pairs: dict[int, tuple[Layer, list[int], list[int]]] = {}
    for i, reach_m in zip(which.tolist(), radius_m.tolist(), strict=True):
        kx, ky = metres_per_degree(lat[i])
        dx, dy = reach_m / max(kx, 1.0), reach_m / ky
        box = (lon[i] - dx, lat[i] - dy, lon[i] + dx, lat[i] + dy)
        for layer in frame.layers_touching(level, box):
            rows = _nearest_boxes(layer, layer.tree.query(box), lon[i], lat[i])
            points, areas = pairs.setdefault(id(layer), (layer, [], []))[1:]
            points.extend([i] * len(rows))
            areas.extend(rows.tolist())
    reach = dict(zip(which.tolist(), radius_m.tolist(), strict=True))
    for layer, points, areas in pairs.values():
        at = np.array(points, np.int64)
        distance, probability = measure_points(
            layer, np.array(areas, np.int64), lon[at], lat[at], sigma_m[at]
        )
        for i, row, d, p in zip(points, areas, distance.tolist(), probability.tolist(), strict=True):
            code = layer.codes[row].as_py()
            if code != assigned[i] and -d <= reach[i]:
                found[i].append(
                    CandidateArea(
                        code,
                        layer.names[row].as_py(),
                        d,
                        p,
                        relation(frame.scheme, level, assigned[i], code),
                        shared_level(frame.scheme, level, assigned[i], code),
                    )
                )


def _nearest_boxes(layer: Layer, rows: NDArray[np.int32], lon: float, lat: float) -> NDArray[np.int32]:
    """The ``_MOST_MEASURED`` of ``rows`` whose boxes are nearest; the smaller row of equally near ones."""
    if len(rows) <= _MOST_MEASURED:
        return rows
    west, south, east, north = layer.boxes[rows].T
    kx, ky = metres_per_degree(lat)
    dx = np.maximum(np.maximum(west - lon, lon - east), 0.0) * kx
    dy = np.maximum(np.maximum(south - lat, lat - north), 0.0) * ky
    return rows[np.lexsort((rows, np.hypot(dx, dy)))[:_MOST_MEASURED]]


def shared_level(scheme: CodeScheme, level: Level, one: str, other: str) -> str:
    """The deepest level above ``level`` at which two codes name the same ancestor; "" if none."""
    for above in level.above():
        if (
            above in scheme.widths
            and scheme.parent_code(one, above) == scheme.parent_code(other, above) != ""
        ):
            return above.value
    return ""


def relation(scheme: CodeScheme, level: Level, assigned: str, found: str) -> str:
    """How the found code differs from the assigned one, nearest relation first.

    ``other_subsls`` (same SLS), ``one_digit`` (a typing slip is likely), ``same_desa``,
    ``other_desa``, ``other_kec``, ``other_kab``.
    """
    shared = shared_level(scheme, level, assigned, found)
    if shared == Level.SLS:
        return "other_subsls"
    if digits_differing(assigned, found) == 1:
        return "one_digit"
    if shared == Level.DESA:
        return "same_desa"
    return {"kec": "other_desa", "kab": "other_kec"}.get(shared, "other_kab")
