"""The Gaussian mass inside an area, against quadrature of another form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import dblquad
from scipy.special import ndtr, owens_t

from geo.gaussian import N_NODES, edge_angle, edge_excess
from geo.membership import measure_points
from tests.geo.oracles import gaussian_mass, sampled_mass
from tests.geo.shapes import around, in_metres, layer_of, star_areas, uncut_mass

LON, LAT = 115.4, -8.5
TERMS = np.empty(N_NODES)
# What lies beyond five standard deviations all around, and is taken as nothing.
CUT = 4e-6


def masses(shape_m: Any, sigma_m: float, x: float = 0.0, y: float = 0.0) -> tuple[float, float, float]:
    """Kernel, kernel without its cut, and quadrature, for a shape in metres and a point at (x, y)."""
    layer = layer_of([around(shapely.transform(shape_m, lambda xy: xy - [x, y]), LON, LAT)])
    point = np.array([LON]), np.array([LAT])
    _, probability = measure_points(layer, np.zeros(1, np.int64), *point, np.full(1, sigma_m))
    expected = gaussian_mass(in_metres(layer.geometry(0), LON, LAT), sigma_m)
    return float(probability[0]), uncut_mass(layer, 0, LON, LAT, sigma_m), expected


def test_an_edge_takes_what_owens_t_says() -> None:
    """The share of an edge less its angle is the difference of two values of Owen's T, which SciPy has."""
    ends = np.r_[-2000.0, -20.0, -6.9, np.linspace(-6.8, 6.8, 35), 6.9, 20.0]
    worst = 0.0
    for h in np.r_[1e-300, 1e-9, 1e-5, 1e-3, np.linspace(0.05, 7.5, 60)]:
        for start in ends:
            later = np.r_[ends[ends > start], 2000.0]
            expected = owens_t(h, start / h) - owens_t(h, later / h)
            found = [edge_excess(start, -h, end, -h, TERMS) for end in later]
            worst = max(worst, np.abs(found - expected).max())
            back = [-edge_excess(end, -h, start, -h, TERMS) for end in later]
            assert back == pytest.approx(found, abs=1e-15)
    assert worst < 1e-8


def test_an_edge_through_the_centre_takes_nothing() -> None:
    assert edge_excess(-1.0, -1.0, 2.0, 2.0, TERMS) == edge_angle(-1.0, -1.0, 2.0, 2.0) == 0.0
    assert edge_excess(0.0, 0.0, 2.0, 2.0, TERMS) == edge_angle(0.0, 0.0, 2.0, 2.0) == 0.0
    assert edge_excess(3.0, 1.0, 3.0, 1.0, TERMS) == edge_angle(3.0, 1.0, 3.0, 1.0) == 0.0


def test_the_oracle_agrees_with_plain_double_integration() -> None:
    """Quadrature of quadrature: the second opinion is itself checked on shapes that dblquad can do."""

    def density(y: float, x: float) -> float:
        return float(np.exp(-(x * x + y * y) / 2) / (2 * np.pi))

    box = shapely.box(-0.3, 0.2, 1.5, 2.5)
    assert gaussian_mass(box, 1.0) == pytest.approx(
        (ndtr(1.5) - ndtr(-0.3)) * (ndtr(2.5) - ndtr(0.2)), abs=1e-14
    )
    triangle = shapely.Polygon([(-1, -0.5), (2, -0.5), (2, 1)])
    expected, _ = dblquad(density, -1, 2, -0.5, lambda x: -0.5 + (x + 1) / 2, epsabs=1e-12)
    assert gaussian_mass(triangle, 1.0) == pytest.approx(expected, abs=1e-11)


@settings(max_examples=400, deadline=None)
@given(
    star_areas(),
    st.floats(-160, 160),
    st.floats(-160, 160),
    st.sampled_from([2.0, 5.4, 14.2, 33.5, 66.0, 132.0, 660.0, 6600.0]),
)
def test_any_area_point_and_accuracy(shape: Any, x: float, y: float, sigma_m: float) -> None:
    """Corners, holes, second parts, slivers, areas far smaller than the accuracy."""
    probability, uncut, expected = masses(shape, sigma_m, x, y)
    assert uncut == pytest.approx(expected, abs=2e-8)
    assert probability == pytest.approx(expected, abs=CUT)
    if 0.005 < expected < 0.02:
        assert probability == pytest.approx(expected, rel=1e-3)


