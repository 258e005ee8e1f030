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

from geo.gaussian import FAR_SIGMAS, edge_mass
from geo.geodesy import metres_per_degree
from geo.orientation import orientation

# Beyond five standard deviations the answer is certain: the mass on the other side is 2.9e-7 behind a
# straight edge and at the most exp(-12.5) = 3.7e-6, where edges stand all around.
CERTAIN_SIGMAS = 5.0
# Nearer than this share of sigma the float side of an edge may contradict the exact one, and the
# mass is summed from angles alone, which does not ask for the side.
_ON_EDGE_SIGMAS = 1e-3

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


@njit(cache=True, nogil=True)
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
) -> float:
    """The Gaussian mass of standard deviation ``sigma_m`` around a point that an area holds.

    ``signed_m`` is the signed distance from ``nearest`` and ``place``.
    """
    kx, ky = metres_per_degree(lat)
    kx, ky = kx / sigma_m, ky / sigma_m
    on_edge = abs(signed_m) < _ON_EDGE_SIGMAS * sigma_m
    mass = 0.0
    if not on_edge and signed_m > 0.0:
        mass = 1.0
    for ring in range(first_ring, last_ring):
        start, end = ring_offsets[ring], ring_offsets[ring + 1]
        x2, y2 = (xs[start] - lon) * kx, (ys[start] - lat) * ky
        for i in range(start, end - 1):
            x1, y1 = x2, y2
            x2, y2 = (xs[i + 1] - lon) * kx, (ys[i + 1] - lat) * ky
            beyond = (
                (x1 > FAR_SIGMAS and x2 > FAR_SIGMAS)
                or (x1 < -FAR_SIGMAS and x2 < -FAR_SIGMAS)
                or (y1 > FAR_SIGMAS and y2 > FAR_SIGMAS)
                or (y1 < -FAR_SIGMAS and y2 < -FAR_SIGMAS)
            )
            if beyond and not on_edge:
                continue
            angle, taken = edge_mass(x1, y1, x2, y2)
            mass += (angle - taken) if on_edge else -taken
    return min(1.0, max(0.0, mass))


@njit(cache=True, nogil=True)
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
    near_lons: NDArray[np.float64],
    near_lats: NDArray[np.float64],
) -> None:
    """Fill signed distance, probability and nearest boundary point for each point and its area's row.

    All of length n; ``rows`` name areas of one layer. Distance is positive inside, 0 on the boundary.
    """
    for i in range(len(rows)):
        first, last = area_offsets[rows[i]], area_offsets[rows[i] + 1]
        lon, lat = lons[i], lats[i]
        if first == last:  # the area has no ring left: a collapsed geometry, reported by frame QA
            distances_m[i], probabilities[i], near_lons[i], near_lats[i] = np.nan, np.nan, np.nan, np.nan
            continue
        distance, near_lon, near_lat = nearest(xs, ys, ring_offsets, first, last, lon, lat)
        where = place(xs, ys, ring_offsets, first, last, lon, lat)
        if where == ON_BOUNDARY:
            distance, near_lon, near_lat = 0.0, lon, lat
        elif where == OUTSIDE:
            # Outside by the exact test is never reported as 0, which means inside.
            distance = -max(distance, 5e-324)
        else:
            distance = max(distance, 5e-324)
        distances_m[i], near_lons[i], near_lats[i] = distance, near_lon, near_lat
        if abs(distance) > CERTAIN_SIGMAS * sigmas_m[i]:
            probabilities[i] = 1.0 if distance > 0.0 else 0.0
        else:
            probabilities[i] = mass_inside(xs, ys, ring_offsets, first, last, lon, lat, sigmas_m[i], distance)
