"""Inside, outside or on the boundary: GEOS and exact arithmetic as second opinions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely.affinity import affine_transform

from geo.kernels import INSIDE, ON_BOUNDARY, OUTSIDE
from geo.membership import measure_points
from geo.orientation import orientation
from tests.geo.shapes import cell_areas, layer_of, places, star_areas


def exact_side(ax: float, ay: float, bx: float, by: float, cx: float, cy: float) -> int:
    a, b, c = ((Fraction(x), Fraction(y)) for x, y in ((ax, ay), (bx, by), (cx, cy)))
    turn = (a[0] - c[0]) * (b[1] - c[1]) - (a[1] - c[1]) * (b[0] - c[0])
    return (turn > 0) - (turn < 0)


def by_geos(shape: Any, xs: Any, ys: Any) -> Any:
    """What GEOS says, in the kernel's words."""
    shapely.prepare(shape)
    touched, inside = shapely.intersects_xy(shape, xs, ys), shapely.contains_xy(shape, xs, ys)
    return np.where(inside, INSIDE, np.where(touched, ON_BOUNDARY, OUTSIDE))


degrees = st.floats(-180, 180, allow_subnormal=False).map(lambda v: 0.0 if abs(v) < 1e-100 else v)
nudges = st.integers(-3, 3)


def nudge(value: float, steps: int) -> float:
    for _ in range(abs(steps)):
        value = float(np.nextafter(value, np.inf if steps > 0 else -np.inf))
    return value


@settings(max_examples=1000, deadline=None)
@given(degrees, degrees, degrees, degrees, st.floats(-0.5, 1.5), nudges, nudges)
@example(0.1, 0.1, 0.3, 0.3, 0.5, 0, 0)
@example(115.4, -8.5, 115.400001, -8.499999, 0.5, 1, 0)
def test_the_side_of_a_line_is_exact(
    ax: float, ay: float, bx: float, by: float, t: float, dx: int, dy: int
) -> None:
    cx, cy = nudge(ax + t * (bx - ax), dx), nudge(ay + t * (by - ay), dy)
    cx, cy = (0.0 if abs(v) < 1e-100 else v for v in (cx, cy))
    assert orientation(ax, ay, bx, by, cx, cy) == exact_side(ax, ay, bx, by, cx, cy)


def test_the_side_of_points_a_few_bits_off_a_line() -> None:
    """Every point of a small block of neighbouring floats round a line's middle, where naive floats fail."""
    ax, ay, bx, by = 115.123457, -8.123459, 115.223451, -8.023453
    mx, my = (ax + bx) / 2, (ay + by) / 2
    naive_wrong = 0
    for i in range(-12, 13):
        for j in range(-12, 13):
            cx, cy = mx + i * 2.0**-46, my + j * 2.0**-49
            right = exact_side(ax, ay, bx, by, cx, cy)
            assert orientation(ax, ay, bx, by, cx, cy) == right
            naive = ax * (by - cy) + bx * (cy - ay) + cx * (ay - by)
            naive_wrong += (naive > 0) - (naive < 0) != right
    assert naive_wrong > 0  # the block is hard, or the test shows nothing


@settings(max_examples=200, deadline=None)
@given(st.lists(degrees, min_size=6, max_size=6))
def test_the_side_turns_with_the_order_of_the_points(v: list[float]) -> None:
    ax, ay, bx, by, cx, cy = v
    side = orientation(ax, ay, bx, by, cx, cy)
    assert orientation(bx, by, cx, cy, ax, ay) == side
    assert orientation(bx, by, ax, ay, cx, cy) == -side


half_steps = np.array([(x / 2, y / 2) for x in range(-14, 34) for y in range(-24, 34)])


@settings(max_examples=200, deadline=None)
@given(cell_areas())
def test_lattice_points_vertices_and_edges_are_placed_as_by_geos(shape: Any) -> None:
    """Half steps hit vertices, horizontal and sheared edges, and the lines through them, exactly."""
    xs, ys = half_steps.T
    expected = by_geos(shape, xs, ys)
    assert (places(layer_of([shape]), 0, xs, ys) == expected).all()
    assert (expected == ON_BOUNDARY).any() and (expected == INSIDE).any() and (expected == OUTSIDE).any()


@settings(max_examples=150, deadline=None)
@given(cell_areas(), st.integers(0, 2**32 - 1), st.sampled_from([1e-6, 1e-5, 0.00137]))
def test_points_along_the_edges_of_small_areas_are_placed_as_by_geos(
    shape: Any, seed: int, step: float
) -> None:
    """The lattice in degrees of Bali, rounded as a frame is: middles of edges fall beside them by a bit."""
    shape = affine_transform(shape, [step, 0, 0, step, 115.4, -8.5])
    shape = shapely.transform(shape, lambda xy: np.round(xy, 6))
    layer = layer_of([shape])
    held = layer.geometry(0)
    vertices = np.column_stack([layer.xs, layer.ys])
    rng = np.random.default_rng(seed)
    t = rng.random((len(vertices) - 1, 4, 1))
    along = (vertices[:-1, None] + t * (vertices[1:, None] - vertices[:-1, None])).reshape(-1, 2)
    middles = (vertices[:-1] + vertices[1:]) / 2
    near = along + rng.normal(0, 1, along.shape) * 10.0 ** rng.uniform(-17, -6, (len(along), 1))
    west, south, east, north = held.bounds
    anywhere = rng.uniform([west - step, south - step], [east + step, north + step], (200, 2))
    xs, ys = np.concatenate([vertices, middles, along, near, anywhere]).T
    assert (places(layer, 0, xs, ys) == by_geos(held, xs, ys)).all()


