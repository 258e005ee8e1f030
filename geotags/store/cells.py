"""Cells: where geotags lie, as whole numbers in Z-order (Morton), so that every map tile is a range."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CELL_ZOOM = 24
"""Cells are the tiles of this zoom of Web Mercator, some 2 m wide."""
_MOST_LAT = 85.0
"""As far as ``geotags.geom``: Web Mercator ends a little beyond."""
NO_CELL = -1

_SPREAD = (  # shift, mask: the bits of a number of 24 bits, each with a zero before it
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)


def cells_of(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
    """The cell of each place in degrees, (n,); ``NO_CELL`` for what has no place on a map.

    The bits of column and row alternate, the row's first. A cell holds its west and north edges.
    """
    with np.errstate(invalid="ignore"):
        there = (np.abs(lon) <= 180.0) & (np.abs(lat) <= _MOST_LAT)
    n = 2**CELL_ZOOM
    x = np.floor((np.where(there, lon, 0.0) + 180.0) / 360.0 * n)
    y = np.floor((1.0 - np.arcsinh(np.tan(np.radians(np.where(there, lat, 0.0)))) / np.pi) / 2.0 * n)
    column, row = (_spread(np.clip(of, 0, n - 1).astype(np.int64)) for of in (x, y))
    return np.where(there, column | (row << 1), NO_CELL)


def _spread(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    for shift, mask in _SPREAD:
        numbers = (numbers | (numbers << shift)) & mask
    return numbers


def cells_of_tile(tile: tuple[int, int, int]) -> tuple[int, int]:
    """The first and the last cell of a tile (z, x, y)."""
    z, x, y = tile
    column, row = (int(_spread(np.array([of], np.int64))[0]) for of in (x, y))
    below = 2 * (CELL_ZOOM - z)
    first = (column | (row << 1)) << below
    return first, first + (1 << below) - 1
