"""A table in memory, as notebooks have it."""

from __future__ import annotations

import geopandas
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.errors import PointRefused
from geotags.formats.parquet import raw_of_arrow, require_lonlat
from geotags.formats.raw import LAT_COLUMN, LON_COLUMN, RawGeotags

TABLE = "table"
"""What messages call a table that has no file."""


def raw_of_dataframe(table: pd.DataFrame | pa.Table) -> RawGeotags:
    """The columns as text; those of an Arrow table as they are.

    A GeoDataFrame, or a table with GeoArrow points, gives its points: in EPSG:4326 or unlabelled.
    """
    if isinstance(table, pa.Table):
        if not any(_is_geoarrow(field) for field in table.schema):
            return raw_of_arrow(table, 1)
        table = geopandas.GeoDataFrame.from_arrow(table)
    columns = {
        str(name): pa.array([None if pd.isna(value) else str(value) for value in table[name]], pa.string())
        for name in table.columns
        if not (isinstance(table, geopandas.GeoDataFrame) and name == table.geometry.name)
    }
    numbers = {str(name) for name in table.columns if pd.api.types.is_numeric_dtype(table[name])}
    if isinstance(table, geopandas.GeoDataFrame):
        columns[LON_COLUMN], columns[LAT_COLUMN] = _places(table)
        numbers |= {LON_COLUMN, LAT_COLUMN}
    return RawGeotags(columns, first_row=1, number_columns=frozenset(numbers))


def _is_geoarrow(field: pa.Field) -> bool:
    return bool((field.metadata or {}).get(b"ARROW:extension:name", b"").startswith(b"geoarrow.")) or str(
        getattr(field.type, "extension_name", "")
    ).startswith("geoarrow.")


def _places(table: geopandas.GeoDataFrame) -> tuple[pa.StringArray, pa.StringArray]:
    require_lonlat(table, TABLE)
    wrong = ~table.geometry.isna() & (table.geom_type != "Point")
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise PointRefused(file=TABLE, row=row + 1, found=table.geom_type.iloc[row])
    lon, lat = (
        pc.cast(pa.array(axis, from_pandas=True), pa.string())
        for axis in (table.geometry.x, table.geometry.y)
    )
    return lon, lat