HOLED = shapely.box(-60, -60, 60, 60).difference(shapely.box(-20, -20, 20, 20))
NOTCHED = shapely.Polygon([(-400, -400), (400, -400), (400, 400), (2, 400), (0, 0), (-2, 400), (-400, 400)])
TWO_PARTS = shapely.MultiPolygon([shapely.box(-50, 0, -5, 60), shapely.box(5, 0, 50, 60)])
HARD = {
    "corner": (shapely.Polygon([(0, 0), (500, 0), (0, 500)]), 30.0, 0.0, 0.0),
    "sharp corner": (shapely.Polygon([(0, 0), (500, 3), (500, -3)]), 20.0, 0.0, 0.0),
    "notch": (NOTCHED, 15.0, 0.0, 1.0),
    "sliver": (shapely.box(-2000, 0, 2000, 0.4), 25.0, 0.0, 3.0),
    "thread": (shapely.box(-2000, 0, 2000, 1e-4), 25.0, 0.0, 5e-5),
    "hole, in it": (HOLED, 15.0, 0.0, 0.0),
    "hole, beside it": (HOLED, 15.0, 25.0, 0.0),
    "30 m area, 200 m accuracy": (shapely.box(0, 0, 30, 30), 132.5, 15.0, 15.0),
    "1 m area, 1 km accuracy": (shapely.box(0, 0, 1, 1), 662.0, 0.5, 0.5),
    "two parts": (TWO_PARTS, 20.0, 0.0, 30.0),
    "parts that touch": (
        shapely.MultiPolygon([shapely.box(-50, -50, 0, 0), shapely.box(0, 0, 50, 50)]), 20.0, 0.0, 0.0
    ),
    "on a vertex of many": (shapely.Point(0, 0).buffer(80, quad_segs=64), 10.0, 80.0, 0.0),
    "on an edge": (shapely.box(0, -300, 400, 300), 20.0, 0.0, 17.0),
    "on the line of an edge, beyond its end": (shapely.box(0, 0, 100, 100), 30.0, 0.0, -20.0),
    "in the middle of a split edge": (
        shapely.Polygon([(0, 0), (50, 0), (100, 0), (100, 80), (0, 80)]), 30.0, 50.0, 0.0
    ),
    "long edges": (shapely.box(-60_000, 0, 60_000, 80_000), 5.4, 100.0, -2.0),
}  # fmt: skip


@pytest.mark.parametrize("name", HARD)
def test_hard_shapes(name: str) -> None:
    shape, sigma_m, x, y = HARD[name]
    probability, uncut, expected = masses(shape, sigma_m, x, y)
    assert uncut == pytest.approx(expected, abs=2e-8)
    assert probability == pytest.approx(expected, abs=CUT)


@pytest.mark.parametrize("name", ["corner", "notch", "hole, beside it", "two parts", "on a vertex of many"])
def test_hard_shapes_by_throwing_points(name: str) -> None:
    shape, sigma_m, x, y = HARD[name]
    moved = shapely.transform(shape, lambda xy: xy - [x, y])
    probability, _, _ = masses(shape, sigma_m, x, y)
    # Five standard errors of a million throws.
    assert probability == pytest.approx(sampled_mass(moved, sigma_m, 1_000_000, 7), abs=0.0025)


