"""GeoJSON (RFC 7946), read with the standard json module so that long whole numbers stay exact."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.formats.raw import BoundaryFormat, DeclaredCrs, RawTable, object_array, unreadable
from geo.errors import GeometryRefused
from geo.text import Text

NAME = "GeoJSON"

NOT_UTF8 = Text(
    en="byte {byte} is not UTF-8 text",
    id="bita ke-{byte} bukan teks UTF-8",
)
NOT_JSON = Text(
    en="the JSON breaks off or is wrong at line {line}, column {column}",
    id="JSON terputus atau salah pada baris {line}, kolom {column}",
)
NOT_A_NUMBER = Text(
    en="it holds the value {value}, which JSON does not know",
    id="berisi nilai {value}, yang tidak dikenal JSON",
)
TOO_DEEP = Text(
    en="its values are nested too deeply or a number is too long",
    id="nilainya bersarang terlalu dalam atau ada angka yang terlalu panjang",
)
NOT_A_COLLECTION = Text(
    en="it is not a FeatureCollection with a list of features",
    id="isinya bukan FeatureCollection dengan daftar fitur",
)
NOT_A_FEATURE = Text(
    en="row {row} is not a feature with properties and a geometry",
    id="baris {row} bukan fitur dengan properties dan geometry",
)
BROKEN_COORDINATES = Text(
    en="the coordinates in row {row} are not lists of numbers that close a ring",
    id="koordinat pada baris {row} bukan daftar angka yang membentuk cincin",
)

_CRS_NAME = re.compile(r"(?:urn:ogc:def:crs:|urn:x-ogc:def:crs:)?EPSG:(?:[0-9.]*:)?([0-9]+)", re.IGNORECASE)


class _UnknownConstant(ValueError):
    """NaN or an infinity where JSON wants a number."""


def read_geojson(path: Path, layer: str | None = None) -> RawTable:
    """Every feature of a FeatureCollection; ``layer`` has no meaning here. Raises FileUnreadable."""
    document = parse_json(path)
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or document.get("type") != "FeatureCollection":
        raise unreadable(path, NAME, NOT_A_COLLECTION)
    columns: dict[str, list[Any]] = {}
    geometries: list[BaseGeometry | None] = []
    for index, feature in enumerate(features):
        properties, geometry = _parts(path, index + 1, feature)
        for name, value in properties.items():
            columns.setdefault(name, [None] * index).append(value)
        for values in columns.values():
            if len(values) == index:
                values.append(None)
        geometries.append(None if geometry is None else _geometry(path, index + 1, geometry))
    return RawTable(
        columns=columns,
        geometries=object_array(geometries),
        crs=declared_crs(document),
        rows=list(range(1, len(features) + 1)),
    )


def parse_json(path: Path) -> Any:
    """The document in a file, its long whole numbers exact. Raises FileUnreadable, with the place."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        raise unreadable(path, NAME, NOT_UTF8, byte=broken.start + 1) from None
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as broken:
        raise unreadable(path, NAME, NOT_JSON, line=broken.lineno, column=broken.colno) from None
    except _UnknownConstant as constant:
        raise unreadable(path, NAME, NOT_A_NUMBER, value=str(constant)) from None
    except (RecursionError, ValueError):
        raise unreadable(path, NAME, TOO_DEEP) from None


def _refuse_constant(word: str) -> NoReturn:
    raise _UnknownConstant(word)


def _parts(path: Path, row: int, feature: Any) -> tuple[dict[str, Any], dict[str, Any] | None]:
    if isinstance(feature, dict) and feature.get("type") == "Feature":
        properties, geometry = feature.get("properties"), feature.get("geometry")
        if isinstance(properties, dict | None) and isinstance(geometry, dict | None):
            return properties or {}, geometry
    raise unreadable(path, NAME, NOT_A_FEATURE, row=row)


def _geometry(path: Path, row: int, geometry: dict[str, Any]) -> BaseGeometry:
    """A (multi)polygon built from checked numbers; a Z or M value is left out."""
    kind: Any = geometry.get("type")
    coordinates: Any = geometry.get("coordinates")
    try:
        if kind == "Polygon":
            return _polygon(coordinates)
        if kind == "MultiPolygon":
            return shapely.MultiPolygon([_polygon(part) for part in coordinates if part])
    except (TypeError, ValueError, LookupError, shapely.errors.ShapelyError):
        raise unreadable(path, NAME, BROKEN_COORDINATES, row=row) from None
    found = kind if isinstance(kind, str) and kind.isalpha() and len(kind) < 30 else "?"
    raise GeometryRefused(file=path.name, row=row, found=found)


def _polygon(rings: Any) -> shapely.Polygon:
    outlines = [_ring(ring) for ring in rings]
    return shapely.Polygon(outlines[0], outlines[1:]) if outlines else shapely.Polygon()


def _ring(positions: Any) -> shapely.LinearRing:
    numbers = np.array([position[:2] for position in positions])
    if numbers.ndim != 2 or numbers.shape[1] != 2 or numbers.dtype.kind not in "if":
        raise ValueError("positions are pairs of numbers")
    if len(numbers) and not np.array_equal(numbers[0], numbers[-1]):
        raise ValueError("the last position is not the first one")  # shapely would close it silently
    return shapely.LinearRing(numbers.astype(np.float64))


def declared_crs(document: dict[str, Any]) -> DeclaredCrs:
    """The CRS of the ``crs`` member that GDAL and QGIS still write, though RFC 7946 dropped it."""
    crs = document.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str):
        return DeclaredCrs() if crs is None else DeclaredCrs(name="?")
    if name.upper().endswith("CRS84"):
        return DeclaredCrs(epsg=4326)
    numbered = _CRS_NAME.fullmatch(name.strip())
    return DeclaredCrs(epsg=int(numbered[1])) if numbered else DeclaredCrs(name=name[:80])


def _recognises(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"["))


GEOJSON = BoundaryFormat(
    name=NAME, extensions=(".geojson", ".json"), recognises=_recognises, read=read_geojson
)
