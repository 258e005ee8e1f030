"""Parquet tables with plain longitude and latitude columns, or GeoParquet points."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from geo.crs import SAME_AS_WGS84
from geo.errors import CrsRefused, PointRefused
from geo.text import Text
from geotags.formats.raw import (
    LAT_COLUMN,
    LON_COLUMN,
    POINTS_IN,
    ROWS_AT_ONCE,
    Choose,
    GeotagFormat,
    OnBadRow,
    RawGeotags,
    unreadable,
)

NAME = "Parquet"
DAMAGED = Text(en="it is damaged or no Parquet file", id="berkasnya rusak atau bukan Parquet")


def stream(path: Path, on_bad_row: OnBadRow | None, choose: Choose | None) -> Iterator[RawGeotags]:
    """Read a table; real numbers and instants stay what they are. GeoParquet points come in one piece."""
    try:
        file = pq.ParquetFile(path, memory_map=True)
        schema = file.schema_arrow
        if b"geo" in (schema.metadata or {}):
            yield _read_points(path)
            return
        names = schema.names
        wanted = names if choose is None else [name for name in names if name in choose(names)]
        first_row = 1
        for batch in file.iter_batches(ROWS_AT_ONCE, columns=wanted):
            yield raw_of_arrow(pa.table(batch), first_row)
            first_row += batch.num_rows
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, shapely.errors.ShapelyError):
        # Arrow, geopandas and shapely each have words of their own for bytes that are not what they
        # claim to be; some quote them.
        raise unreadable(path, NAME, DAMAGED) from None


def _read_points(path: Path) -> RawGeotags:
    points = geopandas.read_parquet(path)
    wrong = ~points.geometry.isna() & (points.geom_type != "Point")
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise PointRefused(file=path.name, row=row + 1, found=points.geom_type.iloc[row])
    require_lonlat(points, path.name)
    raw = raw_of_arrow(
        pa.Table.from_pandas(points.drop(columns=points.geometry.name), preserve_index=False), 1
    )
    lon, lat = (
        pa.array(axis, pa.float64(), from_pandas=True) for axis in (points.geometry.x, points.geometry.y)
    )
    return RawGeotags(
        raw.columns | {LON_COLUMN: lon, LAT_COLUMN: lat},
        first_row=1,
        number_columns=raw.number_columns | {LON_COLUMN, LAT_COLUMN},
    )


def require_lonlat(points: geopandas.GeoDataFrame, file_name: str) -> None:
    """Raise ``CrsRefused`` for points that say they are not longitude and latitude on WGS 84."""
    crs = points.crs
    if crs is None or crs.to_authority() == ("OGC", "CRS84") or crs.to_epsg() in SAME_AS_WGS84:
        return
    named = ":".join(crs.to_authority() or ()) or crs.name
    raise CrsRefused(file=file_name, row=1, reason=POINTS_IN.fill(crs=named[:80]))


def raw_of_arrow(table: pa.Table, first_row: int) -> RawGeotags:
    """The columns of a table that hold one value each; geometries and lists are left out."""
    plain = [field for field in table.schema if _is_plain(field.type)]
    columns = {field.name: _column(table.column(field.name)) for field in plain}
    numbers = frozenset(field.name for field in plain if _is_number(field.type))
    return RawGeotags(columns, first_row, numbers)


def _column(column: pa.ChunkedArray) -> pa.Array:
    """Real numbers, instants and texts stay what they are; everything else becomes text."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.unify_dictionaries()
        kind = kind.value_type
        if pa.types.is_string(kind):
            return column.combine_chunks()
        column = pc.cast(column, kind)
    if not (pa.types.is_float64(kind) or pa.types.is_timestamp(kind) or pa.types.is_string(kind)):
        column = pc.cast(column, pa.string())
    return column.combine_chunks()


def _is_plain(kind: pa.DataType) -> bool:
    return not (pa.types.is_nested(kind) or _is_bytes(kind) or pa.types.is_interval(kind))


def _is_bytes(kind: pa.DataType) -> bool:
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)


FORMAT = GeotagFormat(NAME, (".parquet", ".geoparquet"), stream)