def test_near_one_in_a_hundred() -> None:
    """Where MEMBERSHIP_UNCERTAIN ends: within 2 % of the mass itself (in fact far nearer)."""
    shapes = [HARD[name][0] for name in ("corner", "sharp corner", "sliver", "hole, in it", "two parts")]
    seen = 0
    for shape in shapes:
        for sigma_m in (5.4, 14.2, 66.0):
            for angle in np.linspace(0, 2 * np.pi, 12):
                for reach in np.linspace(0.2, 3.5, 12):
                    edge = shape.exterior if shape.geom_type == "Polygon" else shape.geoms[0].exterior
                    on = edge.interpolate(angle / (2 * np.pi), normalized=True)
                    x, y = on.x + reach * sigma_m * np.cos(angle), on.y + reach * sigma_m * np.sin(angle)
                    probability, _, expected = masses(shape, sigma_m, x, y)
                    if 0.008 <= expected <= 0.0125:
                        seen += 1
                        assert probability == pytest.approx(expected, rel=1e-6)
    assert seen > 20


@pytest.mark.parametrize("sigma_m", [5.385, 14.16, 132.6])
@pytest.mark.parametrize("of_sigma", [-4.99, -2.3263, -1.0, -1e-9, 0.0, 1e-9, 0.5, 2.0, 4.99])
def test_one_long_straight_edge_gives_the_half_plane(sigma_m: float, of_sigma: float) -> None:
    half = shapely.box(-60 * sigma_m, 0, 60 * sigma_m, 90 * sigma_m)
    probability, _, _ = masses(half, sigma_m, 7.0, of_sigma * sigma_m)
    assert probability == pytest.approx(ndtr(of_sigma), abs=2e-8)


def test_crossing_an_edge_makes_no_jump() -> None:
    """From 1 mm to 1e-12 m, on both sides of an oblique edge, beside a corner and beside a straight run."""
    corner = shapely.Polygon([(0, 0), (300, 40), (250, 400), (-100, 300)])
    sigma_m = 14.16
    for share in (1e-6, 0.001, 0.3, 0.5):
        x0, y0 = 300 * share, 40 * share
        on, _, _ = masses(corner, sigma_m, x0, y0)
        for exponent in np.arange(-12.0, -2.9, 0.5):
            for side in (-1, 1):
                off_m = side * 10.0**exponent
                nx, ny = -40 / np.hypot(300, 40), 300 / np.hypot(300, 40)
                probability, _, expected = masses(corner, sigma_m, x0 + off_m * nx, y0 + off_m * ny)
                assert probability == pytest.approx(expected, abs=2e-8)
                # The density across a straight edge is at most 0.4 / sigma.
                assert abs(probability - on) <= 0.4 / sigma_m * abs(off_m) + 1e-9


@pytest.mark.parametrize("of_sigma", [1e-3, 5.0])
def test_where_the_kernel_changes_its_way_nothing_jumps(of_sigma: float) -> None:
    """A thousandth of a standard deviation (angles or not) and five of them (certain or not)."""
    half, sigma_m = shapely.box(-5000, 0, 5000, 5000), 14.0
    for side in (-1, 1):
        either = [
            masses(half, sigma_m, 0.0, side * of_sigma * f * sigma_m)[0] for f in (1 - 1e-9, 1, 1 + 1e-9)
        ]
        assert max(either) - min(either) < 3e-7
        assert either[1] == pytest.approx(ndtr(side * of_sigma), abs=3e-7)


def test_beyond_five_standard_deviations_it_is_certain() -> None:
    round_area = shapely.Point(0, 0).buffer(71, quad_segs=32)
    probability, uncut, expected = masses(round_area, 14.0)
    assert probability == 1.0 and uncut == pytest.approx(expected, abs=1e-12) and 1 - uncut < CUT
    assert masses(round_area, 14.0, 142.0, 0.0)[0] == 0.0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([3.0, 14.0, 70.0, 400.0]))
