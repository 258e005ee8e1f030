"""Metres to the boundary, against the geodesic to densely sampled edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.geodesy import geodesic_m, metres_per_degree
from geo.geotags import Geotags
from geo.levels import Level
from geo.membership import find_membership, find_nearest, measure_points
from tests.geo.oracles import GEOD, geodesic_distance_m
from tests.geo.shapes import around, frame_of, layer_of, star_areas

CODE = f"5105{0:012d}"


def measured(shape: Any, lons: list[float], lats: list[float]) -> tuple[Any, Any]:
    """Signed distance of points to one area as the engine reports it, and the layer."""
    layer = layer_of([shape])
    geotags = Geotags.from_columns({"lon_text": lons, "lat_text": lats, "assigned_area": [CODE] * len(lons)})
    usable = np.ones(len(lons), np.bool_)
    return find_membership(geotags, frame_of(layer), Level.SUBSLS, usable, 20.0), layer


def bearing(lon: float, lat: float, azimuth: float, metres: float) -> tuple[float, float]:
    x, y, _ = GEOD.fwd(lon, lat, azimuth, metres)
    return round(x, 9), round(y, 9)


places_of_indonesia = st.tuples(st.floats(95, 141), st.floats(-11, 6))
# Half of them within 2 km, where the plane is used alone.
metres_away = st.one_of(st.floats(0, 300), st.floats(0, 2_500), st.floats(0, 50_000))
sizes_m = st.sampled_from([20.0, 300.0, 5_000.0, 40_000.0])


@settings(max_examples=250, deadline=None)
@given(st.data(), places_of_indonesia, st.floats(0, 360), metres_away, sizes_m)
def test_distances_within_indonesia(
    data: st.DataObject, place: tuple[float, float], azimuth: float, away_m: float, size_m: float
) -> None:
    """Within the greater of 1 cm and 0.1 %, for points up to 50 km away and for areas of any size."""
    shape = around(data.draw(star_areas(size_m)), *place)
    lon, lat = bearing(*place, azimuth, away_m)
    membership, layer = measured(shape, [lon], [lat])
    distance = abs(float(membership.distance_m[0]))
    expected = geodesic_distance_m(layer.geometry(0), lon, lat)
    if expected <= 50_000:
        assert distance == pytest.approx(expected, rel=1e-3, abs=0.01)
        assert membership.distance_m[0] >= 0 or not shapely.intersects_xy(layer.geometry(0), lon, lat)


@pytest.mark.parametrize("lat", [-60, -45, -30, 30, 45, 60])
def test_distances_at_other_latitudes(lat: int) -> None:
    """The contract also holds far from the equator, where the plane bends more."""
    rng = np.random.default_rng(abs(lat))
    for _ in range(60):
        turns = np.sort(rng.uniform(0, 2 * np.pi, 9))
        radii = rng.uniform(0.3, 1, 9) * 10.0 ** rng.uniform(1.5, 4.5)
        drawn = shapely.Polygon(np.column_stack([radii * np.cos(turns), radii * np.sin(turns)]))
        shape = around(drawn, 100.0, float(lat))
        lon, at = bearing(100.0, float(lat), rng.uniform(0, 360), 10.0 ** rng.uniform(0, 4.6))
        membership, layer = measured(shape, [lon], [at])
        expected = geodesic_distance_m(layer.geometry(0), lon, at)
        assert abs(membership.distance_m[0]) == pytest.approx(expected, rel=1e-3, abs=0.01)


def test_the_nearest_point_is_on_the_boundary_and_that_far() -> None:
    shape = around(shapely.Polygon([(0, 0), (900, 100), (400, 1300)]), 115.4, -8.5)
    rng = np.random.default_rng(1)
    lons, lats = rng.uniform(115.39, 115.42, 300), rng.uniform(-8.51, -8.48, 300)
    membership, layer = measured(shape, lons.tolist(), lats.tolist())
    held = layer.geometry(0)
    near = find_nearest(layer, np.zeros(300, np.int64), lons, lats)
    off_deg = shapely.distance(held.boundary, shapely.points(*near))
    assert off_deg.max() < 1e-13
    metres = geodesic_m(lons, lats, *near)
    assert np.abs(membership.distance_m) == pytest.approx(metres, rel=1e-4)


def test_beyond_two_kilometres_the_distance_is_the_geodesic() -> None:
    shape = shapely.box(115.0, -8.2, 115.1, -8.1)
    at = np.array([115.05, 115.05, 115.3]), np.array([-7.9, -8.15, -8.15])
    membership, layer = measured(shape, *(axis.tolist() for axis in at))
    expected = geodesic_m(*at, *find_nearest(layer, np.zeros(3, np.int64), *at))
    assert (expected > 2_000).all()
    assert membership.distance_m.tolist() == (expected * [-1, 1, -1]).tolist()


def test_a_point_on_the_boundary_is_at_zero_and_inside() -> None:
    shape = shapely.box(115.0, -8.5, 115.5, -8.0)
    membership, _ = measured(shape, [115.0, 115.25, 115.5, 115.0], [-8.25, -8.0, -8.5, -8.0])
    assert membership.distance_m.tolist() == [0.0] * 4


def test_the_neighbouring_float_outside_is_never_at_zero() -> None:
    """Zero means inside; a point outside by a bit is negative, however small the number."""
    layer = layer_of([shapely.Polygon([(115, -8), (115.3, -8.1), (115.1, -7.7)])])
    mx, my = 115.15, -8.05
    ys = np.array([my - 0.1 * np.spacing(1.0), np.nextafter(my, -9), np.nextafter(my, -7)])
    ys = np.r_[ys, my + np.arange(-40, 41) * np.spacing(8.0)]
    xs = np.full(len(ys), mx)
    distance, _ = measure_points(layer, np.zeros(len(xs), np.int64), xs, ys, np.ones(len(xs)))
    outside = ~shapely.intersects_xy(layer.geometry(0), xs, ys)
    assert outside.any() and (~outside).any()
    assert (distance[outside] < 0).all() and (distance[~outside] >= 0).all()


@pytest.mark.parametrize("lat", [-89.0, -60.0, -8.5, 0.0, 5.9, 45.0, 89.0])
def test_metres_per_degree_are_the_ellipsoid_s(lat: float) -> None:
    kx, ky = metres_per_degree(lat)
    step = 1e-4
    _, _, east = GEOD.inv(100, lat, 100 + step, lat)
    _, _, north = GEOD.inv(100, lat - step / 2, 100, lat + step / 2)
    assert kx == pytest.approx(east / step, rel=1e-8)
    assert ky == pytest.approx(north / step, rel=1e-8)


@settings(max_examples=60, deadline=None)
@given(star_areas(500.0), st.floats(-700, 700), st.floats(-700, 700), st.floats(-90, 90))
def test_moving_everything_east_changes_nothing(shape: Any, x: float, y: float, by: float) -> None:
    kx, ky = metres_per_degree(-8.5)
    results = []
    for lon in (20.0, 20.0 + by):
        layer = layer_of([around(shape, lon, -8.5)])
        at = np.array([lon + x / kx]), np.array([-8.5 + y / ky])
        distance, probability = measure_points(layer, np.zeros(1, np.int64), *at, np.full(1, 40.0))
        results.append((abs(distance[0]), probability[0]))
    # A degree of longitude keeps 1e-14 degree of a float: a nanometre, which may change the side.
    assert results[0][0] == pytest.approx(results[1][0], abs=1e-7)
    assert results[0][1] == pytest.approx(results[1][1], abs=1e-9)
