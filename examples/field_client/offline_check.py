"""Checks a geotag against a pack, without a network: the standard library alone.

Written to be read and carried over to Kotlin or JavaScript; `docs/conformance/` proves another one equal.
What looks at other households is for the server to say.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import atan2, cos, expm1, hypot, pi, radians, sin, sqrt
from pathlib import Path
from typing import Any

Ring = list[tuple[float, float]]
"""Longitude and latitude of its corners; the last is the first."""

SIGMAS_PER_R68 = 1.5096
"""The radius of 68 % of a round Gaussian, in sigmas: what Android calls accuracy."""
LEAST_SIGMA_M = 2.0
_NODES = (0.1834346424956498, 0.525532409916329, 0.7966664774136267, 0.9602898564975363)
_WEIGHTS = (0.362683783378362, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763)
_NEAR_SIGMAS = 6.2
_PIECE_SIGMAS = 4.0


@dataclass(frozen=True)
class Area:
    """An area of the pack: polygons of rings, the first of each the outer one."""

    code: str
    name: str
    polygons: list[list[Ring]]


@dataclass(frozen=True)
class Checked:
    """What the device says; the server has the last word."""

    verdict: str
    distance_m: float | None
    probability: float | None
    findings: list[tuple[str, str]] = field(default_factory=list)
    """Code and severity."""


class Pack:
    """The areas of a downloaded pack (areas.gpkg) with the rules of its manifest."""

    def __init__(self, path: Path, manifest: dict[str, Any]) -> None:
        self._database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.boundary_sigma_m = float(manifest["release"]["boundary_sigma_m"])
        self.parameters: dict[str, dict[str, float]] = manifest["ruleset"]["parameters"]

    def area(self, code: str) -> Area | None:
        """The area with this code."""
        row = self._database.execute("SELECT name, geom FROM areas WHERE area_code = ?", (code,)).fetchone()
        return None if row is None else Area(code, row[0], polygons_of(row[1]))

    def around(self, lon: float, lat: float) -> Iterator[Area]:
        """The areas whose box holds a place, found by the file's own index."""
        rows = self._database.execute(
            "SELECT a.area_code, a.name, a.geom FROM rtree_areas_geom AS r JOIN areas AS a ON a.fid = r.id"
            " WHERE r.minx <= ? AND r.maxx >= ? AND r.miny <= ? AND r.maxy >= ?",
            (lon, lon, lat, lat),
        )
        for code, name, blob in rows:
            yield Area(code, name, polygons_of(blob))

    def check(self, assigned_area: str, lon: float, lat: float, accuracy_m: float | None) -> Checked:
        """The checks of membership, with the thresholds of the campaign."""
        area = self.area(assigned_area)
        if area is None:
            return Checked("not_assessed", None, None)
        others = [one for one in self.around(lon, lat) if one.code != assigned_area]
        return check(area, others, lon, lat, accuracy_m, self.boundary_sigma_m, self.parameters)


def check(
    area: Area,
    others: list[Area],
    lon: float,
    lat: float,
    accuracy_m: float | None,
    boundary_sigma_m: float,
    parameters: dict[str, dict[str, float]],
) -> Checked:
    """``others`` are those that may hold the place."""
    distance_m = signed_distance_m(area, lon, lat)
    assumed = parameters["ACCURACY_MISSING"]["assumed_m"] if accuracy_m is None else accuracy_m
    sigma_m = hypot(max(LEAST_SIGMA_M, assumed / SIGMAS_PER_R68), boundary_sigma_m)
    probability = probability_inside(area, lon, lat, sigma_m, distance_m)
    found: list[tuple[str, str]] = []
    outside = parameters["OUTSIDE_ASSIGNED_AREA"]
    if distance_m >= 0:
        if probability < parameters["POSITION_NOT_DECISIVE"]["decisive_probability"]:
            found.append(("POSITION_NOT_DECISIVE", "info"))
    elif probability >= outside["least_probability"]:
        found.append(("MEMBERSHIP_UNCERTAIN", "info"))
    else:
        holders = [one for one in others if signed_distance_m(one, lon, lat) >= 0]
        if not holders:
            found.append(("IN_NO_AREA", "review"))
        else:
            near = -distance_m <= outside["error_beyond_m"]
            same = any(one.code[:10] == area.code[:10] for one in holders)
            found.append(("OUTSIDE_ASSIGNED_AREA", "review" if near and same else "error"))
    if accuracy_m is None:
        found.append(("ACCURACY_MISSING", "review"))
    elif accuracy_m > parameters["ACCURACY_POOR"]["review_m"]:
        poor = "error" if accuracy_m > parameters["ACCURACY_POOR"]["error_m"] else "review"
        found.append(("ACCURACY_POOR", poor))
    severities = {severity for _, severity in found}
    verdict = "rejected" if "error" in severities else "review" if "review" in severities else "accepted"
    return Checked(verdict, distance_m, probability, found)