def test_many_points_against_many_areas_are_placed_as_by_geos() -> None:
    rng = np.random.default_rng(5105)
    for _ in range(60):
        turns = np.sort(rng.uniform(0, 2 * np.pi, 40))
        radii = rng.uniform(0.3, 1.0, 40)
        ring = np.column_stack([115 + radii * np.cos(turns), radii * np.sin(turns)])
        hole = ring[::-1] * 0.25 + 0.75 * np.array([115.0, 0.0])
        shape = shapely.MultiPolygon(
            [shapely.Polygon(ring, [hole]), shapely.Polygon(hole * 0.5 + 0.5 * np.array([115.0, 0.0]))]
        )
        if not shape.is_valid:
            continue
        xy = np.concatenate([rng.uniform([113.9, -1.1], [116.1, 1.1], (5000, 2)), ring, hole])
        assert (places(layer_of([shape]), 0, xy[:, 0], xy[:, 1]) == by_geos(shape, *xy.T)).all()


@settings(max_examples=100, deadline=None)
@given(star_areas(), st.lists(st.tuples(st.floats(-150, 150), st.floats(-150, 150)), min_size=1, max_size=50))
def test_the_sign_of_the_distance_is_the_side(shape: Any, points: list[tuple[float, float]]) -> None:
    """In degrees as they are: the shape is 100 units wide, so it is shrunk by a thousand."""
    shape = affine_transform(shape, [1e-3, 0, 0, 1e-3, 115.0, -2.0])
    xs, ys = (np.array(points) * 1e-3 + np.array([115.0, -2.0])).T
    layer = layer_of([shape])
    distance, _ = measure_points(layer, np.zeros(len(xs), np.int64), xs, ys, np.full(len(xs), 5.0))
    where = by_geos(layer.geometry(0), xs, ys)
    assert ((distance > 0) == (where == INSIDE)).all()
    assert ((distance < 0) == (where == OUTSIDE)).all()


def test_a_bow_tie_is_read_even_odd() -> None:
    """Its rings cross: the two lobes are inside, as GEOS says when asked for a point."""
    tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2), (0, 0)])
    layer = layer_of([tie])
    assert shapely.is_valid(layer.geometry(0)) and layer.geometry(0).area == pytest.approx(2.0)
    xs, ys = np.array([0.5, 1.5, 1.0, 1.0, 1.0]), np.array([1.0, 1.0, 0.5, 1.5, 1.0])
    assert places(layer, 0, xs, ys).tolist() == [INSIDE, INSIDE, OUTSIDE, OUTSIDE, ON_BOUNDARY]


crossing_rings = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=8)


@settings(max_examples=300, deadline=None)
@example([[(0, 3), (1, 2), (0, 3), (6, 0), (0, 1)]], False)  # the tip of a spike is GEOS' point of the face
@given(st.lists(crossing_rings, min_size=1, max_size=3), st.booleans())
def test_any_outline_is_read_as_geos_reads_it(rings: list[list[tuple[int, int]]], as_holes: bool) -> None:
    """Rings that cross themselves and each other, doubled edges, spikes, holes anywhere, parts in parts."""
    drawn = [shapely.Polygon(ring) for ring in rings]
    shape = shapely.Polygon(rings[0], rings[1:]) if as_holes else shapely.MultiPolygon(drawn)
    xs, ys = np.random.default_rng(len(rings)).uniform(-0.5, 6.5, (2, 100))
    # GEOS itself gives another answer to prepared geometries where parts overlap: it is asked point by point.
    rings_of = [shapely.Polygon(ring) for ring in rings]
    in_ring = np.array([[shapely.relate(r, p)[0] == "0" for p in shapely.points(xs, ys)] for r in rings_of])
    expected = in_ring[0] & ~in_ring[1:].any(axis=0) if as_holes else in_ring.any(axis=0)
    layer = layer_of([shape])
    held = layer.geometry(0)
    assert held.is_valid
    found = places(layer, 0, xs, ys)
    lines = shapely.union_all([shapely.LineString([*ring, ring[0]]) for ring in rings])
    clear = shapely.distance(lines, shapely.points(xs, ys)) > 1e-9
    assert (found[clear] == np.where(expected, INSIDE, OUTSIDE)[clear]).all()


def test_a_ring_drawn_twice_has_no_inside() -> None:
    twice = shapely.Polygon([(0, 0), (1, 0), (1, 1), (0, 0), (1, 0), (1, 1), (0, 0)])
    layer = layer_of([twice, shapely.box(0, 0, 1, 1)])
    distance, probability = measure_points(
        layer, np.array([0, 1]), np.full(2, 0.5), np.full(2, 0.5), np.full(2, 5.0)
    )
    assert np.isnan(distance[0]) and np.isnan(probability[0]) and distance[1] > 0


@pytest.mark.parametrize("lat", [90.0, -90.0, 89.9999999])
def test_the_poles_give_numbers(lat: float) -> None:
    layer = layer_of([shapely.box(115, -9, 116, -8)])
    for values in measure_points(
        layer, np.zeros(1, np.int64), np.array([115.5]), np.array([lat]), np.ones(1)
    ):
        assert np.isfinite(values).all()
