"""The areas where a geotag may really lie: all that are near, the likeliest first, and never too many."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import candidates
from geo.candidates import MOST_CANDIDATES, find_candidates
from geo.codes import SCHEMES
from geo.frame import Frame, Segment
from geo.levels import Level
from tests.geo.shapes import around, in_metres, layer_of

LON, LAT, SIDE_M = 115.4, -8.5, 100


def squares(n: int) -> Frame:
    """n by n squares of 100 m, one kabupaten for each column."""
    segments = []
    for x in range(n):
        shapes = [shapely.box(x * SIDE_M, y * SIDE_M, (x + 1) * SIDE_M, (y + 1) * SIDE_M) for y in range(n)]
        codes = [f"51{x:02d}010001{y:04d}00" for y in range(n)]
        layer = layer_of([around(shape, LON, LAT) for shape in shapes], codes)
        segments.append(Segment(f"51{x:02d}", {Level.SUBSLS: layer}))
    return Frame(SCHEMES["bps"], tuple(segments))


FRAME = squares(12)


def found_at(east_m: float, north_m: float, sigma_m: float, assigned: str = "") -> list[dict[str, Any]]:
    at = around(shapely.Point(east_m, north_m), LON, LAT)
    where = np.array([at.x]), np.array([at.y]), np.array([sigma_m])
    found = find_candidates(FRAME, Level.SUBSLS, *where, pa.array([assigned]))
    return found.of(np.array([0]))[0].as_py()


def likeliest_first(area: dict[str, Any]) -> tuple[bool, float, float]:
    return (area["distance_m"] < 0, -area["probability"], -area["distance_m"])


@settings(max_examples=150, deadline=None)
@given(st.integers(-7000, 2000), st.integers(-900, 2000), st.sampled_from([3.0, 20.0, 60.0, 130.0]))
def test_they_are_the_nearest_ones(east_m: int, north_m: int, sigma_m: float) -> None:
    point = shapely.Point(east_m, north_m)
    near = {}
    for _, layer in FRAME.layers(Level.SUBSLS):
        for row, code in enumerate(layer.codes.to_pylist()):
            near[code] = in_metres(layer.geometry(row), LON, LAT).distance(point)
    expected: list[str] = []
    for radius_m in (4 * sigma_m, 500, 5000):
        expected = expected or [code for code, away in near.items() if away <= radius_m]
    found = found_at(east_m, north_m, sigma_m)
    # At the rim of the search a centimetre decides, and the two measure in other planes.
    at_the_rim = any(abs(away - rim) < 0.5 for away in near.values() for rim in (4 * sigma_m, 500, 5000))
    if not at_the_rim:
        assert {area["area_code"] for area in found} <= set(expected)
        assert len(found) == min(len(expected), MOST_CANDIDATES)
    if found:
        assert -found[0]["distance_m"] <= min(near.values()) + 0.5
    assert found == sorted(found, key=likeliest_first)
    for area in found:
        assert max(-area["distance_m"], 0.0) == pytest.approx(near[area["area_code"]], rel=1e-3, abs=0.05)


def test_the_assigned_area_is_none_of_them() -> None:
    codes = [area["area_code"] for area in found_at(250, 250, 20.0)]
    assert codes[0] == "5102010001000200"
    without = found_at(250, 250, 20.0, assigned=codes[0])
    assert [area["area_code"] for area in without][: len(codes) - 1] == codes[1:]
    assert without[0]["relation"] == "other_kab" or without[0]["shared_level"] == "desa"


def test_a_coarse_accuracy_measures_no_more_than_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within 5 km lie all 144 areas; of each kabupaten three are measured, and the order stays."""
    usual = found_at(640, 620, 3000.0)
    measured = []

    def counting(layer: object, rows: np.ndarray, *rest: np.ndarray) -> tuple[np.ndarray, ...]:
        measured.append(len(rows))
        return measure(layer, rows, *rest)

    measure = candidates.measure_points
    monkeypatch.setattr(candidates, "measure_points", counting)
    monkeypatch.setattr(candidates, "_MOST_MEASURED", 3)
    few = found_at(640, 620, 3000.0)
    assert measured == [3] * 12
    assert len(few) == len(usual) == MOST_CANDIDATES
    assert few[0] == usual[0] and few[0]["area_code"] == "5106010001000600"


def test_points_are_taken_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1945)
    places = [around(shapely.Point(*xy), LON, LAT) for xy in rng.uniform(-1500, 2500, (50, 2))]
    lon, lat = np.array([(at.x, at.y) for at in places]).T
    sigma = rng.choice([5.0, 50.0, 500.0], 50)
    points = np.arange(50)
    whole = find_candidates(FRAME, Level.SUBSLS, lon, lat, sigma, pa.array([""] * 50)).of(points)
    monkeypatch.setattr(candidates, "_POINTS_AT_ONCE", 7)
    assert find_candidates(FRAME, Level.SUBSLS, lon, lat, sigma, pa.array([""] * 50)).of(points) == whole