def signed_distance_m(area: Area, lon: float, lat: float) -> float:
    """To the outline, positive inside, 0 on it; in the plane of the ellipsoid's radii at the place."""
    nearest, inside = float("inf"), False
    for polygon in in_metres(area, lon, lat):
        for ring in polygon:
            for (ax, ay), (bx, by) in itertools.pairwise(ring):
                nearest = min(nearest, _distance_to_edge(ax, ay, bx, by))
                if (ay > 0) != (by > 0) and (ax * by - ay * bx > 0) == (by > ay):
                    inside = not inside  # a ray to the east crosses the edge
    return nearest if inside else -nearest


def probability_inside(area: Area, lon: float, lat: float, sigma_m: float, distance_m: float) -> float:
    """The mass inside of a round Gaussian around the place (`docs/membership.md`)."""
    if abs(distance_m) > 5 * sigma_m:
        return 1.0 if distance_m > 0 else 0.0
    total = 0.0
    for polygon in in_metres(area, lon, lat):
        for number, ring in enumerate(polygon):
            turned = ring if (_surface(ring) > 0) == (number == 0) else ring[::-1]
            for (ax, ay), (bx, by) in itertools.pairwise(turned):
                total += _share(ax / sigma_m, ay / sigma_m, bx / sigma_m, by / sigma_m)
    return min(1.0, max(0.0, total))


def in_metres(area: Area, lon: float, lat: float) -> list[list[Ring]]:
    """East and north of the place (WGS 84; Snyder 1987, eq. 4-18 and 4-20)."""
    e2 = 0.0066943799901413165
    w2 = 1 - e2 * sin(radians(lat)) ** 2
    per_lat = radians(1) * 6378137.0 * (1 - e2) / (w2 * sqrt(w2))
    per_lon = radians(1) * 6378137.0 * cos(radians(lat)) / sqrt(w2)
    return [
        [[((x - lon) * per_lon, (y - lat) * per_lat) for x, y in ring] for ring in polygon]
        for polygon in area.polygons
    ]


def polygons_of(blob: bytes) -> list[list[Ring]]:
    """The multipolygon of a GeoPackage's geometry column: a header, then WKB."""
    envelope = (0, 32, 48, 48, 64)[blob[3] >> 1 & 7]
    at = 8 + envelope
    (count,) = struct.unpack_from("<I", blob, at + 5)
    at, polygons = at + 9, []
    for _ in range(count):
        (rings,) = struct.unpack_from("<I", blob, at + 5)
        at, polygon = at + 9, []
        for _ in range(rings):
            (corners,) = struct.unpack_from("<I", blob, at)
            flat = struct.unpack_from(f"<{2 * corners}d", blob, at + 4)
            polygon.append(list(zip(flat[::2], flat[1::2], strict=True)))
            at += 4 + 16 * corners
        polygons.append(polygon)
    return polygons


def _distance_to_edge(ax: float, ay: float, bx: float, by: float) -> float:
    dx, dy = bx - ax, by - ay
    length2 = dx * dx + dy * dy
    t = 0.0 if length2 == 0 else max(0.0, min(1.0, -(ax * dx + ay * dy) / length2))
    return hypot(ax + t * dx, ay + t * dy)


def _surface(ring: Ring) -> float:
    return sum(ax * by - ay * bx for (ax, ay), (bx, by) in itertools.pairwise(ring))


def _share(ax: float, ay: float, bx: float, by: float) -> float:
    """What one edge adds, in sigmas: far away its angle, near by Gauss and Legendre, eight nodes a piece."""
    cross = ax * by - ay * bx
    if cross == 0.0:
        return 0.0
    if _distance_to_edge(ax, ay, bx, by) > _NEAR_SIGMAS:
        return atan2(cross, ax * bx + ay * by) / (2 * pi)
    pieces = int(hypot(bx - ax, by - ay) / _PIECE_SIGMAS) + 1
    total = 0.0
    for piece in range(pieces):
        middle, half = (piece + 0.5) / pieces, 0.5 / pieces
        for node, weight in zip(_NODES, _WEIGHTS, strict=True):
            for t in (middle - half * node, middle + half * node):
                r2 = (ax + t * (bx - ax)) ** 2 + (ay + t * (by - ay)) ** 2
                total += weight * half * (0.5 if r2 < 1e-12 else -expm1(-r2 / 2) / r2)
    return cross * total / (2 * pi)


def open_pack(folder: Path) -> Pack:
    """What `client.py pack` downloaded."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    return Pack(folder / "areas.gpkg", manifest)
