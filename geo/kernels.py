"""Where points lie against areas: inside or outside, how far, and with what probability.

Compiled loops over the ragged arrays of a ``geo.frame.Layer``. Points and vertices are degrees on
WGS 84, longitude first; edges are straight in longitude/latitude; distances are metres in the
plane of the point's own radii of curvature (error below 0.1 % within 50 km).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.gaussian import FAR_SIGMAS, N_NODES, edge_angle, edge_excess
from geo.geodesy import metres_per_degree
from geo.orientation import orientation

# Beyond five standard deviations the answer is certain: the mass on the other side is 2.9e-7 behind a
# straight edge and at the most exp(-12.5) = 3.7e-6, where edges stand all around.
CERTAIN_SIGMAS = 5.0
# Nearer than this share of sigma the float side of an edge may contradict the exact one, and the
# mass is summed from angles alone, which does not ask for the side.
_ON_EDGE_SIGMAS = 1e-3

# A crossing can be counted wrongly only where the point lies within 4 * 2**-52 * 720 degrees of the edge: the
# rounded determinant is off by at most that share of its terms, and 720 degrees are more than any two terms.
# That is 7e-8 m; nearer than this the exact test decides.
_DOUBTFUL_M = 1e-6
_AT_ONCE = 128
_NO_BITS = np.iinfo(np.int64).max

OUTSIDE, INSIDE, ON_BOUNDARY = 0, 1, 2


@njit(cache=True, nogil=True)
def place(
    xs: NDArray[np.float64],
    ys: NDArray[np.float64],
    ring_offsets: NDArray[np.int64],
    first_ring: int,
    last_ring: int,
    lon: float,
    lat: float,
) -> int:
    """OUTSIDE, INSIDE or ON_BOUNDARY of an area under the even-odd rule; exact.

    The crossings of a ray to the east are counted (Hormann and Agathos 2001), each with the robust
    orientation test; a point on an edge or a vertex is on the boundary.
    """
    odd = False
    for ring in range(first_ring, last_ring):
        for i in range(ring_offsets[ring], ring_offsets[ring + 1] - 1):
            y1, y2 = ys[i], ys[i + 1]
            if (y1 > lat and y2 > lat) or (y1 < lat and y2 < lat):
                continue
            x1, x2 = xs[i], xs[i + 1]
            if x1 < lon and x2 < lon:
                continue
            if x2 == lon and y2 == lat:
                return ON_BOUNDARY
            if y1 == lat and y2 == lat:
                if min(x1, x2) <= lon <= max(x1, x2):
                    return ON_BOUNDARY
                continue
            if (y1 > lat) != (y2 > lat):
                side = orientation(x1, y1, x2, y2, lon, lat)
                if side == 0:
                    return ON_BOUNDARY
                if (side > 0) == (y2 > y1):
                    odd = not odd
    return INSIDE if odd else OUTSIDE


@njit(cache=True, nogil=True)
def nearest(
    xs: NDArray[np.float64],
    ys: NDArray[np.float64],
    ring_offsets: NDArray[np.int64],
    first_ring: int,
    last_ring: int,
    lon: float,
    lat: float,
) -> tuple[float, float, float]:
    """Metres to the nearest boundary point of an area, and that point in degrees."""
    kx, ky = metres_per_degree(lat)
    best = np.inf
    near_lon, near_lat = np.nan, np.nan
    for ring in range(first_ring, last_ring):
        start, end = ring_offsets[ring], ring_offsets[ring + 1]
        x2, y2 = (xs[start] - lon) * kx, (ys[start] - lat) * ky
        for i in range(start, end - 1):
            x1, y1 = x2, y2
            x2, y2 = (xs[i + 1] - lon) * kx, (ys[i + 1] - lat) * ky
            dx, dy = x2 - x1, y2 - y1
            along = -(x1 * dx + y1 * dy)
            square = dx * dx + dy * dy
            if along <= 0.0 or square == 0.0:
                t = 0.0
            elif along >= square:
                t = 1.0
            else:
                t = along / square
            px, py = x1 + t * dx, y1 + t * dy
            distance = px * px + py * py
            if distance < best:
                best = distance
                near_lon, near_lat = lon + px / kx, lat + py / ky
    return math.sqrt(best), near_lon, near_lat


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"nnan", "nsz"})
def mass_inside(
    xs: NDArray[np.float64],
    ys: NDArray[np.float64],
    ring_offsets: NDArray[np.int64],
    first_ring: int,
    last_ring: int,
    lon: float,
    lat: float,
    sigma_m: float,
    signed_m: float,
    terms: NDArray[np.float64],
) -> float:
    """The Gaussian mass of standard deviation ``sigma_m`` around a point that an area holds.

    ``signed_m`` is the signed distance; ``terms`` is room for ``N_NODES`` numbers.
    """
    kx, ky = metres_per_degree(lat)
    kx, ky = kx / sigma_m, ky / sigma_m
    far_lon, far_lat = FAR_SIGMAS / kx, FAR_SIGMAS / ky
    on_edge = abs(signed_m) < _ON_EDGE_SIGMAS * sigma_m
    mass = 1.0 if signed_m > 0.0 and not on_edge else 0.0
    for ring in range(first_ring, last_ring):
        for i in range(ring_offsets[ring], ring_offsets[ring + 1] - 1):
            ax, ay = xs[i] - lon, ys[i] - lat
            bx, by = xs[i + 1] - lon, ys[i + 1] - lat
            # Without branches between the comparisons: they agree for long stretches of a ring, each alone
            # does not.
            beyond = (
                (min(ax, bx) > far_lon)
                | (max(ax, bx) < -far_lon)
                | (min(ay, by) > far_lat)
                | (max(ay, by) < -far_lat)
            )
            if beyond and not on_edge:
                continue
            if on_edge:
                mass += edge_angle(ax * kx, ay * ky, bx * kx, by * ky)
            mass += edge_excess(ax * kx, ay * ky, bx * kx, by * ky, terms)
    return min(1.0, max(0.0, mass))


@njit(nogil=True, error_model="numpy", fastmath={"nnan", "ninf", "nsz"}, cache=True)
def _scan(
    xs: NDArray[np.float64],
    ys: NDArray[np.float64],
    start: int,
    end: int,
    lon: float,
    lat: float,
    kx: float,
    ky: float,
    squares: NDArray[np.float64],
    bits: NDArray[np.int64],
) -> tuple[int, int]:
    """The bits of the least squared distance to a ring, and how many of its edges a ray to the east crosses.

    Written for the vector units: no branch, and the least of numbers that are not negative is taken of their
    bits, which are ordered as they are, because the compiler vectorises that and not the least of floats.
    ``bits`` is ``squares`` seen as integers. No sum is reordered: every machine finds the same bits.
    """
    least = _NO_BITS
    crossings = 0
    for first in range(start, end - 1, _AT_ONCE):
        n = min(end - 1 - first, _AT_ONCE)
        for j in range(n):
            i = first + j
            ax, ay = xs[i] - lon, ys[i] - lat
            bx, by = xs[i + 1] - lon, ys[i + 1] - lat
            crossings += ((ay > 0.0) != (by > 0.0)) & ((ax * by - ay * bx > 0.0) == (by > ay))
            x1, y1 = ax * kx, ay * ky
            dx, dy = bx * kx - x1, by * ky - y1
            # An edge without length has 0 above the line too.
            t = -(x1 * dx + y1 * dy) / (dx * dx + dy * dy + 1e-300)
            t = min(max(t, 0.0), 1.0)
            px, py = x1 + t * dx, y1 + t * dy
            squares[j] = px * px + py * py
        for j in range(n):
            least = min(least, bits[j])
    return least, crossings


@njit(cache=True, nogil=True, error_model="numpy")
def measure(
    xs: NDArray[np.float64],
    ys: NDArray[np.float64],
    ring_offsets: NDArray[np.int64],
    area_offsets: NDArray[np.int64],
    rows: NDArray[np.int64],
    lons: NDArray[np.float64],
    lats: NDArray[np.float64],
    sigmas_m: NDArray[np.float64],
    distances_m: NDArray[np.float64],
    probabilities: NDArray[np.float64],
) -> None:
    """Fill signed distance and probability for each point and its area's row.

    All of length n; ``rows`` name areas of one layer. Distance is positive inside, 0 on the boundary.
    """
    squares = np.empty(_AT_ONCE)
    bits, terms = squares.view(np.int64), np.empty(N_NODES)
    for i in range(len(rows)):
        first, last = area_offsets[rows[i]], area_offsets[rows[i] + 1]
        if first == last:  # the area has no ring left: a collapsed geometry, reported by frame QA
            distances_m[i], probabilities[i] = np.nan, np.nan
            continue
        lon, lat = lons[i], lats[i]
        kx, ky = metres_per_degree(lat)
        least, crossings = _NO_BITS, 0
        for ring in range(first, last):
            one, crossed = _scan(
                xs, ys, ring_offsets[ring], ring_offsets[ring + 1], lon, lat, kx, ky, squares, bits
            )
            least, crossings = min(least, one), crossings + crossed
        bits[0] = least
        distance = math.sqrt(squares[0])
        where = INSIDE if crossings & 1 else OUTSIDE
        if distance < _DOUBTFUL_M:
            where = place(xs, ys, ring_offsets, first, last, lon, lat)
        # Outside by the exact test is never reported as 0, which means inside.
        signed = 0.0 if where == ON_BOUNDARY else max(distance, 5e-324)
        signed = -signed if where == OUTSIDE else signed
        distances_m[i] = signed
        if distance > CERTAIN_SIGMAS * sigmas_m[i]:
            probabilities[i] = 1.0 if signed > 0.0 else 0.0
        else:
            probabilities[i] = mass_inside(
                xs, ys, ring_offsets, first, last, lon, lat, sigmas_m[i], signed, terms
            )


@njit(cache=True, nogil=True)
def nearest_points(
    xs: NDArray[np.float64],
    ys: NDArray[np.float64],
    ring_offsets: NDArray[np.int64],
    area_offsets: NDArray[np.int64],
    rows: NDArray[np.int64],
    lons: NDArray[np.float64],
    lats: NDArray[np.float64],
    near_lons: NDArray[np.float64],
    near_lats: NDArray[np.float64],
) -> None:
    """Fill the nearest boundary point of each point's area. All of length n, as in ``measure``."""
    for i in range(len(rows)):
        first, last = area_offsets[rows[i]], area_offsets[rows[i] + 1]
        _, near_lons[i], near_lats[i] = nearest(xs, ys, ring_offsets, first, last, lons[i], lats[i])
