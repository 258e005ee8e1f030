"""A made-up country for benchmarks, kabupaten by kabupaten: areas, and the geotags of a campaign. No files.

A kabupaten is a block of 50 x 50 cells of 500 to 900 m. The corners of its grid are shifted at random, and
each edge between two corners is a crooked line that is made once and used by both neighbours, so that areas
share their vertices exactly, without gaps and overlaps. Every edge stays within a rhombus around its chord;
the rhombi of a grid touch only in the corners, so every area is valid. Coordinates lie on the grid of 1e-6
degree.

A household inside its area is a place in the unit square, carried into the area by transfinite interpolation
of the four edges (W. J. Gordon and C. A. Hall, 1973), which takes the border of the square to the border of
the area. Its geotag is off by what its accuracy says. So geotags lie on both sides of every border, at any
distance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

SEED = 1945
SIDE = 50  # cells along the side of a kabupaten
AREAS_PER_KAB = SIDE * SIDE
GEOTAGS_PER_PIECE = 1_000_000  # of one kabupaten, made at a time
GEOTAGS_PER_ENUMERATOR = 250
# BPS: the 38 provinces, from west to east, each a strip of the map.
PROVINCES = (
    *(11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 31, 32, 33, 34, 35, 36, 51, 52, 53),
    *(61, 62, 63, 64, 65, 71, 72, 73, 74, 75, 76, 81, 82, 91, 92, 94, 95, 96, 97),
)
KABS_PER_PROVINCE = 14  # Indonesia: 514 in 38
MAX_AREAS = len(PROVINCES) * KABS_PER_PROVINCE * AREAS_PER_KAB
WEST, EAST, SOUTH, NORTH = 95.0, 141.0, -10.0, 5.0
CELL_M = (500.0, 900.0)
CORNER_SHIFT = 0.12  # of a cell: neighbouring chords meet at 55 degrees or more
EDGE_SLOPE = 0.4  # an edge leaves its chord by at most 22 degrees seen from either end, less than half of 55
SEGMENTS = (18, 31)  # of an edge: four edges of 24.5 make an area of 98 vertices
OUTSIDE_SHARE = 0.03
OUTSIDE_MEDIAN_M, OUTSIDE_SPREAD = 90.0, 0.8  # lognormal: 95 % between 19 and 430 m
BORDER_SHARE = 0.25
INNER_MARGIN = 0.1  # of a cell, each side
DUPLICATE_SHARE = 0.01
ACCURACY_MEDIAN_M, ACCURACY_SPREAD = 8.0, 0.8035  # lognormal: ln(30 / 8) / 1.645, so that 5 % are above 30 m
SIGMAS_PER_ACCURACY = 1.5096  # of Android's 68 % radius, in two dimensions
FIRST_DAY_US = 1_665_795_600_000_000  # 2022-10-15 01:00 UTC, eight in the morning in the west of Indonesia
MINUTE_US, DAY_US = 60_000_000, 86_400_000_000
VISITS_PER_DAY = 12

# The order of the areas by code: kecamatan of 10 x 25 cells, desa of 5 x 5, SLS along the rows of a desa.
_LOCAL = np.arange(AREAS_PER_KAB)
_COLUMN = _LOCAL // 250 % 5 * 10 + _LOCAL // 25 % 2 * 5 + _LOCAL % 5
_ROW = _LOCAL // 1250 * 25 + _LOCAL // 50 % 5 * 5 + _LOCAL // 5 % 5
# Edges: first the horizontal ones, row by row, then the vertical ones.
_VERTICAL = (SIDE + 1) * SIDE
_BOTTOM, _LEFT = _ROW * SIDE + _COLUMN, _VERTICAL + _ROW * (SIDE + 1) + _COLUMN
# The ring of an area runs along bottom and right as they are stored, and along top and left backwards.
EDGES = np.stack([_BOTTOM, _LEFT + 1, _BOTTOM + SIDE, _LEFT], axis=1)
_DIRECTION = np.array([1, 1, -1, -1])
_SLOTS = SEGMENTS[1] + 1  # vertices that the longest edge has

RECORD = np.dtype(
    [
        ("item", "i8"),
        ("area", "i4"),
        ("building", "i4"),
        ("enumerator", "i8"),
        ("lon", "f8"),
        ("lat", "f8"),
        ("accuracy", "f8"),
        ("captured", "i8"),
    ]
)
_CODES, _SHAPES, _GEOTAGS = range(3)  # streams of random numbers; generate.py has two more


@dataclass(frozen=True)
class Kabupaten:
    """The edges of one kabupaten's cells.

    ``vertices``: (5100, 32, 2) int32, millionths of a degree, longitude first; ``segments``: (5100,), how
    many of an edge's slots count, less one. ``metres``: (2,), one millionth of a degree east and north.
    """

    vertices: np.ndarray
    segments: np.ndarray
    metres: np.ndarray


@dataclass(frozen=True)
class Plan:
    """What is made: numbers, seed, the share of geotags that may lie near a border, all areas' codes."""

    n_areas: int
    n_geotags: int
    seed: int
    border_share: float
    codes: np.ndarray

    @classmethod
    def of(cls, n_areas: int, n_geotags: int, seed: int = SEED, border_share: float = BORDER_SHARE) -> Plan:
        """Raises ``ValueError`` for numbers that cannot be: the map has room for 1,330,000 areas."""
        if not 1 <= n_areas <= MAX_AREAS:
            raise ValueError(f"There is room for 1 to {MAX_AREAS:,} areas, not for {n_areas:,}.")
        if n_geotags < 0:
            raise ValueError(f"{n_geotags:,} geotags cannot be made.")
        n_kabs = -(-n_areas // AREAS_PER_KAB)
        codes = np.concatenate([make_codes(seed, kab) for kab in range(n_kabs)])[:n_areas]
        return cls(n_areas, n_geotags, seed, border_share, codes)

    @property
    def kabs(self) -> range:
        return range(-(-self.n_areas // AREAS_PER_KAB))

    def areas_of(self, kab: int) -> range:
        """Rows of the areas of a kabupaten; the last kabupaten may be incomplete."""
        return range(kab * AREAS_PER_KAB, min((kab + 1) * AREAS_PER_KAB, self.n_areas))

    def geotags_of(self, kab: int) -> range:
        """Numbers of the geotags of a kabupaten: as many as its share of the areas."""
        areas = self.areas_of(kab)
        return range(
            areas.start * self.n_geotags // self.n_areas, areas.stop * self.n_geotags // self.n_areas
        )


def make_codes(seed: int, kab: int) -> np.ndarray:
    """The codes of idsubsls of a kabupaten as numbers, rising. A quarter of the cells go on with an SLS."""
    goes_on = np.random.default_rng([seed, _CODES, kab]).random((AREAS_PER_KAB // 5, 5)) < 0.25
    goes_on[:, 0] = False
    starts = np.flatnonzero(~goes_on)
    sls = np.cumsum(~goes_on) - 1
    size = np.diff(starts, append=AREAS_PER_KAB)
    part = np.where(size[sls] == 1, 0, _LOCAL - starts[sls] + 1)
    sls_in_desa = sls - sls[_LOCAL // 25 * 25] + 1
    code = PROVINCES[kab // KABS_PER_PROVINCE] * 100 + kab % KABS_PER_PROVINCE + 1
    kec, desa = (_LOCAL // 250 + 1) * 10, _LOCAL // 25 % 10 + 1
    return (((code * 1000 + kec) * 1000 + desa) * 10_000 + sls_in_desa) * 100 + part


def make_kabupaten(seed: int, kab: int) -> Kabupaten:
    """The edges of a kabupaten, in its own place on the map."""
    rng = np.random.default_rng([seed, _SHAPES, kab])
    width = (EAST - WEST) / len(PROVINCES)
    height = (NORTH - SOUTH) / KABS_PER_PROVINCE
    cell_m = rng.uniform(*CELL_M)
    lat0 = SOUTH + (kab % KABS_PER_PROVINCE + 0.1 + 0.4 * rng.random()) * height
    lon0 = WEST + (kab // KABS_PER_PROVINCE + 0.1 + 0.4 * rng.random()) * width
    metres = np.array([0.111320 * np.cos(np.radians(lat0)), 0.110574])

    row, column = np.divmod(np.arange((SIDE + 1) ** 2), SIDE + 1)
    shift = rng.uniform(-CORNER_SHIFT, CORNER_SHIFT, ((SIDE + 1) ** 2, 2))
    corner = (np.stack([column, row], axis=1) + shift) * cell_m
    start = np.concatenate([np.flatnonzero(column < SIDE), np.flatnonzero(row < SIDE)])
    end = start + np.repeat([1, SIDE + 1], _VERTICAL)
    n = len(start)

    segments = rng.integers(SEGMENTS[0], SEGMENTS[1], n, endpoint=True)
    t = np.arange(_SLOTS) + rng.uniform(-0.35, 0.35, (n, _SLOTS))
    t = np.clip(t / segments[:, None], 0.0, 1.0)
    crooked = 0.15 * rng.uniform(-1.0, 1.0, (n, _SLOTS))
    for waves, weight in ((1, 0.4), (2, 0.25), (5, 0.2)):
        crooked += weight * np.sin(2 * np.pi * (waves * t + rng.random((n, 1))))
    aside = EDGE_SLOPE * np.minimum(t, 1 - t) * crooked
    chord = (corner[end] - corner[start])[:, None, :]
    left = chord[..., ::-1] * [-1, 1]
    local = corner[start][:, None, :] + t[..., None] * chord + aside[..., None] * left

    origin = np.array([lon0, lat0]) * 1e6
    vertices = np.rint(origin + local / metres).astype(np.int32)
    corners = np.rint(origin + corner / metres).astype(np.int32)
    vertices[:, 0] = corners[start]
    vertices[np.arange(n), segments] = corners[end]
    return Kabupaten(vertices, segments, metres)


def make_polygons(kab: Kabupaten, n: int = AREAS_PER_KAB) -> np.ndarray:
    """The first ``n`` areas as shapely polygons, anticlockwise, in degrees."""
    edges = EDGES[:n]
    segments = kab.segments[edges][:, :, None]
    step = np.arange(_SLOTS - 1)
    slot = np.where(_DIRECTION[:, None] > 0, step, segments - step)
    used = np.concatenate([(step < segments).reshape(n, -1), np.ones((n, 1), dtype=bool)], axis=1)
    place = (edges[:, :, None] * _SLOTS + np.maximum(slot, 0)).reshape(n, -1)
    place = np.concatenate([place, place[:, :1]], axis=1)  # a ring ends where it began
    coordinates = kab.vertices.reshape(-1, 2)[place[used]] / 1e6
    offsets = np.concatenate([[0], np.cumsum(used.sum(axis=1))])
    return shapely.from_ragged_array(shapely.GeometryType.POLYGON, coordinates, (offsets, np.arange(n + 1)))


def _along(kab: Kabupaten, edge: np.ndarray, share: np.ndarray) -> np.ndarray:
    """The places (n, 2) that lie on ``edge`` after ``share`` of its segments."""
    at = share * kab.segments[edge]
    slot = np.minimum(at.astype(np.int64), kab.segments[edge] - 1)
    vertices = kab.vertices.reshape(-1, 2)
    first = edge * _SLOTS + slot
    here, there = vertices[first], vertices[first + 1]
    return here + (at - slot)[:, None] * (there - here)


def _inside(kab: Kabupaten, local: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """The places (u, v) of the unit square, carried into the areas ``local``."""
    edges = EDGES[local]
    bottom, right, top, left = (_along(kab, edges[:, side], share) for side, share in enumerate((u, v, u, v)))
    vertices, ends = kab.vertices, kab.segments
    u, v = u[:, None], v[:, None]
    low = vertices[edges[:, 0], 0] * (1 - u) + vertices[edges[:, 0], ends[edges[:, 0]]] * u
    high = vertices[edges[:, 2], 0] * (1 - u) + vertices[edges[:, 2], ends[edges[:, 2]]] * u
    return (1 - v) * (bottom - low) + v * (top - high) + (1 - u) * left + u * right


def _outside(kab: Kabupaten, local: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Places outside the areas ``local``, square to the chord of one of their edges."""
    n = len(local)
    side = rng.integers(0, 4, n)
    edge = EDGES[local, side]
    away_m = np.exp(rng.normal(np.log(OUTSIDE_MEDIAN_M), OUTSIDE_SPREAD, n))
    chord_m = (kab.vertices[edge, kab.segments[edge]] - kab.vertices[edge, 0]) * kab.metres
    normal = chord_m[:, ::-1] * [1, -1] * (_DIRECTION[side] / np.hypot(*chord_m.T))[:, None]
    return _along(kab, edge, rng.random(n)) + normal * away_m[:, None] / kab.metres


def make_geotags(plan: Plan, kab: int) -> Iterator[np.ndarray]:
    """The geotags of a kabupaten as arrays of ``RECORD``, by area, in pieces of at most a million."""
    shapes = make_kabupaten(plan.seed, kab)
    numbers = plan.geotags_of(kab)
    for piece, first in enumerate(range(numbers.start, numbers.stop, GEOTAGS_PER_PIECE)):
        rng = np.random.default_rng([plan.seed, _GEOTAGS, kab, piece])
        n = min(GEOTAGS_PER_PIECE, numbers.stop - first)
        areas = plan.areas_of(kab)
        local = np.sort(rng.integers(0, len(areas), n, dtype=np.int16)).astype(np.int64)
        accuracy_m = ACCURACY_MEDIAN_M * np.exp(ACCURACY_SPREAD * rng.standard_normal(n))
        accuracy_m = np.rint(np.maximum(accuracy_m, 0.5) * 100) / 100
        place = _make_places(plan, shapes, local, accuracy_m, rng)

        record = np.empty(n, RECORD)
        record["item"] = np.arange(first, first + n)
        record["area"] = local + areas.start
        record["lon"], record["lat"] = np.rint(place.T * 10) / 1e7  # seven decimals, as devices write them
        record["accuracy"] = accuracy_m
        per_area = np.bincount(local, minlength=len(areas))
        in_area = np.arange(n) - (np.cumsum(per_area) - per_area)[local]
        record["building"] = in_area % 9999 + 1

        position = np.arange(n) + (first - numbers.start)
        enumerator, visit = np.divmod(position, GEOTAGS_PER_ENUMERATOR)
        record["enumerator"] = plan.codes[areas.start] // 10**12 * 100_000 + enumerator + 1
        day, turn = np.divmod(visit, VISITS_PER_DAY)
        # Visits start 40 minutes apart and shift by less than that: an enumerator's times rise.
        minutes = turn * 40 + rng.uniform(0, 35, n)
        record["captured"] = FIRST_DAY_US + day * DAY_US + (minutes * MINUTE_US).astype(np.int64)
        yield record


def _make_places(
    plan: Plan, shapes: Kabupaten, local: np.ndarray, accuracy_m: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Where the geotags are that claim the areas ``local`` (rising): (n, 2), millionths of a degree."""
    n = len(local)
    u, v = rng.random(n), rng.random(n)
    margin = np.where(rng.random(n) < plan.border_share, 0.0, INNER_MARGIN)
    place = _inside(shapes, local, margin + u * (1 - 2 * margin), margin + v * (1 - 2 * margin))
    outside = np.flatnonzero(rng.random(n) < OUTSIDE_SHARE)
    place[outside] = _outside(shapes, local[outside], rng)
    sigma_m = accuracy_m / SIGMAS_PER_ACCURACY
    place += rng.standard_normal((n, 2)) * sigma_m[:, None] / shapes.metres
    # A copy has the point of the household before it in its area, which itself is no copy.
    copy = rng.random(n) < DUPLICATE_SHARE
    copy[0] = False
    copy[1:] &= (local[1:] == local[:-1]) & ~copy[:-1]
    copies = np.flatnonzero(copy)
    place[copies] = place[copies - 1]
    return place