def test_areas_that_cover_everything_hold_everything(seed: int, sigma_m: float) -> None:
    """Crooked quadrilaterals that share their corners, out to nine standard deviations."""
    rng = np.random.default_rng(seed)
    n, reach = 6, 9.5 * sigma_m
    line = np.linspace(-reach, reach, n + 1)
    corners = np.stack(np.meshgrid(line, line), axis=-1)
    corners[1:-1, 1:-1] += rng.uniform(-0.45, 0.45, (n - 1, n - 1, 2)) * (2 * reach / n) * 0.9
    cells = [
        around(
            shapely.Polygon([corners[i, j], corners[i, j + 1], corners[i + 1, j + 1], corners[i + 1, j]]),
            LON, LAT,
        )
        for i in range(n)
        for j in range(n)
    ]  # fmt: skip
    layer = layer_of(cells)
    uncut = sum(uncut_mass(layer, row, LON, LAT, sigma_m) for row in range(len(cells)))
    assert uncut == pytest.approx(1.0, abs=2e-8)
    rows, point = np.arange(len(cells)), (np.full(len(cells), LON), np.full(len(cells), LAT))
    _, probabilities = measure_points(layer, rows, *point, np.full(len(cells), sigma_m))
    assert probabilities.sum() == pytest.approx(1.0, abs=2 * CUT)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()


@settings(max_examples=60, deadline=None)
@given(star_areas(), st.floats(-80, 80), st.floats(0, 180), st.sampled_from([4.0, 20.0, 90.0]))
def test_the_pieces_of_an_area_hold_what_it_holds(
    shape: Any, off: float, turn: float, sigma_m: float
) -> None:
    knife = shapely.affinity.rotate(shapely.box(-900, off, 900, off + 900), turn, origin=(0, 0))
    pieces = [p for p in (shape.intersection(knife), shape.difference(knife)) if p.area > 0]
    pieces = [
        shapely.MultiPolygon([q for q in shapely.get_parts(p) if q.geom_type == "Polygon"]) for p in pieces
    ]
    layer = layer_of([around(p, LON, LAT) for p in [shape, *pieces]])
    whole, *parts = (uncut_mass(layer, row, LON, LAT, sigma_m) for row in range(len(layer)))
    assert sum(parts) == pytest.approx(whole, abs=2e-8)


@settings(max_examples=60, deadline=None)
@given(star_areas(), st.integers(0, 20), st.booleans(), st.sampled_from([4.0, 20.0, 90.0]), st.randoms())
def test_how_an_area_is_written_changes_nothing(
    shape: Any, start: int, backwards: bool, sigma_m: float, random: Any
) -> None:
    """Start and direction of rings, order of parts."""

    def rewritten(ring: Any) -> Any:
        open_ring = np.roll(shapely.get_coordinates(ring)[:-1], start, axis=0)
        closed = np.vstack([open_ring, open_ring[:1]])
        return closed[::-1] if backwards else closed

    parts = [
        shapely.Polygon(rewritten(part.exterior), [rewritten(hole) for hole in part.interiors])
        for part in shapely.get_parts(around(shape, LON, LAT))
    ]
    random.shuffle(parts)
    layer = layer_of([around(shape, LON, LAT), shapely.MultiPolygon(parts)])
    at = np.full(2, LON), np.full(2, LAT)
    distance, probability = measure_points(layer, np.arange(2), *at, np.full(2, sigma_m))
    assert distance[0] == pytest.approx(distance[1], abs=2e-8)
    assert probability[0] == pytest.approx(probability[1], abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(star_areas(), star_areas(), st.floats(-60, 60), st.sampled_from([4.0, 20.0, 90.0]))
def test_a_larger_area_never_holds_less(shape: Any, more: Any, off: float, sigma_m: float) -> None:
    larger = shapely.union(shape, shapely.transform(more, lambda xy: xy + off))
    layer = layer_of([around(shape, LON, LAT), around(larger, LON, LAT)])
    inner, outer = (uncut_mass(layer, row, LON, LAT, sigma_m) for row in range(2))
    assert inner <= outer + 1e-9


def test_any_sigma_gives_a_share() -> None:
    layer = layer_of([around(shapely.box(0, 0, 100, 100), LON, LAT)])
    for sigma_m in (5.385, 1e3, 1e6, 6.6e8, 1e300):
        at = np.array([LON, LON - 1, -LON]), np.array([LAT, LAT, 90.0])
        _, probability = measure_points(layer, np.zeros(3, np.int64), *at, np.full(3, sigma_m))
        assert ((probability >= 0) & (probability <= 1)).all()
