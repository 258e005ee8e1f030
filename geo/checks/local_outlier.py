"""The local outlier factor of Breunig, Kriegel, Ng and Sander (2000) for many small groups of points."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.geodesy import metres_per_degree

_TINY = 1e-10
"""Added to a mean distance before it divides, as scikit-learn does."""


@njit(cache=True, nogil=True)
def neighbours_of(n_places: int, most: int) -> int:
    """How many neighbours to compare with; 0 where there are too few places to say anything.

    Of all others as neighbours each place would have the same factor: of few places half are taken.
    """
    return min(most, (n_places - 1) // 2)


@njit(cache=True, nogil=True)
def factors_of_groups(
    which: NDArray[np.int64],
    starts: NDArray[np.int64],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    most_neighbours: int,
    factors: NDArray[np.float64],
) -> None:
    """Write the factor of each point of some groups. Points of one place count once.

    Group g holds the points ``starts[g]:starts[g + 1]``, in degrees, those of one place beside each other.
    All are compared with all: for groups of some hundreds.
    """
    for group in which:
        first, last = starts[group], starts[group + 1]
        place_of = np.empty(last - first, np.int64)
        x, y = np.empty(last - first), np.empty(last - first)
        kx, ky = metres_per_degree(lat[first:last].mean())
        n = 0
        for i in range(first, last):
            if i == first or lon[i] != lon[i - 1] or lat[i] != lat[i - 1]:
                x[n], y[n] = (lon[i] - lon[first]) * kx, (lat[i] - lat[first]) * ky
                n += 1
            place_of[i - first] = n - 1
        of_place = _factors(x[:n], y[:n], neighbours_of(n, most_neighbours))
        for i in range(first, last):
            factors[i] = of_place[place_of[i - first]]


@njit(cache=True, nogil=True)
def _factors(x: NDArray[np.float64], y: NDArray[np.float64], n_neighbours: int) -> NDArray[np.float64]:
    n = len(x)
    if n_neighbours == 0:
        return np.ones(n)
    away, who = _nearest(x, y, n_neighbours)
    density = np.empty(n)
    for i in range(n):
        reach = 0.0
        for j in range(n_neighbours):
            reach += max(away[i, j], away[who[i, j], n_neighbours - 1])
        density[i] = 1.0 / (reach / n_neighbours + _TINY)
    factors = np.zeros(n)
    for i in range(n):
        for j in range(n_neighbours):
            factors[i] += density[who[i, j]] / density[i] / n_neighbours
    return factors


@njit(cache=True, nogil=True)
def _nearest(
    x: NDArray[np.float64], y: NDArray[np.float64], n_neighbours: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Distances of each point's nearest others, ascending, and which they are; of equal ones the first."""
    n = len(x)
    away, who = np.full((n, n_neighbours), np.inf), np.zeros((n, n_neighbours), np.int64)
    for i in range(n):
        for j in range(n):
            if j == i:
                continue
            metres = np.hypot(x[j] - x[i], y[j] - y[i])
            at = n_neighbours - 1
            if metres >= away[i, at]:
                continue
            while at > 0 and away[i, at - 1] > metres:
                away[i, at], who[i, at] = away[i, at - 1], who[i, at - 1]
                at -= 1
            away[i, at], who[i, at] = metres, j
    return away, who
