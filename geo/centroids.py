"""The centroid of every area of a layer, in one pass over its vertices."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def fill_centroids(
    xs: NDArray[np.float64],
    ys: NDArray[np.float64],
    ring_offsets: NDArray[np.int64],
    area_offsets: NDArray[np.int64],
    centroids: NDArray[np.float64],
) -> None:
    """Fill ``centroids`` (n, 2) in degrees; NaN for areas without surface.

    The rings of holes run the other way, so that their share is negative (Bourke, "Calculating the area and
    centroid of a polygon", 1988). Sums are taken from the first vertex, which keeps their digits.
    """
    for area in range(len(area_offsets) - 1):
        first, last = area_offsets[area], area_offsets[area + 1]
        centroids[area, 0], centroids[area, 1] = np.nan, np.nan
        if first == last:
            continue
        x0, y0 = xs[ring_offsets[first]], ys[ring_offsets[first]]
        twice, sum_x, sum_y = 0.0, 0.0, 0.0
        for ring in range(first, last):
            for i in range(ring_offsets[ring], ring_offsets[ring + 1] - 1):
                ax, ay = xs[i] - x0, ys[i] - y0
                bx, by = xs[i + 1] - x0, ys[i + 1] - y0
                cross = ax * by - bx * ay
                twice += cross
                sum_x += (ax + bx) * cross
                sum_y += (ay + by) * cross
        if twice != 0.0:
            centroids[area, 0] = x0 + sum_x / (3 * twice)
            centroids[area, 1] = y0 + sum_y / (3 * twice)
