"""A million points over the offices' own layers: inside or outside as GEOS says, without one difference."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from boundaries.intake import read_areas
from geo.codes import SCHEMES
from geo.frame import Layer
from geo.geotags import Geotags
from geo.kernels import INSIDE, ON_BOUNDARY, OUTSIDE
from geo.levels import Level
from geo.membership import find_membership, measure_points
from tests.geo.oracles import gaussian_mass, geodesic_distance_m
from tests.geo.shapes import frame_of, in_metres, places

pytestmark = pytest.mark.real_data

LAYERS = {
    "Klungkung, sub-SLS": ("klungkung_5105/subsls.geojson", Level.SUBSLS),
    "Barru, SLS": ("barru_7310/sls.geojson", Level.SUBSLS),
}
ANYWHERE = 500_000  # per layer


@cache
def loaded(file: Path, level: Level) -> tuple[Layer, NDArray[Any]]:
    """The layer as the engine holds it, and the shapes as they were read."""
    areas = read_areas(file, level, SCHEMES["bps"]).areas
    shapes = areas.geometries
    return Layer.from_geometries(level, areas.codes, areas.names, ["{}"] * len(shapes), shapes), shapes


def points_of(layer: Layer, seed: int) -> tuple[NDArray[np.int64], NDArray[np.float64], dict[str, int]]:
    """Rows and points: anywhere round each area, its vertices, middles of edges, and beside its edges."""
    rng = np.random.default_rng(seed)
    row_of_ring = np.searchsorted(layer.area_offsets, np.arange(len(layer.ring_offsets) - 1), "right") - 1
    size = np.diff(layer.ring_offsets)
    row_of_vertex = np.repeat(row_of_ring, size)
    first = np.ones(len(layer.xs), np.bool_)
    first[layer.ring_offsets[1:] - 1] = False
    starts = np.flatnonzero(first)
    xy = np.column_stack([layer.xs, layer.ys])
    a, b = xy[starts], xy[starts + 1]
    beside = a + rng.random((len(a), 1)) * (b - a)
    beside += rng.normal(0, 1, a.shape) * 10.0 ** rng.uniform(-9, -6, (len(a), 1))
    rows = rng.integers(0, len(layer), ANYWHERE)
    low, high = layer.boxes[rows, :2], layer.boxes[rows, 2:]
    anywhere = low + rng.uniform(-0.1, 1.1, (ANYWHERE, 2)) * (high - low)
    kinds = {"anywhere": anywhere, "vertices": xy, "middles of edges": (a + b) / 2, "beside edges": beside}
    of = row_of_vertex[starts]
    return (
        np.concatenate([rows, row_of_vertex, of, of]),
        np.concatenate(list(kinds.values())),
        {name: len(points) for name, points in kinds.items()},
    )


def by_geos(shapes: Any, rows: NDArray[np.int64], xy: NDArray[np.float64]) -> NDArray[np.int8]:
    """What GEOS says of each point and the shape of its row, in the kernel's words."""
    said = np.empty(len(rows), np.int8)
    order = np.argsort(rows, kind="stable")
    for group in np.split(order, np.flatnonzero(np.diff(rows[order])) + 1):
        shape = shapes[int(rows[group[0]])]
        x, y = xy[group].T
        shapely.prepare(shape)
        inside, touched = shapely.contains_xy(shape, x, y), shapely.intersects_xy(shape, x, y)
        said[group] = np.where(inside, INSIDE, np.where(touched, ON_BOUNDARY, OUTSIDE))
    return said


@pytest.mark.parametrize("name", LAYERS)
def test_half_a_million_points_and_every_vertex_and_edge(name: str, shared_data: Path) -> None:
    file, level = LAYERS[name]
    layer, shapes = loaded(shared_data / file, level)
    rows, xy, kinds = points_of(layer, 20260101)
    assert kinds["anywhere"] == ANYWHERE and sum(kinds.values()) > ANYWHERE + 3 * 25_000
    split = np.array([layer.geometry(row) for row in range(len(layer))], dtype=object)
    held = np.where(shapely.is_valid(shapes), shapes, split)  # splitting rings makes new vertices
    ours, theirs = places(layer, rows, *xy.T), by_geos(held, rows, xy)
    assert int((ours != theirs).sum()) == 0
    counts = np.bincount(theirs, minlength=3)
    assert counts.min() > 25_000, "all three answers must be common, or the test shows little"
    distance, probability = measure_points(layer, rows, *np.ascontiguousarray(xy.T), np.full(len(rows), 8.0))
    assert ((distance >= 0) == (theirs != OUTSIDE)).all()
    assert ((probability >= 0) & (probability <= 1)).all()


@pytest.mark.parametrize("name", LAYERS)
def test_the_shapes_as_read_give_the_same(name: str, shared_data: Path) -> None:
    """Also for the outlines that cross themselves (five of Barru's own, three of Klungkung by rounding to the
    grid); a point on their very edge may fall beside the split edge, so only points off it are asked."""
    file, level = LAYERS[name]
    layer, shapes = loaded(shared_data / file, level)
    rows, xy, kinds = points_of(layer, 42)
    ours, theirs = places(layer, rows, *xy.T), by_geos(shapes, rows, xy)
    invalid = ~shapely.is_valid(shapes)
    assert invalid.sum() == (5 if "Barru" in name else 3)
    crossed = invalid[rows]
    assert int((ours != theirs)[~crossed].sum()) == 0
    anywhere = np.arange(len(rows)) < kinds["anywhere"]
    assert int((ours != theirs)[crossed & anywhere].sum()) == 0
    off_edge = shapely.distance(shapely.boundary(shapes[rows[crossed]]), shapely.points(xy[crossed])) > 1e-12
    assert int((ours != theirs)[crossed][off_edge].sum()) == 0


@pytest.mark.parametrize("name", LAYERS)
def test_distance_and_probability_on_real_outlines(name: str, shared_data: Path) -> None:
    file, level = LAYERS[name]
    layer, _ = loaded(shared_data / file, level)
    rng = np.random.default_rng(9)
    rows = rng.integers(0, len(layer), 120)
    low, high = layer.boxes[rows, :2], layer.boxes[rows, 2:]
    lons, lats = (low + rng.uniform(-0.3, 1.3, (len(rows), 2)) * (high - low)).T
    columns = {"lon_text": lons, "lat_text": lats, "assigned_area": layer.codes.take(rows)}
    columns["accuracy_m"] = rng.choice([3.0, 20.0, 60.0, 400.0], len(rows))
    geotags = Geotags.from_columns(columns)
    membership = find_membership(
        geotags, frame_of(layer, key=layer.codes[0].as_py()[:4]), level, np.ones(len(rows), np.bool_), 20.0
    )
    for i, row in enumerate(rows.tolist()):
        held = layer.geometry(row)
        expected_m = geodesic_distance_m(held, lons[i], lats[i])
        assert abs(membership.distance_m[i]) == pytest.approx(expected_m, rel=1e-3, abs=0.01)
        expected = gaussian_mass(in_metres(held, lons[i], lats[i]), membership.sigma_m[i])
        assert membership.probability[i] == pytest.approx(expected, abs=4e-6)
