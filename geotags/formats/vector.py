"""Points in GeoPackage and FlatGeobuf, through GDAL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from geo.crs import SAME_AS_WGS84
from geo.errors import CrsRefused, LayerAmbiguous, PointRefused
from geo.text import Text
from geotags.formats.raw import (
    LAT_COLUMN,
    LON_COLUMN,
    POINTS_IN,
    Choose,
    GeotagFormat,
    OnBadRow,
    RawGeotags,
    unreadable,
)

_AT_ONCE = 100_000
_MAGIC = {"GPKG": b"SQLite format 3\x00", "FlatGeobuf": b"fgb"}
DAMAGED = Text(en="it is damaged or of another format", id="berkasnya rusak atau berformat lain")


def _stream(
    name: str, driver: str, path: Path, on_bad_row: OnBadRow | None, choose: Choose | None
) -> Iterator[RawGeotags]:
    try:
        layer = _layer(path, driver)
        with pyogrio.open_arrow(path, layer=layer, batch_size=_AT_ONCE, use_pyarrow=True) as (meta, reader):
            _require_lonlat(path, meta.get("crs"))
            first_row = 1
            for batch in reader:
                piece = _piece(path, pa.table(batch), meta["geometry_name"] or "wkb_geometry", first_row)
                first_row += len(piece)
                yield piece
    except (DataSourceError, DataLayerError, pa.ArrowException, shapely.errors.ShapelyError):
        raise unreadable(path, name, DAMAGED) from None


def _layer(path: Path, driver: str) -> str:
    # GDAL goes by the content: a file that pretends by its ending could be of a driver that reads others.
    with path.open("rb") as file:
        if not file.read(16).startswith(_MAGIC[driver]):
            raise DataSourceError(driver)
    layers = pyogrio.list_layers(path)
    if len(layers) != 1:
        raise LayerAmbiguous(file=path.name, layers=", ".join(str(one) for one in layers[:, 0]))
    return str(layers[0, 0])


def _require_lonlat(path: Path, crs: str | None) -> None:
    authority, _, code = (crs or "").partition(":")
    known = authority == "EPSG" and code.isdigit() and int(code) in SAME_AS_WGS84
    if not crs or crs == "OGC:CRS84" or known:
        return
    raise CrsRefused(file=path.name, row=1, reason=POINTS_IN.fill(crs=crs[:80]))


def _piece(path: Path, table: pa.Table, geometry: str, first_row: int) -> RawGeotags:
    points = shapely.from_wkb(table.column(geometry).combine_chunks().to_numpy(zero_copy_only=False))
    missing = shapely.is_missing(points)
    wrong = ~missing & (shapely.get_type_id(points) != shapely.GeometryType.POINT)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise PointRefused(file=path.name, row=first_row + row, found=points[row].geom_type)
    columns: dict[str, Any] = {
        name: _column(table.column(name).combine_chunks()) for name in table.column_names if name != geometry
    }
    numbers = {name for name in columns if pa.types.is_floating(table.column(name).type)}
    numbers |= {name for name in columns if pa.types.is_integer(table.column(name).type)}
    if not {LON_COLUMN, LAT_COLUMN} & set(columns):
        columns[LON_COLUMN] = pa.array(shapely.get_x(points), pa.float64(), from_pandas=True)
        columns[LAT_COLUMN] = pa.array(shapely.get_y(points), pa.float64(), from_pandas=True)
        numbers |= {LON_COLUMN, LAT_COLUMN}
    return RawGeotags(columns, first_row, frozenset(numbers))


def _column(column: pa.Array) -> pa.Array:
    if pa.types.is_float64(column.type) or pa.types.is_timestamp(column.type):
        return column
    return pc.cast(column, pa.string())


def _format(name: str, driver: str, *endings: str) -> GeotagFormat:
    def stream(path: Path, on_bad_row: OnBadRow | None, choose: Choose | None) -> Iterator[RawGeotags]:
        return _stream(name, driver, path, on_bad_row, choose)

    return GeotagFormat(name, endings, stream)


FORMATS = (_format("GeoPackage", "GPKG", ".gpkg"), _format("FlatGeobuf", "FlatGeobuf", ".fgb"))
