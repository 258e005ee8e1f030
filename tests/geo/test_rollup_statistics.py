"""The statistics of roll-ups: what they promise of chance, what they find, and other ways to compute them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import spatial, stats

from geo.geodesy import metres_per_degree
from geo.geotags import Geotags
from geo.levels import Level
from geo.rollups import coordinate_heaping, enumerator_flag_rate
from geo.rollups.flag_posterior import _upper_tail, judge
from geo.rollups.protocol import Setting
from geo.rollups.spacing import measure_outlines, measure_spacing
from geo.rollups.too_regular import expected_nearest_m
from tests.geo.shapes import around, layer_of, star_areas
from tests.geo.worlds import FRAME, A, checked, found, geotags_at, reasons

SETTING = Setting(FRAME, Level.SUBSLS)
FLAG_RATE = enumerator_flag_rate.ROLL_UP
HEAPING = coordinate_heaping.ROLL_UP


# -- flag rates ----------------------------------------------------------------------------------


def flag_sums(n: Any, k: Any) -> pa.Table:
    """Geotags and flags of (kecamatan, enumerator)."""
    groups, m = n.shape
    kecamatan = [f"{i:07d}" for i in np.repeat(np.arange(groups), m).tolist()]
    columns = [kecamatan, [f"e{i:06d}" for i in range(groups * m)], n.ravel(), k.ravel()]
    return FLAG_RATE.add_up([pa.table(columns, schema=FLAG_RATE.sums)])


def flag_fails(n: Any, k: Any) -> Any:
    """Where enumerators fail, shape (kecamatan, enumerator)."""
    decided = FLAG_RATE.decide(flag_sums(n, k), FLAG_RATE.defaults(), SETTING)
    return (decided.outcomes.outcome == 1).reshape(n.shape)


@pytest.mark.parametrize("mean", [0.03, 0.2])
@pytest.mark.parametrize("rho", [0.0, 0.02, 0.1, 0.3])
@pytest.mark.parametrize("m", [5, 12])
def test_where_all_are_drawn_alike_hardly_a_kecamatan_has_a_finding(mean: float, rho: float, m: int) -> None:
    """Under the null every discovery is false: the promised 5 % is of kecamatan with any finding."""
    rng = np.random.default_rng(int(mean * 100) + int(rho * 1000) + m)
    n = rng.integers(30, 300, (400, m))
    size = 1 / rho - 1 if rho else 0
    rate = rng.beta(mean * size, (1 - mean) * size, n.shape) if rho else np.full(n.shape, mean)
    share = flag_fails(n, rng.binomial(n, rate)).any(axis=1).mean()
    assert share <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)


@pytest.mark.parametrize(
    ("mean", "planted", "power"), [(0.05, 0.5, 0.95), (0.2, 0.7, 0.95), (0.05, 0.25, 0.6)]
)
def test_a_planted_rate_is_found_and_its_colleagues_are_left_alone(
    mean: float, planted: float, power: float
) -> None:
    rng = np.random.default_rng(7)
    n = rng.integers(60, 300, (300, 20))
    rate = rng.beta(mean * 99, (1 - mean) * 99, n.shape)  # rho 0.01
    rate[:, 0] = planted
    fails = flag_fails(n, rng.binomial(n, rate))
    assert fails[:, 0].mean() >= power
    assert fails[:, 1:].sum() <= 0.05 * fails.sum()


@given(
    n=st.integers(1, 400),
    share=st.floats(0, 1),
    a=st.floats(0.05, 200.0),
    b=st.floats(0.05, 200.0),
)
@settings(deadline=None)
def test_the_tail_is_that_of_scipy(n: int, share: float, a: float, b: float) -> None:
    k = round(share * n)
    # Not its own tail, which is one minus the lower one and knows thirteen digits at the best.
    oracle = stats.betabinom.pmf(np.arange(k, n + 1), n, a, b).sum()
    assert _upper_tail(k, n, a, b) == pytest.approx(oracle, rel=1e-8)


def test_the_shrunk_rate_lies_between_the_own_and_the_usual_one() -> None:
    n = np.array([200] * 9 + [40], np.int64)
    k = np.array([10, 12, 8, 11, 9, 10, 13, 7, 10, 20], np.int64)
    p_value, shrunk, usual = (np.empty(1) for _ in range(3))
    group = np.zeros(10, np.int64)
    judge(k, n, np.array([0, 10]), group, np.array([9]), p_value, shrunk, usual)
    assert usual[0] == pytest.approx(0.05, abs=0.01)
    assert usual[0] < shrunk[0] < 0.5
    assert p_value[0] < 0.001


# -- heaping -------------------------------------------------------------------------------------


def heaping_sums(digits: Any, shorter: Any) -> pa.Table:
    """Counts of ten digits of m enumerators at the sixth decimal."""
    m = len(digits)
    columns = [
        [f"e{i:06d}" for i in range(m)],
        np.full(m, 6, np.int8),
        digits.sum(axis=1),
        *digits.T,
        shorter,
    ]
    return HEAPING.add_up([pa.table(columns, schema=HEAPING.sums)])


def test_digits_by_chance_fail_as_rarely_as_promised() -> None:
    """At a p-value that a simulation can reach; the default is ten thousand times rarer."""
    rng = np.random.default_rng(3)
    digits = rng.multinomial(300, [0.1] * 10, 20_000)
    values = HEAPING.defaults() | {"most_p": 0.01, "least_effect": 0.0}
    decided = HEAPING.decide(heaping_sums(digits, np.zeros(20_000, int)), values, SETTING)
    assert (decided.outcomes.outcome == 1).mean() == pytest.approx(0.01, abs=0.0025)
    usual = HEAPING.decide(heaping_sums(digits, np.zeros(20_000, int)), HEAPING.defaults(), SETTING)
    assert not len(usual.outcomes.failed)


@pytest.mark.parametrize("lost", [0.0, 0.3, 1.0])
def test_zeros_that_a_spreadsheet_took_are_no_heaping(lost: float) -> None:
    """Whatever share of the records lost the zeros at their end."""
    rng = np.random.default_rng(4)
    digits = rng.multinomial(3000, [0.1] * 10, 500)
    gone = rng.binomial(digits[:, 0], lost)
    digits[:, 0] -= gone
    decided = HEAPING.decide(heaping_sums(digits, gone), HEAPING.defaults(), SETTING)
    assert not len(decided.outcomes.failed)


def test_chi_square_and_effect_are_those_of_scipy() -> None:
    digits = np.array([[90, 20, 20, 20, 20, 60, 20, 20, 20, 20]])
    decided = HEAPING.decide(heaping_sums(digits, np.zeros(1, int)), HEAPING.defaults(), SETTING)
    [evidence] = decided.outcomes.evidence_rows()
    oracle = stats.chisquare(digits[0])
    assert evidence["p_value"] == pytest.approx(oracle.pvalue, rel=1e-2)
    assert evidence["effect"] == pytest.approx(np.sqrt(oracle.statistic / 310), abs=1e-3)
    assert (evidence["digit"], evidence["digit_share"]) == (0, pytest.approx(90 / 310, abs=1e-3))


def places(n: int, seed: int = 0, spread_m: float = 480.0) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    return rng.uniform(5, 5 + spread_m, n), rng.uniform(5, 5 + spread_m, n)


@pytest.mark.parametrize("decimals", [None, 5, 6, 7, 12])
def test_places_by_chance_are_not_heaped_however_they_are_written(decimals: int | None) -> None:
    batch = checked(geotags_at(*places(400), decimals, enumerator_id="e1", assigned_area=A))
    assert found("COORDINATE_HEAPING", batch) == []
    assert reasons("COORDINATE_HEAPING", batch) == {}


def texts(values: Any, decimals: int, *, trimmed: bool) -> list[str]:
    written = [f"{value:.{decimals}f}" for value in values]
    return [text.rstrip("0") for text in written] if trimmed else written


@pytest.mark.parametrize("trimmed", [False, True])
@pytest.mark.parametrize(("step_deg", "fails"), [(1e-6, False), (5e-6, True), (1e-5, True)])
def test_rounded_coordinates_are_found(step_deg: float, fails: bool, trimmed: bool) -> None:
    """Rounded to a half or a whole fifth decimal. Where the zeros themselves are lost, nothing is known."""
    geotags = geotags_at(*places(400), enumerator_id="e1", assigned_area=A)
    columns = {
        "lon_text": texts(np.rint(geotags.lon / step_deg) * step_deg, 6, trimmed=trimmed),
        "lat_text": texts(np.rint(geotags.lat / step_deg) * step_deg, 6, trimmed=trimmed),
        "enumerator_id": ["e1"] * 400,
        "assigned_area": [A] * 400,
    }
    batch = checked(Geotags.from_columns(columns))
    if trimmed and step_deg == 1e-5:
        fails = False  # five decimals as a device may have written them
    assert bool(found("COORDINATE_HEAPING", batch)) == fails


def test_stacked_and_crowded_geotags_are_not_heaped() -> None:
    """At one place, in one building, along a street that runs north."""
    x, y = places(300)
    one_place = checked(geotags_at(np.full(300, 100.0), np.full(300, 100.0), 6, enumerator_id="e1"))
    building = checked(geotags_at(*places(300, spread_m=4.0), 6, enumerator_id="e1"))
    street = checked(geotags_at(100 + x * 0.002, y, 6, enumerator_id="e1"))
    for batch in (one_place, building, street):
        assert found("COORDINATE_HEAPING", batch) == []
    assert reasons("COORDINATE_HEAPING", one_place) == {"few_geotags": 1}


# -- spacing -------------------------------------------------------------------------------------


@given(
    points=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 8)), min_size=2, max_size=60),
    swap=st.booleans(),
)
@settings(deadline=None)
def test_the_nearest_neighbours_are_those_of_a_tree(points: list[tuple[int, int]], swap: bool) -> None:
    xy = np.array(sorted((y, x) if swap else (x, y) for x, y in points), float)
    nearest, off_line, variation = (np.empty(2) for _ in range(3))
    # A second group of the same points: groups do not see each other.
    both = np.concatenate([xy, xy])
    measure_spacing(both[:, 0], both[:, 1], np.array([0, len(xy), 2 * len(xy)]), nearest, off_line, variation)
    oracle = spatial.KDTree(xy).query(xy, k=2)[0][:, 1].mean()
    assert nearest[0] == nearest[1] == pytest.approx(oracle)


def test_of_one_point_and_of_one_place_nothing_is_said() -> None:
    nearest, off_line, variation = (np.empty(2) for _ in range(3))
    measure_spacing(np.zeros(3), np.zeros(3), np.array([0, 1, 3]), nearest, off_line, variation)
    assert np.isnan(nearest[0]) and nearest[1] == 0
    assert np.isnan(off_line).all() and np.isnan(variation).all()


@given(shape=star_areas(most=400.0))
@settings(deadline=None, max_examples=40)
def test_surface_and_perimeter_are_those_of_geos(shape: Any) -> None:
    layer = layer_of([around(shape, 115.4, -8.5)])
    kx, ky = metres_per_degree(-8.5)
    area_m2, perimeter_m = np.empty(1), np.empty(1)
    rings = layer.xs, layer.ys, layer.ring_offsets, layer.area_offsets
    measure_outlines(*rings, np.array([0]), np.array([kx]), np.array([ky]), area_m2, perimeter_m)
    assert area_m2[0] == pytest.approx(shape.area, rel=1e-6)
    assert perimeter_m[0] == pytest.approx(shapely.length(shape), rel=1e-6)


@pytest.mark.parametrize(("width", "height"), [(500, 500), (100, 1000), (20, 3000)])
@pytest.mark.parametrize("n", [20, 100])
def test_points_by_chance_have_a_ratio_of_one_and_none_is_too_regular(
    width: int, height: int, n: int
) -> None:
    """Also in areas so narrow that neighbours are found along them only."""
    rng = np.random.default_rng(n + width)
    groups = 1500
    x, y = rng.uniform(0, width, (groups, n)), rng.uniform(0, height, (groups, n))
    order = np.argsort(x, axis=1)
    x, y = np.take_along_axis(x, order, 1), np.take_along_axis(y, order, 1)
    nearest, off_line, variation = (np.empty(groups) for _ in range(3))
    measure_spacing(x.ravel(), y.ravel(), np.arange(groups + 1) * n, nearest, off_line, variation)
    full = np.full(groups, float(width * height)), np.full(groups, 2.0 * (width + height))
    ratio = nearest / expected_nearest_m(np.full(groups, n), *full)
    assert ratio.mean() == pytest.approx(1.0, abs=0.15)
    assert ratio.max() < 1.7
    assert not ((off_line < 0.1) & (variation < 0.1)).any()


def grid(side: int, step_m: float, noise_m: float) -> tuple[Any, Any]:
    rng = np.random.default_rng(1)
    x, y = (axis.ravel() * step_m + step_m / 2 for axis in np.meshgrid(range(side), range(side)))
    return x + rng.normal(0, noise_m, side**2), y + rng.normal(0, noise_m, side**2)


@pytest.mark.parametrize(("noise_m", "fails"), [(0.0, True), (2.0, True), (30.0, False)])
def test_a_grid_over_the_whole_area_is_found(noise_m: float, fails: bool) -> None:
    batch = checked(geotags_at(*grid(7, 500 / 7, noise_m), enumerator_id="e1", assigned_area=A))
    assert bool(found("TOO_REGULAR", batch)) == fails


@pytest.mark.parametrize(("noise_m", "fails"), [(0.0, True), (0.5, True), (4.0, False)])
def test_geotags_at_equal_steps_along_a_line_are_found(noise_m: float, fails: bool) -> None:
    rng = np.random.default_rng(2)
    along = np.arange(25) * 15.0 + 20
    x = along * 0.8 + rng.normal(0, noise_m, 25)
    y = along * 0.6 + rng.normal(0, noise_m, 25)
    batch = checked(geotags_at(x, y, enumerator_id="e1", assigned_area=A))
    [finding] = found("TOO_REGULAR", batch) or [None]
    assert (finding is not None) == fails
    assert finding is None or finding["evidence"]["in_line"]


@given(
    rows=st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 400), st.integers(0, 400), st.integers(4, 7)),
        max_size=80,
    )
)
@settings(deadline=None, max_examples=60)
def test_digits_are_counted_as_by_hand(rows: list[tuple[str, int, int, int]]) -> None:
    """Texts of 4 to 7 decimals against plain Python over their characters."""
    lon = [f"{115.4 + i * 1.37e-5:.{decimals}f}" for _, i, _, decimals in rows]
    lat = [f"{-8.5 + j * 2.31e-5:.{decimals}f}" for _, _, j, decimals in rows]
    names = [name for name, *_ in rows]
    columns = {"lon_text": pa.array(lon, pa.string()), "lat_text": pa.array(lat, pa.string())}
    geotags = Geotags.from_columns(columns | {"enumerator_id": names})
    told = {
        (row["enumerator_id"], row["decimal"]): row for row in HEAPING.collect(checked(geotags)).to_pylist()
    }
    for decimal in (5, 6):
        for name in set(names):
            places: dict[tuple[str, str], list[int]] = {}
            for owner, x, y in zip(names, lon, lat, strict=True):
                if owner == name:
                    key = cut(x, decimal), cut(y, decimal)
                    places[key] = [
                        max(n, len(t.split(".")[1]))
                        for n, t in zip(places.get(key, [0, 0]), (x, y), strict=True)
                    ]
            counts, shorter = [0] * 10, 0
            for axis in (0, 1):
                if len({key[axis][:-1] for key in places}) < 10:
                    continue
                for key, written in places.items():
                    if written[axis] >= decimal:
                        counts[int(key[axis][-1])] += 1
                    else:
                        shorter += 1
            row = told[name, decimal]
            assert [row[f"digit_{digit}"] for digit in range(10)] == counts
            assert (row["shorter"], row["geotags"]) == (shorter, len(places))


def cut(text: str, decimals: int) -> str:
    """A text with so many decimals: zeros where it has fewer."""
    whole, part = text.split(".")
    return f"{whole}.{part[:decimals]:0<{decimals}}"
