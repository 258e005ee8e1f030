"""How the points of each group are spaced: to the nearest neighbour, and along a line."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def measure_spacing(
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    starts: NDArray[np.int64],
    mean_nearest_m: NDArray[np.float64],
    off_line: NDArray[np.float64],
    gap_variation: NDArray[np.float64],
) -> None:
    """Fill the mean distance to the nearest neighbour, and how far each group is from an evenly set line.

    Group g owns the points ``starts[g]:starts[g + 1]``, in metres on a plane, sorted by x and then y.
    ``off_line`` is the root mean square distance from the principal axis and ``gap_variation`` the standard
    deviation of the gaps along it, both as shares of the mean gap. NaN for fewer than two points, and the
    last two where all lie at one place. Groups are taken one by one and their points in order, so that the
    result is the same to the last bit whatever else is in the batch.
    """
    for g in range(len(starts) - 1):
        first, last = starts[g], starts[g + 1]
        mean_nearest_m[g] = off_line[g] = gap_variation[g] = np.nan
        if last - first < 2:
            continue
        mean_nearest_m[g] = _mean_nearest(x_m[first:last], y_m[first:last])
        off_line[g], gap_variation[g] = _line(x_m[first:last], y_m[first:last])


@njit(cache=True, nogil=True)
def _mean_nearest(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """The mean distance to the nearest other point: outward in x, until x alone is too far."""
    if y.max() - y.min() > x[-1] - x[0]:
        order = np.argsort(y, kind="mergesort")
        x, y = y[order], x[order]
    total = 0.0
    for i in range(len(x)):
        best = math.inf
        for step in (-1, 1):
            j = i + step
            while 0 <= j < len(x) and (x[j] - x[i]) ** 2 < best:
                best = min(best, (x[j] - x[i]) ** 2 + (y[j] - y[i]) ** 2)
                j += step
        total += math.sqrt(best)
    return total / len(x)


@njit(cache=True, nogil=True)
def _line(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    mean_x, mean_y = x.mean(), y.mean()
    xx, yy, xy = 0.0, 0.0, 0.0
    for i in range(len(x)):
        xx += (x[i] - mean_x) ** 2
        yy += (y[i] - mean_y) ** 2
        xy += (x[i] - mean_x) * (y[i] - mean_y)
    turn = 0.5 * math.atan2(2.0 * xy, xx - yy)
    along = np.sort((x - mean_x) * math.cos(turn) + (y - mean_y) * math.sin(turn))
    across = (y - mean_y) * math.cos(turn) - (x - mean_x) * math.sin(turn)
    gap = (along[-1] - along[0]) / (len(x) - 1)
    if gap <= 0.0:
        return np.nan, np.nan
    return math.sqrt((across**2).mean()) / gap, math.sqrt(((np.diff(along) - gap) ** 2).mean()) / gap


@njit(cache=True, nogil=True)
def measure_outlines(
    xs: NDArray[np.float64],
    ys: NDArray[np.float64],
    ring_offsets: NDArray[np.int64],
    area_offsets: NDArray[np.int64],
    rows: NDArray[np.int64],
    per_lon_m: NDArray[np.float64],
    per_lat_m: NDArray[np.float64],
    area_m2: NDArray[np.float64],
    perimeter_m: NDArray[np.float64],
) -> None:
    """Fill surface and length of the whole boundary of some areas of a layer, on the plane at each.

    ``per_lon_m`` and ``per_lat_m`` are metres per degree at each of ``rows``. Holes run clockwise, so that
    the shoelace formula takes them off.
    """
    for i in range(len(rows)):
        double, length = 0.0, 0.0
        kx, ky = per_lon_m[i], per_lat_m[i]
        for ring in range(area_offsets[rows[i]], area_offsets[rows[i] + 1]):
            first, last = ring_offsets[ring], ring_offsets[ring + 1]
            for v in range(first, last - 1):
                x1, y1 = (xs[v] - xs[first]) * kx, (ys[v] - ys[first]) * ky
                x2, y2 = (xs[v + 1] - xs[first]) * kx, (ys[v + 1] - ys[first]) * ky
                double += x1 * y2 - x2 * y1
                length += math.hypot(x2 - x1, y2 - y1)
        area_m2[i], perimeter_m[i] = abs(double) / 2.0, length
