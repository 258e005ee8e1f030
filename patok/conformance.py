"""Writes the conformance vectors: ``python -m patok.conformance docs/conformance``.

An app that checks geotags on the device, in whatever language, runs them and compares. A test compares the
committed files with what this gives now, and the distances with geodesics.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from pyproj import Geod
from shapely import MultiPolygon, Polygon

from boundaries.areas import AreaTable
from boundaries.assembly import frame_of_tables
from geo.checks.protocol import Scope
from geo.checks.registry import CHECKS
from geo.codes import SCHEMES
from geo.engine import Verdict, check_geotags
from geo.geotags import Geotags
from geo.levels import Level
from geo.ruleset import Ruleset

VERSION = 1
DISTANCE_TOLERANCE = {"m": 0.01, "share": 0.001}
PROBABILITY_TOLERANCE = 0.002
BOUNDARY_SIGMA_M = 5.0
ASSIGNED, BESIDE = "5105010001000100", "5105010001000200"
ACROSS_M = (-400.0, -60.0, -20.0, -6.0, -1.5, 1.5, 6.0, 20.0, 60.0)
"""From the middle of the first edge of the assigned area, inwards where positive."""
ACCURACIES_M = (3.0, 12.0, 45.0)
_WGS84 = Geod(ellps="WGS84")
_SQUARE = [(0, 0), (300, 0), (300, 300), (0, 300)]

SHAPES: dict[str, tuple[tuple[float, float], list[list[list[tuple[float, float]]]]]] = {
    "square-on-the-equator": ((109.33, 0.0), [[_SQUARE]]),
    "square-bali": ((115.4, -8.55), [[_SQUARE]]),
    "square-aceh": ((95.32, 5.55), [[_SQUARE]]),
    "triangle": ((140.7, -2.53), [[[(0, 0), (400, 0), (120, 260)]]]),
    "corner-inwards": ((115.4, -8.55), [[[(0, 0), (300, 0), (300, 300), (160, 300), (160, 40), (0, 40)]]]),
    "sliver": ((115.4, -8.55), [[[(0, 0), (400, 0), (400, 8), (0, 8)]]]),
    "tiny": ((115.4, -8.55), [[[(0, 0), (25, 0), (25, 25), (0, 25)]]]),
    "hole": ((115.4, -8.55), [[_SQUARE, [(100, 15), (200, 15), (200, 200), (100, 200)]]]),
    "two-parts": (
        (115.4, -8.55),
        [[[(0, 0), (100, 0), (100, 100), (0, 100)]], [[(20, -130), (80, -130), (80, -30), (20, -30)]]],
    ),
}
"""Name -> corner in degrees, and polygons of rings of points in metres east and north of it."""


def vectors() -> dict[str, dict[str, Any]]:
    """Each file by its name: areas, and cases of a geotag with what is expected of it."""
    return {name: _vector(name, *shape) for name, shape in SHAPES.items()}


def _vector(
    name: str, corner: tuple[float, float], parts: list[list[list[tuple[float, float]]]]
) -> dict[str, Any]:
    polygons = [[[_degrees(corner, *point) for point in ring] for ring in rings] for rings in parts]
    assigned = MultiPolygon([Polygon(rings[0], rings[1:]) for rings in polygons])
    beside = MultiPolygon([Polygon([_degrees(corner, x - 1000, y) for x, y in _SQUARE])])
    table = AreaTable(
        Level.SUBSLS,
        [ASSIGNED, BESIDE],
        ["RT 001", "RT 002"],
        [{}, {}],
        [1, 2],
        np.array([assigned, beside], object),
    )
    frame = frame_of_tables(SCHEMES["bps"], {Level.SUBSLS: table}, boundary_sigma_m=BOUNDARY_SIGMA_M)
    rows = list(_geotags(parts[0][0], corner))
    columns = {
        column: pa.array([row[column] for row in rows])
        for column in ("item_id", "assigned_area", "lon_text", "lat_text", "accuracy_m")
    }
    alone = [check for check in CHECKS if check.scope is Scope.RECORD]
    ruleset = Ruleset()
    checked = check_geotags(Geotags.from_columns(columns), frame, Level.SUBSLS, ruleset, alone)
    found: list[list[dict[str, str]]] = [[] for _ in rows]
    for finding in checked.findings():
        found[finding.row].append({"code": finding.check.code, "severity": finding.severity.word})
    return {
        "version": VERSION,
        "name": name,
        "ruleset": {"name": ruleset.name, "version": ruleset.version},
        "boundary_sigma_m": BOUNDARY_SIGMA_M,
        "tolerance": {"distance": DISTANCE_TOLERANCE, "probability": PROBABILITY_TOLERANCE},
        "areas": [
            {"area_code": code, "geometry": json.loads(shapely.to_geojson(geometry))}
            for code, geometry in zip(table.codes, table.geometries, strict=True)
        ],
        "cases": [
            {
                **{name: value for name, value in row.items() if name != "item_id"},
                "expected": {
                    "distance_m": round(float(checked.membership.distance_m[number]), 3),
                    "probability": round(float(checked.membership.probability[number]), 4),
                    "verdict": Verdict(int(checked.verdicts()[number])).word,
                    "findings": found[number],
                },
            }
            for number, row in enumerate(rows)
        ],
    }


def _geotags(ring: list[tuple[float, float]], corner: tuple[float, float]) -> Iterator[dict[str, Any]]:
    """Across the middle of the first edge, which runs east with the inside to the north; then odd ones."""
    middle = (ring[0][0] + ring[1][0]) / 2
    places = [(middle, ring[0][1] + across) for across in ACROSS_M]
    places += [
        ring[0],
        (ring[0][0] - 5, ring[0][1] - 5),
        (-850.0, 150.0),
    ]  # a corner, beside it, the other area
    number = 0
    for place in places:
        lon, lat = _degrees(corner, *place, digits=7)
        for accuracy in ACCURACIES_M:
            number += 1
            yield {
                "item_id": str(number),
                "assigned_area": ASSIGNED,
                "lon_text": f"{lon:.7f}",
                "lat_text": f"{lat:.7f}",
                "accuracy_m": accuracy,
            }


def _degrees(corner: tuple[float, float], x: float, y: float, digits: int = 6) -> tuple[float, float]:
    """The place some metres east and north of a corner; areas lie on the grid of 1e-6 degree."""
    lon, lat, _ = _WGS84.fwd(*corner, np.degrees(np.arctan2(x, y)), np.hypot(x, y))
    return round(float(lon), digits), round(float(lat), digits)


def write(folder: Path) -> None:
    """Write one file per shape."""
    for name, vector in vectors().items():
        text = json.dumps(vector, indent=1, ensure_ascii=False)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
