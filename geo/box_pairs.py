"""Which areas of a level can share land at all: those whose boxes do, found once per layer."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.frame import Frame, Layer
from geo.kernels import INSIDE, place
from geo.levels import Level


@dataclass(frozen=True, eq=False)
class BoxPairs:
    """Area i of a layer shares land of its box with the boxes of ``rows[starts[i]:starts[i + 1]]``.

    ``beyond`` tells of which areas an area of another layer of the level has a box that does. Boxes that
    only touch share no land.
    """

    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    beyond: NDArray[np.bool_]


_OF_FRAME: WeakKeyDictionary[Frame, dict[tuple[Level, int], BoxPairs]] = WeakKeyDictionary()


def box_pairs(frame: Frame, level: Level, position: int) -> BoxPairs:
    """Of the layer of one level in the segment at ``position``, found when it is first asked for."""
    known = _OF_FRAME.setdefault(frame, {})
    if (level, position) not in known:
        known[level, position] = _find(frame, level, position)
    return known[level, position]


def _find(frame: Frame, level: Level, position: int) -> BoxPairs:
    layer = frame.segments[position].layers[level]
    one, other = _sharing(layer.boxes, layer)
    apart = one != other
    one, other = one[apart], other[apart]
    beyond = np.zeros(len(layer), np.bool_)
    known = np.flatnonzero(~np.isnan(layer.boxes[:, 0]))
    for beside, numbers in frame.layers_of_boxes(level, layer.boxes[known]):
        if beside is not layer:
            found, _ = _sharing(layer.boxes[known[numbers]], beside)
            beyond[known[numbers[found]]] = True
    return BoxPairs(np.searchsorted(one, np.arange(len(layer) + 1)), other.astype(np.int32), beyond)


def _sharing(boxes: NDArray[np.float64], layer: Layer) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of boxes, ascending, and rows of the layer whose boxes share land with them."""
    numbers, rows = layer.tree.query_all(boxes)
    these, those = boxes[numbers], layer.boxes[rows]
    share = (np.maximum(these[:, :2], those[:, :2]) < np.minimum(these[:, 2:], those[:, 2:])).all(axis=1)
    return numbers[share], rows[share]


def held_by_another(
    layer: Layer,
    pairs: BoxPairs,
    rows: NDArray[np.int64],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Whether the interior of another area of the layer than ``rows[i]`` holds point i of that area's box."""
    held = np.zeros(len(rows), np.bool_)
    _fill_held(
        layer.xs, layer.ys, layer.ring_offsets, layer.area_offsets, layer.boxes, pairs.starts, pairs.rows,
        rows, lon, lat, held,
    )  # fmt: skip
    return held


@njit(cache=True, nogil=True)
def _fill_held(
    xs: NDArray[np.float64],
    ys: NDArray[np.float64],
    ring_offsets: NDArray[np.int64],
    area_offsets: NDArray[np.int64],
    boxes: NDArray[np.float64],
    starts: NDArray[np.int64],
    others: NDArray[np.int32],
    rows: NDArray[np.int64],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    held: NDArray[np.bool_],
) -> None:
    for i in range(len(rows)):
        for pair in range(starts[rows[i]], starts[rows[i] + 1]):
            other = others[pair]
            across = boxes[other, 0] < lon[i] and lon[i] < boxes[other, 2]
            if not (across and boxes[other, 1] < lat[i] and lat[i] < boxes[other, 3]):
                continue
            first, last = area_offsets[other], area_offsets[other + 1]
            if place(xs, ys, ring_offsets, first, last, lon[i], lat[i]) == INSIDE:
                held[i] = True
                break
