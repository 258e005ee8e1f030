"""GeoParquet 1.0 and 1.1, with WKB or native (GeoArrow) geometries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from boundaries.formats.raw import BoundaryFormat, DeclaredCrs, RawTable, unreadable
from geo.text import Text

NAME = "GeoParquet"

BROKEN_FILE = Text(
    en="the file is damaged or incomplete",
    id="berkas rusak atau tidak lengkap",
)
NO_GEOMETRY = Text(
    en="it is a Parquet file without a geometry column (no geo metadata)",
    id="ini berkas Parquet tanpa kolom geometri (tidak ada metadata geo)",
)


def read_geoparquet(path: Path, layer: str | None = None) -> RawTable:
    """Every row of the file; ``layer`` has no meaning here. Raises FileUnreadable."""
    try:
        schema = pq.read_schema(path)
        described = _described_geometries(schema)
        if described is None:
            raise unreadable(path, NAME, NO_GEOMETRY)
        primary, geometry_columns = described
        wanted = [name for name in schema.names if name not in geometry_columns]
        # Attributes come from Arrow, not from pandas: whole numbers with gaps would become floats.
        columns = {
            name: column.to_pylist()
            for name, column in zip(wanted, pq.read_table(path, columns=wanted).columns, strict=True)
        }
        geometries = np.array(geopandas.read_parquet(path, columns=[primary]).geometry, dtype=object)
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, shapely.errors.ShapelyError):
        raise unreadable(path, NAME, BROKEN_FILE) from None
    return RawTable(
        columns=columns,
        geometries=geometries,
        crs=_declared_crs(geometry_columns[primary]),
        rows=list(range(1, len(geometries) + 1)),
    )


def _described_geometries(schema: pa.Schema) -> tuple[str, dict[str, Any]] | None:
    """(name of the primary geometry column, description of each geometry column) of the geo metadata."""
    text = (schema.metadata or {}).get(b"geo")
    if text is None:
        return None
    geo = json.loads(text)
    columns = geo["columns"]
    return (geo["primary_column"], columns) if geo["primary_column"] in columns else None


def _declared_crs(description: dict[str, Any]) -> DeclaredCrs:
    """The standard's default, when no CRS is named, is OGC:CRS84; null says that it is unknown."""
    if "crs" not in description:
        return DeclaredCrs(epsg=4326)
    crs = description["crs"]
    if crs is None:
        return DeclaredCrs()
    identity = crs.get("id", {}) if isinstance(crs, dict) else {}
    authority, number = str(identity.get("authority", "")).upper(), str(identity.get("code", ""))
    if authority == "EPSG" and number.isdigit():
        return DeclaredCrs(epsg=int(number))
    if authority == "OGC" and number.upper() == "CRS84":
        return DeclaredCrs(epsg=4326)
    return DeclaredCrs(name=str(crs.get("name", "?"))[:80] if isinstance(crs, dict) else "?")


def _recognises(head: bytes) -> bool:
    return head.startswith(b"PAR1")


GEOPARQUET = BoundaryFormat(
    name=NAME, extensions=(".parquet", ".geoparquet"), recognises=_recognises, read=read_geoparquet
)
