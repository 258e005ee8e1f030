"""A packed Hilbert R-tree over boxes: two flat arrays, so that a file can hold it ready for use.

After Kamel and Faloutsos, "Hilbert R-tree: an improved R-tree using fractals" (1994): boxes are
sorted along a Hilbert curve and packed into full nodes of ``NODE_SIZE``, level upon level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

NODE_SIZE = 16
_HILBERT_BITS = 16


@dataclass(frozen=True)
class PackedTree:
    """Boxes of all levels, leaves first, and the row behind each leaf.

    ``boxes`` is float64 (m, 4) of min x, min y, max x, max y; ``items`` is int32 (n,); both are in
    the units of the boxes that were packed. Read-only arrays over a mapped file are fine.
    """

    boxes: NDArray[np.float64]
    items: NDArray[np.int32]

    @classmethod
    def pack(cls, boxes: NDArray[np.float64]) -> PackedTree:
        """Build from float64 (n, 4) boxes; row numbers become the items.

        A box of NaN (an area without geometry) is never found.
        """
        n = len(boxes)
        if n == 0:
            return cls(np.empty((0, 4)), np.empty(0, np.int32))
        order = np.argsort(_hilbert_keys(boxes), kind="stable").astype(np.int32)
        levels = [boxes[order]]
        while len(levels[-1]) > 1:
            below = levels[-1]
            starts = np.arange(0, len(below), NODE_SIZE)
            levels.append(
                np.column_stack(
                    [
                        np.fmin.reduceat(below[:, 0], starts),
                        np.fmin.reduceat(below[:, 1], starts),
                        np.fmax.reduceat(below[:, 2], starts),
                        np.fmax.reduceat(below[:, 3], starts),
                    ]
                )
            )
        return cls(np.ascontiguousarray(np.concatenate(levels)), order)

    def query(self, box: tuple[float, float, float, float]) -> NDArray[np.int32]:
        """The rows whose boxes touch ``box`` (min x, min y, max x, max y), ascending."""
        capacity = 64
        while True:
            found = np.empty(capacity, np.int32)
            count = query_tree(self.boxes, self.items, *box, found)
            if count <= capacity:
                return np.sort(found[:count])
            capacity = count

    def query_all(self, boxes: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """For each of many boxes the rows that touch it: numbers of boxes, ascending, and rows."""
        starts = np.zeros(len(boxes) + 1, np.int64)
        found = np.empty(max(64, 4 * len(boxes)), np.int32)
        while True:
            total = _query_all(self.boxes, self.items, boxes, found, starts)
            if total <= len(found):
                break
            found = np.empty(total, np.int32)
        return np.repeat(np.arange(len(boxes)), np.diff(starts)), found[:total].astype(np.int64)


@njit(cache=True, nogil=True)
def _query_all(
    tree_boxes: NDArray[np.float64],
    items: NDArray[np.int32],
    boxes: NDArray[np.float64],
    found: NDArray[np.int32],
    starts: NDArray[np.int64],
) -> int:
    """Write the rows of each box one after the other; return how many there are, also beyond the room."""
    total = 0
    for i in range(len(boxes)):
        room = found[min(total, len(found)) :]
        total += query_tree(tree_boxes, items, boxes[i, 0], boxes[i, 1], boxes[i, 2], boxes[i, 3], room)
        starts[i + 1] = total
    return total


def _hilbert_keys(boxes: NDArray[np.float64]) -> NDArray[np.uint32]:
    centres = np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2])
    low = np.fmin.reduce(centres, axis=0)
    span = np.maximum(np.fmax.reduce(centres, axis=0) - low, 1e-300)
    cells = np.nan_to_num((centres - low) / span * (2**_HILBERT_BITS - 1)).astype(np.uint32)
    return _hilbert_of(cells[:, 0], cells[:, 1])


@njit(cache=True, nogil=True)
def _hilbert_of(xs: NDArray[np.uint32], ys: NDArray[np.uint32]) -> NDArray[np.uint32]:
    keys = np.empty(len(xs), np.uint32)
    for i in range(len(xs)):
        x, y, key = int(xs[i]), int(ys[i]), 0
        side = 1 << (_HILBERT_BITS - 1)
        while side > 0:
            right, up = int((x & side) > 0), int((y & side) > 0)
            key += side * side * ((3 * right) ^ up)
            if up == 0:
                if right == 1:
                    x, y = (1 << _HILBERT_BITS) - 1 - x, (1 << _HILBERT_BITS) - 1 - y
                x, y = y, x
            side >>= 1
        keys[i] = key
    return keys


@njit(cache=True, nogil=True)
def query_tree(
    boxes: NDArray[np.float64],
    items: NDArray[np.int32],
    min_x: float,
    min_y: float,
    max_x: float,
    max_y: float,
    found: NDArray[np.int32],
) -> int:
    """Write the rows whose boxes touch the given box into ``found``; return how many there are.

    The count may exceed ``len(found)``: then only the first ones were written.
    """
    n = len(items)
    count = 0
    if n == 0:
        return count
    starts = np.empty(16, np.int64)  # of each level within boxes; 16**16 leaves at the most
    sizes = np.empty(16, np.int64)
    starts[0], sizes[0], depth = 0, n, 0
    while sizes[depth] > 1:
        starts[depth + 1] = starts[depth] + sizes[depth]
        sizes[depth + 1] = (sizes[depth] + NODE_SIZE - 1) // NODE_SIZE
        depth += 1
    stack_level = np.empty(16 * NODE_SIZE, np.int64)
    stack_node = np.empty(16 * NODE_SIZE, np.int64)
    stack_level[0], stack_node[0], top = depth, 0, 1
    while top > 0:
        top -= 1
        level, node = stack_level[top], stack_node[top]
        row = starts[level] + node
        across = boxes[row, 0] <= max_x and boxes[row, 2] >= min_x
        if not (across and boxes[row, 1] <= max_y and boxes[row, 3] >= min_y):
            continue
        if level == 0:
            if count < len(found):
                found[count] = items[node]
            count += 1
            continue
        first = node * NODE_SIZE
        for child in range(first, min(first + NODE_SIZE, sizes[level - 1])):
            stack_level[top], stack_node[top] = level - 1, child
            top += 1
    return count
