"""A table in memory, as notebooks have it."""

from __future__ import annotations

import geopandas
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.errors import CrsRefused, PointRefused
from geotags.formats.raw import LAT_COLUMN, LON_COLUMN, RawGeotags

TABLE = "table"
"""What messages call a table that has no file."""


def raw_of_dataframe(table: pd.DataFrame) -> RawGeotags:
    """The columns as text. A GeoDataFrame gives its points, which must be in EPSG:4326 or unlabelled."""
    columns = {
        str(name): pa.array([None if pd.isna(value) else str(value) for value in table[name]], pa.string())
        for name in table.columns
        if not (isinstance(table, geopandas.GeoDataFrame) and name == table.geometry.name)
    }
    typed = all(
        pd.api.types.is_string_dtype(table[name])
        for name in table.columns
        if str(name).lower() in _TEXT_NAMES
    )
    if isinstance(table, geopandas.GeoDataFrame):
        columns[LON_COLUMN], columns[LAT_COLUMN] = _places(table)
        typed = False
    return RawGeotags(columns, first_row=1, texts_as_typed=typed)


_TEXT_NAMES = frozenset(
    {"longitude", "latitude", "lon", "lat", "lon_text", "lat_text", "geotag_longitude", "geotag_latitude"}
)


def _places(table: geopandas.GeoDataFrame) -> tuple[pa.StringArray, pa.StringArray]:
    if table.crs is not None and table.crs.to_epsg() != 4326:
        raise CrsRefused(file=TABLE, row=1, reason=f"the points are in {table.crs.to_string()}")
    wrong = ~table.geometry.isna() & (table.geom_type != "Point")
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise PointRefused(file=TABLE, row=row + 1, found=table.geom_type.iloc[row])
    lon, lat = (
        pc.cast(pa.array(axis, from_pandas=True), pa.string())
        for axis in (table.geometry.x, table.geometry.y)
    )
    return lon, lat
