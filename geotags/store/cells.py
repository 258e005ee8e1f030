"""Cells: where geotags lie, as whole numbers in Z-order (Morton), so that every map tile is a range."""

from __future__ import annotations

import math

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


def ranges_of_boxes(boxes: NDArray[np.float64]) -> list[tuple[int, int]]:
    """First and last cells that cover boxes (n, 4) of west, south, east and north in degrees, and more.

    Each box is covered by at most four tiles; ranges that meet are one. Sorted.
    """
    n = 2**CELL_ZOOM
    found: set[tuple[int, int]] = set()
    for west, south, east, north in boxes.tolist():
        (x0, y0), (x1, y1) = _corner(west, north, n), _corner(east, south, n)
        below = max(x1 - x0, y1 - y0, 1).bit_length()
        for x in range(x0 >> below, (x1 >> below) + 1):
            for y in range(y0 >> below, (y1 >> below) + 1):
                found.add(cells_of_tile((CELL_ZOOM - below, x, y)))
    ranges: list[tuple[int, int]] = []
    for first, last in sorted(found):
        if ranges and first <= ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], max(ranges[-1][1], last))
        else:
            ranges.append((first, last))
    return ranges


def _corner(lon: float, lat: float, n: int) -> tuple[int, int]:
    """Column and row of a place of ``n`` by ``n``, brought onto the map."""
    lat = min(max(lat, -_MOST_LAT), _MOST_LAT)
    x = (min(max(lon, -180.0), 180.0) + 180.0) / 360.0 * n
    y = (1.0 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2.0 * n
    return min(max(int(x), 0), n - 1), min(max(int(y), 0), n - 1)
