"""Large outlines against GEOS: inside, and the way to the edge, whatever the runs of edges are."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import regions
from geo.regions import Regions
from tests.geo.shapes import around, layer_of

LON, LAT = 115.4, -8.5
ISLANDS = st.lists(
    st.builds(
        lambda x, y, r, lake: shapely.Point(x, y).buffer(r, 16) - shapely.Point(x, y).buffer(lake),
        st.integers(-3000, 3000), st.integers(-3000, 3000), st.integers(100, 1500), st.integers(0, 90),
    ),
    min_size=1, max_size=4,
)  # fmt: skip
POINTS = st.lists(st.tuples(st.integers(-5000, 5000), st.integers(-5000, 5000)), min_size=1, max_size=12)


@settings(max_examples=200, deadline=None)
@given(ISLANDS, POINTS, st.sampled_from([1, 7, 64]), st.sampled_from([200.0, 2000.0]))
def test_depth_is_that_of_geos(
    islands: list[shapely.Geometry], points: list[tuple[int, int]], edges: int, reach_m: float
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(regions, "_EDGES_PER_RUN", edges)
        known = Regions.of(layer_of([around(island, LON, LAT) for island in islands]))
    at = [around(shapely.Point(*point), LON, LAT) for point in points]
    lon, lat = np.array([one.x for one in at]), np.array([one.y for one in at])
    depth = known.depth_m(lon, lat, np.full(len(at), reach_m))
    for found, point in zip(depth.tolist(), points, strict=True):
        here = shapely.Point(*point)
        metres = min(island.boundary.distance(here) for island in islands)
        inside = any(island.contains(here) for island in islands)
        if metres < 0.5 or abs(metres - reach_m) < 5:
            continue  # the two measure in planes that differ by so much
        wanted = metres if metres <= reach_m else np.inf
        assert found == pytest.approx(wanted if inside else -wanted, rel=2e-3, abs=0.5)


def test_nothing_is_outside_of_nothing() -> None:
    known = Regions.of(layer_of([]))
    assert known.depth_m(np.array([LON]), np.array([LAT]), np.array([1000.0])).tolist() == [-np.inf]
