"""Which area of a release contains each point: looked up, and never moved or guessed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.frame import Frame, Layer
from geo.kernels import OUTSIDE, place
from geo.levels import Level

_Hit = tuple[int, int]


def locate(
    frame: Frame,
    level: Level,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    assigned: pa.StringArray | None = None,
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """The segment and row of the area of ``level`` that contains each point, and how many areas contain it.

    All of shape (n,); degrees on WGS 84. -1, -1 and 0 for a point in no area and for one that is NaN. A
    border belongs to both its areas. Of several areas the point's ``assigned`` one is taken if it is among
    them, else that of the smallest code.
    """
    n = len(lon)
    segment, row, areas = np.full(n, -1, np.int32), np.full(n, -1, np.int64), np.zeros(n, np.int64)
    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if not len(known):
        return segment, row, areas
    xs, ys = lon[known], lat[known]
    around = (float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max()))
    touched = {id(layer) for layer in frame.layers_touching(level, around)}
    several: dict[int, list[_Hit]] = {}
    for position, layer in frame.layers(level):
        if id(layer) not in touched:
            continue
        for point, area in _containing(layer, known, xs, ys):
            areas[point] += 1
            if areas[point] == 1:
                segment[point], row[point] = position, area
            else:
                first = (int(segment[point]), int(row[point]))
                several.setdefault(point, [first]).append((position, area))
    for point, hits in several.items():
        wanted = "" if assigned is None else assigned[point].as_py()
        segment[point], row[point] = _choose(frame, level, hits, wanted)
    return segment, row, areas


def codes_at(
    frame: Frame, level: Level, segment: NDArray[np.int32], row: NDArray[np.int64]
) -> pa.StringArray:
    """The codes of areas that ``locate`` found; "" where it found none. Shape (n,)."""
    codes = np.full(len(row), "", dtype=object)
    for position in np.unique(segment[segment >= 0]).tolist():
        here = np.flatnonzero(segment == position)
        codes[here] = frame.segments[position].layers[level].codes.take(pa.array(row[here])).to_pylist()
    return pa.array(codes.tolist(), pa.string())


def _containing(
    layer: Layer, known: NDArray[np.int64], xs: NDArray[np.float64], ys: NDArray[np.float64]
) -> list[_Hit]:
    """Every pair of a point and a row of the layer that contains it, by point and then by row."""
    if not len(layer.boxes):
        return []
    west, south = np.fmin.reduce(layer.boxes[:, :2])
    east, north = np.fmax.reduce(layer.boxes[:, 2:])
    near = np.flatnonzero((xs >= west) & (xs <= east) & (ys >= south) & (ys <= north))
    hits: list[_Hit] = []
    for point, x, y in zip(known[near].tolist(), xs[near].tolist(), ys[near].tolist(), strict=True):
        for area in layer.tree.query((x, y, x, y)).tolist():
            first, last = int(layer.area_offsets[area]), int(layer.area_offsets[area + 1])
            if place(layer.xs, layer.ys, layer.ring_offsets, first, last, x, y) != OUTSIDE:
                hits.append((point, area))
    return hits


def _choose(frame: Frame, level: Level, hits: list[_Hit], wanted: str) -> _Hit:
    by_code = {frame.segments[p].layers[level].codes[area].as_py(): (p, area) for p, area in hits}
    return by_code.get(wanted) or by_code[min(by_code)]
