"""GeoJSON points (RFC 7946)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from geo.errors import FileUnreadable, PointRefused
from geotags.formats.raw import LAT_COLUMN, LON_COLUMN, GeotagFormat, RawGeotags


def read(path: Path) -> RawGeotags:
    """Read a FeatureCollection of points; a null geometry is a missing coordinate."""
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise FileUnreadable(file=path.name, format="GeoJSON", reason="it is not UTF-8 text") from error
    except json.JSONDecodeError as error:
        reason = f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise FileUnreadable(file=path.name, format="GeoJSON", reason=reason) from error
    except ValueError as error:
        raise FileUnreadable(file=path.name, format="GeoJSON", reason=str(error)) from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise FileUnreadable(file=path.name, format="GeoJSON", reason="it is no FeatureCollection")
    points = [_point(path, row, feature) for row, feature in enumerate(features, start=1)]
    names = list(dict.fromkeys(name for feature in features for name in feature.get("properties") or {}))
    columns = {
        name: _column([(feature.get("properties") or {}).get(name) for feature in features]) for name in names
    }
    columns[LON_COLUMN] = _column([point[0] for point in points])
    columns[LAT_COLUMN] = _column([point[1] for point in points])
    return RawGeotags(columns, first_row=1, texts_as_typed=False)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _point(path: Path, row: int, feature: dict[str, Any]) -> tuple[Any, Any]:
    geometry = feature.get("geometry")
    if geometry is None:
        return None, None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind != "Point":
        raise PointRefused(file=path.name, row=row, found=kind or "nothing")
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


FORMAT = GeotagFormat("GeoJSON", (".geojson", ".json"), read)
