"""The conformance vectors: what is committed, and what another implementation makes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer
from shapely.geometry import shape

from patok.conformance import SHAPES, VERSION, vectors

FOLDER = Path(__file__).parents[2] / "docs" / "conformance"
PAGE = FOLDER.with_suffix(".md").read_text("utf-8")
COMMITTED = {path.stem: json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.json")}


def test_the_committed_files_are_what_the_code_gives() -> None:
    assert vectors() == COMMITTED, "run: python -m patok.conformance docs/conformance"


def test_every_file_is_on_the_page() -> None:
    assert {name for name in SHAPES if f"(conformance/{name}.json)" in PAGE} == set(COMMITTED)


@pytest.mark.parametrize("name", sorted(COMMITTED))
def test_another_implementation_agrees(name: str) -> None:
    """In a plane that keeps distances from the point, with shapely; the probability by drawing at random."""
    vector = COMMITTED[name]
    assert vector["version"] == VERSION
    area = shape(vector["areas"][0]["geometry"])
    rng = np.random.default_rng(1)
    normal = rng.standard_normal((200_000, 2))
    for case in vector["cases"]:
        lon, lat = float(case["lon_text"]), float(case["lat_text"])
        plane = CRS.from_proj4(f"+proj=aeqd +lon_0={lon} +lat_0={lat} +ellps=WGS84")
        flat = shapely.transform(
            area, Transformer.from_crs(4326, plane, always_xy=True).transform, interleaved=False
        )
        there = shapely.Point(0, 0)
        to_edge = there.distance(flat.boundary)
        distance_m = to_edge if flat.covers(there) or to_edge < 1e-3 else -to_edge
        expected = case["expected"]
        allowed = vector["tolerance"]["distance"]
        assert abs(expected["distance_m"]) == pytest.approx(
            abs(distance_m), abs=max(allowed["m"], allowed["share"] * abs(distance_m))
        )
        assert np.sign(expected["distance_m"]) == np.sign(distance_m) or to_edge < 0.01
        sigma = np.hypot(max(2.0, case["accuracy_m"] / 1.5096), vector["boundary_sigma_m"])
        inside = shapely.contains_xy(flat, *(normal * sigma).T).mean()
        # Four standard errors of the drawing, beside what the page allows.
        allowance = vector["tolerance"]["probability"] + 4 * np.sqrt(inside * (1 - inside) / len(normal))
        assert expected["probability"] == pytest.approx(inside, abs=allowance)
        _require_verdict(expected, inside)


def _require_verdict(expected: dict[str, Any], inside: float) -> None:
    codes = {finding["code"] for finding in expected["findings"]}
    if expected["distance_m"] >= 0:
        assert (expected["verdict"] == "accepted") == ("ACCURACY_POOR" not in codes)
        assert ("POSITION_NOT_DECISIVE" in codes) == (expected["probability"] < 0.5) or abs(
            inside - 0.5
        ) < 0.01
    elif expected["probability"] >= 0.01:
        assert "MEMBERSHIP_UNCERTAIN" in codes
    else:
        assert codes & {"OUTSIDE_ASSIGNED_AREA", "IN_NO_AREA"} and expected["verdict"] in (
            "review",
            "rejected",
        )
