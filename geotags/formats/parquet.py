"""Parquet tables with plain longitude and latitude columns, or GeoParquet points."""

from __future__ import annotations

from pathlib import Path

import geopandas
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from geo.errors import CrsRefused, FileUnreadable, PointRefused
from geotags.formats.raw import LAT_COLUMN, LON_COLUMN, GeotagFormat, RawGeotags


def read(path: Path) -> RawGeotags:
    """Read a table; numbers become their shortest exact text."""
    try:
        schema = pq.read_schema(path)
        if b"geo" in (schema.metadata or {}):
            return _read_points(path)
        table = pq.read_table(path)
    except (pa.ArrowInvalid, ValueError) as error:
        raise FileUnreadable(
            file=path.name, format="Parquet", reason="it is damaged or no Parquet file"
        ) from error
    columns = {
        name: _text(table.column(name)) for name in table.column_names if _is_plain(schema.field(name).type)
    }
    typed = all(
        pa.types.is_string(table.column(n).type) for n in table.column_names if n.lower() in _COORDINATES
    )
    return RawGeotags(columns, first_row=1, texts_as_typed=typed)


_COORDINATES = ("longitude", "latitude", "lon", "lat", "geotag_longitude", "geotag_latitude")


def _read_points(path: Path) -> RawGeotags:
    points = geopandas.read_parquet(path)
    wrong = ~points.geometry.isna() & (points.geom_type != "Point")
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise PointRefused(file=path.name, row=row + 1, found=points.geom_type.iloc[row])
    if points.crs is not None and points.crs.to_epsg() not in (None, 4326):
        raise CrsRefused(file=path.name, row=1, reason=f"the points are in EPSG:{points.crs.to_epsg()}")
    plain = pa.Table.from_pandas(points.drop(columns=points.geometry.name), preserve_index=False)
    columns = {name: _text(plain.column(name)) for name in plain.column_names}
    columns[LON_COLUMN] = _text(pa.chunked_array([pa.array(points.geometry.x, from_pandas=True)]))
    columns[LAT_COLUMN] = _text(pa.chunked_array([pa.array(points.geometry.y, from_pandas=True)]))
    return RawGeotags(columns, first_row=1, texts_as_typed=False)


def _is_plain(kind: pa.DataType) -> bool:
    return not (pa.types.is_nested(kind) or pa.types.is_binary(kind))


def _text(column: pa.ChunkedArray) -> pa.StringArray:
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    return pc.cast(column, pa.string()).combine_chunks()


FORMAT = GeotagFormat("Parquet", (".parquet", ".geoparquet"), read)
