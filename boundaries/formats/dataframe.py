"""Areas in memory, as notebooks have them: a GeoDataFrame, or an Arrow table with GeoArrow geometries."""

from __future__ import annotations

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa

from boundaries.formats.raw import DeclaredCrs, RawTable, unreadable_table
from geo.text import Text

TABLE = "table"
"""What messages call areas that have no file."""
NO_GEOMETRY = Text(
    en="no column holds geometries; with GeoArrow its type says so",
    id="tidak ada kolom geometri; pada GeoArrow tipenya menyebutkannya",
)


def raw_of_table(areas: geopandas.GeoDataFrame | pa.Table) -> RawTable:
    """The columns as they are, and the geometries. Raises ``FileUnreadable`` where there are none."""
    if isinstance(areas, pa.Table):
        try:
            areas = geopandas.GeoDataFrame.from_arrow(areas)
        except (ValueError, TypeError, pa.ArrowException):
            raise unreadable_table(TABLE, NO_GEOMETRY) from None
    if not isinstance(areas, geopandas.GeoDataFrame) or areas.active_geometry_name is None:
        raise unreadable_table(TABLE, NO_GEOMETRY)
    attributes = areas.drop(columns=areas.active_geometry_name)
    columns = {
        str(name): [None if _is_blank(value) else value for value in attributes[name].tolist()]
        for name in attributes.columns
    }
    return RawTable(
        columns=columns,
        geometries=np.array(areas.geometry, dtype=object),
        crs=_declared_crs(areas),
        rows=list(range(1, len(areas) + 1)),
    )


def _is_blank(value: object) -> bool:
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def _declared_crs(areas: geopandas.GeoDataFrame) -> DeclaredCrs:
    if areas.crs is None:
        return DeclaredCrs()
    authority = areas.crs.to_authority()
    if authority == ("OGC", "CRS84"):
        return DeclaredCrs(epsg=4326)
    epsg = areas.crs.to_epsg()
    return DeclaredCrs(epsg=epsg) if epsg else DeclaredCrs(name=areas.crs.name[:80])
