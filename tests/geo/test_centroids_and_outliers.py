"""Centroids as GEOS finds them, outliers as the words say, and areas that hold a point by asking each."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.checks.protocol import Outcome
from geo.checks.registry import CHECK_OF_CODE
from geo.checks.spatial_outlier import _MANY
from geo.codes import SCHEMES
from geo.engine import Checked, check_geotags
from geo.frame import Frame, Segment
from geo.geodesy import earth_centred_m, geodesic_m, metres_per_degree
from geo.geotags import Geotags
from geo.levels import Level
from geo.places import Places
from tests.geo.shapes import around, frame_of, layer_of
from tests.geo.test_cases import frame_named

SHAPES = st.builds(
    lambda x, y, r, hole: shapely.Point(x, y).buffer(r, 5) - shapely.Point(x, y + r / 3).buffer(hole),
    st.integers(-900, 900), st.integers(-900, 900), st.integers(20, 400), st.integers(0, 12),
)  # fmt: skip


@given(st.lists(SHAPES, min_size=1, max_size=4))
def test_centroids_are_those_of_geos(shapes: list[shapely.Geometry]) -> None:
    shapes = [around(shape, 115.4, -8.5) for shape in [*shapes, shapely.union_all(shapes)]]
    layer = layer_of(shapes)
    wanted = np.array([(shape.centroid.x, shape.centroid.y) for shape in shapes])
    np.testing.assert_allclose(layer.centroids, wanted, rtol=0, atol=1e-11)


def test_an_area_without_surface_has_no_centroid() -> None:
    assert np.isnan(layer_of([shapely.Polygon()]).centroids).all()


@given(st.floats(-179, 179), st.floats(-80, 80), st.floats(-30, 30), st.floats(-30, 30))
def test_near_in_space_is_near_on_the_ellipsoid(lon: float, lat: float, east: float, north: float) -> None:
    kx, ky = metres_per_degree(lat)
    one, other = earth_centred_m([lon, lon + east / kx], [lat, lat + north / ky])
    on_it = geodesic_m(lon, lat, lon + east / kx, lat + north / ky)
    assert np.linalg.norm(one - other) == pytest.approx(float(on_it), abs=1e-4)


def test_the_nearest_place_is_that_of_asking_each() -> None:
    rng = np.random.default_rng(1945)
    lon, lat = rng.uniform(115.4, 115.402, 40), rng.uniform(-8.5, -8.498, 40)
    places = Places(pa.array([""] * 7), pa.array([""] * 7), lon[:7], lat[:7])
    found, metres = places.nearest(lon[7:], lat[7:], 60.0)
    every = geodesic_m(*np.broadcast_arrays(lon[7:, None], lat[7:, None], lon[:7], lat[:7]))
    nearest = every.argmin(axis=1)
    near = every.min(axis=1) <= 60
    assert near.any() and not near.all()
    assert np.array_equal(found, np.where(near, nearest, -1))
    np.testing.assert_allclose(metres[near], every.min(axis=1)[near], atol=1e-3)


def outliers(lon: np.ndarray, lat: np.ndarray) -> Checked:
    n = len(lon)
    geotags = Geotags.from_columns(
        {
            "item_id": [f"i{i}" for i in range(n)],
            "lon_text": pa.array(lon),
            "lat_text": pa.array(lat),
            "assigned_area": ["5105030001000101"] * n,
        }
    )
    check = CHECK_OF_CODE["SPATIAL_OUTLIER"]
    return check_geotags(geotags, frame_named("two_villages"), Level.SUBSLS, checks=[check])


@pytest.mark.parametrize("n", [40, _MANY - 2, _MANY + 60])
def test_a_lone_house_is_found_however_many_there_are(n: int) -> None:
    rng = np.random.default_rng(n)
    lon, lat = 115.402 + rng.normal(0, 0.0004, n), -8.498 + rng.normal(0, 0.0004, n)
    done = outliers(np.r_[lon, 115.409], np.r_[lat, -8.491])
    assert done.outcomes["SPATIAL_OUTLIER"].failed.tolist() == [n]
    fifth_m = np.sort(geodesic_m(*np.broadcast_arrays(lon, lat, 115.409, -8.491)))[4]
    assert next(done.findings()).evidence["fifth_m"] == pytest.approx(fifth_m, abs=0.6)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(20, 60))
def test_houses_drawn_from_one_neighbourhood_are_seldom_outliers(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    done = outliers(115.404 + rng.uniform(0, 0.004, n), -8.496 + rng.uniform(0, 0.004, n))
    assert len(done.outcomes["SPATIAL_OUTLIER"].failed) <= 1


@settings(deadline=None)
@given(
    st.lists(st.tuples(SHAPES, st.integers(0, 2)), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(-900, 900), st.integers(-900, 900), st.integers(0, 5))),
)
def test_a_point_is_in_the_areas_that_hold_it(
    drawn: list[tuple[shapely.Geometry, int]], points: list[tuple[int, int, int]]
) -> None:
    """Of its own kabupaten or another, and whichever of them is the assigned one."""
    shapes = [around(shape, 115.4, -8.5) for shape, _ in drawn]
    codes = [f"51{kab:02d}030001{i:04d}01" for i, (_, kab) in enumerate(drawn)]
    segments = []
    for key in sorted({code[:4] for code in codes}):
        its = [i for i, code in enumerate(codes) if code.startswith(key)]
        layer = layer_of([shapes[i] for i in its], [codes[i] for i in its])
        segments.append(Segment(key, {Level.SUBSLS: layer}))
    at = [around(shapely.Point(*point[:2]), 115.4, -8.5) for point in [(0, 0), *points]]
    assigned = [codes[which % len(codes)] for _, _, which in [(0, 0, 0), *points]]
    done = overlaps(Frame(SCHEMES["bps"], tuple(segments)), at, assigned)
    holding = [[shape.contains_properly(one) for shape in shapes] for one in at]
    failed = done.outcomes["AMBIGUOUS_OVERLAP"].outcome == Outcome.FAIL
    assert failed.tolist() == [sum(one) >= 2 for one in holding]
    for finding in done.findings():
        wanted = [code for code, holds in zip(codes, holding[finding.row], strict=True) if holds]
        assert finding.evidence["areas"] == len(wanted)
        assert finding.evidence["area_codes"] == sorted(wanted)[:5]


def overlaps(frame: Frame, at: list[shapely.Point], assigned: list[str]) -> Checked:
    geotags = Geotags.from_columns(
        {"lon_text": [repr(one.x) for one in at], "lat_text": [repr(one.y) for one in at]}
        | {"assigned_area": assigned}
    )
    check = CHECK_OF_CODE["AMBIGUOUS_OVERLAP"]
    return check_geotags(geotags, frame, Level.SUBSLS, checks=[check])


@pytest.mark.parametrize(
    ("floors", "wanted"),
    [
        (["1", "2"], True),
        (["", "2"], True),
        (["0", None], False),
        (["2", "2"], False),
        (["1", "2", "2"], False),
        (["0", "1", "2", "3", "4", "5", "6"], True),
    ],
)
def test_areas_above_each_other_are_told_from_areas_that_overlap(floors: list[str], wanted: bool) -> None:
    codes = [f"5105030001{i:04d}01" for i in range(len(floors))]
    shape = around(shapely.box(-10, -10, 10, 10), 115.4, -8.5)
    attributes = [json.dumps({"tingkat": floor}) for floor in floors]
    frame = frame_of(layer_of([shape] * len(floors), codes, attributes=attributes))
    done = overlaps(frame, [shapely.Point(115.4, -8.5)], ["5105030009000101"])
    evidence = next(done.findings()).evidence
    assert evidence == {"areas": len(floors), "area_codes": codes[:5], "floors": wanted}
