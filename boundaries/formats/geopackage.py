"""GeoPackage (OGC 12-128r19), read through GDAL once its header shows that it is one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pyogrio
import shapely

from boundaries.formats.raw import BoundaryFormat, DeclaredCrs, RawTable, object_array, unreadable
from geo.errors import LayerAmbiguous, NotFound
from geo.text import Text

NAME = "GeoPackage"

# OGC 12-128r19, requirement 2; the two older numbers are those of GeoPackage 1.0 and 1.1.
_APPLICATION_IDS = (b"GPKG", b"GP10", b"GP11")
_SQLITE_MAGIC = b"SQLite format 3\x00"

BROKEN_DATABASE = Text(
    en="the database inside is damaged or incomplete",
    id="basis data di dalamnya rusak atau tidak lengkap",
)
OPEN_ELSEWHERE = Text(
    en="another program has changes in it that are not yet saved (a -wal file lies beside it)",
    id="program lain masih menyimpan perubahan yang belum tersimpan (ada berkas -wal di sampingnya)",
)
NO_LAYER = Text(
    en="it holds no layer with geometries",
    id="tidak berisi lapisan dengan geometri",
)
CHOOSE_LAYER = Text(en="The file holds: {layers}.", id="Berkas ini berisi: {layers}.")
LAYER = Text(en="layer", id="lapisan")


def read_geopackage(path: Path, layer: str | None = None) -> RawTable:
    """The rows of one layer. Raises FileUnreadable, LayerAmbiguous, or NotFound for an unknown ``layer``."""
    wal = path.with_name(path.name + "-wal")
    if wal.exists() and wal.stat().st_size > 0:
        raise unreadable(path, NAME, OPEN_ELSEWHERE)
    try:
        layers = _layers(path)
    except sqlite3.Error:
        raise unreadable(path, NAME, BROKEN_DATABASE) from None
    chosen = _choose(path, list(layers), layer)
    try:
        # IMMUTABLE: SQLite would else put -wal and -shm files beside a file left in that mode.
        meta, table = pyogrio.read_arrow(path, layer=chosen, IMMUTABLE="YES")
        geometry_column = meta["geometry_name"] or "wkb_geometry"
        geometries = shapely.from_wkb(object_array(table[geometry_column].to_pylist()))
        columns = {name: table[name].to_pylist() for name in table.column_names if name != geometry_column}
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, shapely.errors.ShapelyError,
            KeyError, ValueError):  # fmt: skip
        raise unreadable(path, NAME, BROKEN_DATABASE) from None
    return RawTable(
        columns=columns,
        geometries=np.asarray(geometries, dtype=object),
        crs=layers[chosen],
        rows=list(range(1, len(geometries) + 1)),
    )


def _layers(path: Path) -> dict[str, DeclaredCrs]:
    """Layer name -> declared CRS, of the layers with geometries, in the file's order."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        rows = connection.execute(
            "SELECT c.table_name, s.organization, s.organization_coordsys_id, s.srs_name, s.srs_id"
            " FROM gpkg_contents c"
            " JOIN gpkg_geometry_columns g ON g.table_name = c.table_name"
            " LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id"
            " WHERE c.data_type = 'features' ORDER BY c.rowid"
        ).fetchall()
    finally:
        connection.close()
    return {table: _declared_crs(*declared) for table, *declared in rows}


def _declared_crs(
    organization: str | None, number: int | None, name: str | None, srs_id: int | None
) -> DeclaredCrs:
    if srs_id is None or srs_id in (0, -1):  # the standard's "undefined" geographic and Cartesian CRS
        return DeclaredCrs()
    if organization and organization.upper() == "EPSG" and number is not None:
        return DeclaredCrs(epsg=int(number))
    if name and "CRS84" in name.upper().replace(" ", ""):
        return DeclaredCrs(epsg=4326)
    return DeclaredCrs(name=(name or str(srs_id))[:80])


def _choose(path: Path, layers: list[str], layer: str | None) -> str:
    if not layers:
        raise unreadable(path, NAME, NO_LAYER)
    if layer is None:
        if len(layers) > 1:
            raise LayerAmbiguous(file=path.name, layers=", ".join(layers))
        return layers[0]
    if layer not in layers:
        raise NotFound(what=LAYER.fill(), name=layer, remedy=CHOOSE_LAYER.fill(layers=", ".join(layers)))
    return layer


def _recognises(head: bytes) -> bool:
    return head.startswith(_SQLITE_MAGIC) and head[68:72] in _APPLICATION_IDS


GEOPACKAGE = BoundaryFormat(name=NAME, extensions=(".gpkg",), recognises=_recognises, read=read_geopackage)
