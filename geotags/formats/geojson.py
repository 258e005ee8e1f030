"""GeoJSON points (RFC 7946)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from boundaries.formats.geojson import NOT_A_FEATURE, declared_crs, parse_json
from geo.crs import SAME_AS_WGS84
from geo.errors import CrsRefused, PointRefused
from geo.text import Text
from geotags.formats.raw import (
    LAT_COLUMN,
    LON_COLUMN,
    NO_GEOMETRY,
    NOT_UTF8,
    POINTS_IN,
    Choose,
    GeotagFormat,
    OnBadRow,
    RawGeotags,
    unreadable,
)

NAME = "GeoJSON"

NOT_A_COLLECTION = Text(en="it is no FeatureCollection", id="isinya bukan FeatureCollection")


def stream(path: Path, on_bad_row: OnBadRow | None, choose: Choose | None) -> Iterator[RawGeotags]:
    """Read a FeatureCollection of points, in one piece; a null geometry is a missing coordinate."""
    document = parse_json(path)
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise unreadable(path, NAME, NOT_A_COLLECTION)
    crs = declared_crs(document)
    if crs.is_declared and crs.epsg not in SAME_AS_WGS84:
        named = f"EPSG:{crs.epsg}" if crs.epsg else crs.name
        raise CrsRefused(file=path.name, row=1, reason=POINTS_IN.fill(crs=named))
    properties = [_properties(path, row, feature) for row, feature in enumerate(features, start=1)]
    points = [_point(path, row, feature) for row, feature in enumerate(features, start=1)]
    values = {
        name: [own.get(name) for own in properties]
        for name in dict.fromkeys(name for own in properties for name in own)
    }
    values[LON_COLUMN], values[LAT_COLUMN] = ([point[axis] for point in points] for axis in (0, 1))
    try:
        columns = {name: _column(given) for name, given in values.items()}
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can write and text cannot hold
        raise unreadable(path, NAME, NOT_UTF8) from None
    numbers = {name for name, given in values.items() if not all(isinstance(v, str | None) for v in given)}
    yield RawGeotags(columns, first_row=1, number_columns=frozenset(numbers))


def _properties(path: Path, row: int, feature: Any) -> dict[str, Any]:
    properties = feature.get("properties") if isinstance(feature, dict) else 0
    if not isinstance(properties, dict | None):
        raise unreadable(path, NAME, NOT_A_FEATURE, row=row)
    return properties or {}


def _point(path: Path, row: int, feature: dict[str, Any]) -> tuple[Any, Any]:
    geometry = feature.get("geometry")
    if geometry is None:
        return None, None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind != "Point":
        said = kind if isinstance(kind, str) and kind.isalpha() and len(kind) < 30 else "?"
        raise PointRefused(file=path.name, row=row, found=NO_GEOMETRY if kind is None else said)
    place = geometry.get("coordinates")
    if not isinstance(place, list) or len(place) < 2:
        return None, None
    return place[0], place[1]


def _column(values: list[Any]) -> pa.StringArray:
    return pa.array([None if value is None else _text(value) for value in values], pa.string())


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return repr(value) if isinstance(value, float) else json.dumps(value)


FORMAT = GeotagFormat(NAME, (".geojson", ".json"), stream)
