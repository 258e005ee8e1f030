"""What the tests of the engine share: layers from shapes, and Hypothesis strategies for outlines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from hypothesis import strategies as st
from numba import njit
from numpy.typing import NDArray
from shapely.affinity import affine_transform

from geo.frame import Frame, Layer, Segment
from geo.gaussian import N_NODES
from geo.geodesy import metres_per_degree
from geo.kernels import OUTSIDE, mass_inside, nearest, place
from geo.levels import Level

Floats = NDArray[np.float64]


def layer_of(
    shapes: Sequence[Any],
    codes: Sequence[str] | None = None,
    level: Level = Level.SUBSLS,
    attributes: Sequence[str] | None = None,
) -> Layer:
    """A layer of shapes; their codes are numbers in one made-up kabupaten unless given."""
    codes = codes or [f"5105{i:012d}" for i in range(len(shapes))]
    names = [f"area {code}" for code in codes]
    return Layer.from_geometries(level, codes, names, attributes or ["{}"] * len(codes), shapes)


def frame_of(*layers: Layer, key: str = "5105", scheme: Any = None, **rest: Any) -> Frame:
    """A frame of one segment."""
    from geo.codes import SCHEMES

    segment = Segment(key, {layer.level: layer for layer in layers})
    return Frame(scheme or SCHEMES["bps"], (segment,), **rest)


@njit(nogil=True)
def _places(xs, ys, ring_offsets, area_offsets, rows, lons, lats, found):  # type: ignore[no-untyped-def]
    for i in range(len(rows)):
        first, last = area_offsets[rows[i]], area_offsets[rows[i] + 1]
        found[i] = place(xs, ys, ring_offsets, first, last, lons[i], lats[i])


def places(layer: Layer, rows: Any, lons: Any, lats: Any) -> NDArray[np.int8]:
    """``geo.kernels.place`` of many points, each against the area of its row."""
    found = np.empty(len(lons), np.int8)
    at = np.broadcast_to(np.asarray(rows, np.int64), (len(found),))
    points = np.ascontiguousarray(lons, float), np.ascontiguousarray(lats, float)
    _places(layer.xs, layer.ys, layer.ring_offsets, layer.area_offsets, at, *points, found)
    return found


def uncut_mass(layer: Layer, row: int, lon: float, lat: float, sigma_m: float) -> float:
    """The kernel's Gaussian mass without the cut at five standard deviations."""
    rings = (layer.xs, layer.ys, layer.ring_offsets, layer.area_offsets[row], layer.area_offsets[row + 1])
    distance, _, _ = nearest(*rings, lon, lat)
    where = place(*rings, lon, lat)
    signed_m = -distance if where == OUTSIDE else distance
    return float(mass_inside(*rings, lon, lat, sigma_m, signed_m, np.empty(N_NODES)))


def around(shape: Any, lon: float, lat: float) -> Any:
    """A shape drawn in metres put around a place, in degrees."""
    kx, ky = metres_per_degree(lat)
    return affine_transform(shape, [1 / kx, 0, 0, 1 / ky, lon, lat])


def in_metres(shape: Any, lon: float, lat: float) -> Any:
    """The opposite of ``around``."""
    kx, ky = metres_per_degree(lat)
    return shapely.transform(shape, lambda xy: (xy - [lon, lat]) * [kx, ky])


@st.composite
def cell_areas(draw: st.DrawFn, side: int = 5) -> Any:
    """A union of cells of a grid of whole numbers, sheared: holes, several parts, parts that touch in a
    point, horizontal edges, vertices in the middle of straight edges. Never empty, always valid."""
    cells = draw(st.sets(st.tuples(st.integers(0, side - 1), st.integers(0, side - 1)), min_size=1))
    shape = shapely.union_all([shapely.box(x, y, x + 1, y + 1) for x, y in cells])
    across, up = draw(st.sampled_from([(0, 0), (1, 0), (0, 1), (2, 1), (-1, 0), (1, -2)]))
    return affine_transform(shape, [1, across, up, 1, 0, 0])


@st.composite
def star_areas(draw: st.DrawFn, most: float = 100.0) -> Any:
    """An area around the origin without symmetry, sometimes with a hole and a second part."""
    n = draw(st.integers(3, 12))
    turns = np.sort(np.array(draw(st.lists(st.integers(0, 359), min_size=n, max_size=n, unique=True))))
    radii = np.array(draw(st.lists(st.floats(0.05, 1.0), min_size=n, max_size=n))) * most
    xy = np.column_stack([radii * np.cos(np.radians(turns)), radii * np.sin(np.radians(turns))])
    shape = shapely.Polygon(xy)
    if not shape.is_valid or shape.area < 1e-3 * most * most:
        shape = shapely.box(-most / 2, -most / 3, most / 2, most / 4)
    if draw(st.booleans()):
        hole = shapely.affinity.scale(shape, 0.4, 0.4, origin=shape.representative_point())
        cut = shape.difference(hole)
        shape = cut if cut.is_valid and not cut.is_empty else shape
    if draw(st.booleans()):
        shape = shapely.union(shape, shapely.box(most * 1.1, -most / 10, most * 1.3, most / 5))
    return shape
