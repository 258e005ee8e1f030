"""What a device needs of a frame to check geotags without a network: areas with their neighbours, and a map.

Plain files that others read: a GeoPackage with one layer, a PMTiles archive of vector tiles.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import asinh, floor, pi, radians, tan
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from geo.errors import InputError, NotFound
from geo.frame import Frame, Layer
from geo.geodesy import metres_per_degrees
from geo.levels import Level
from geo.text import Text

BUFFER_M = 5_000.0
"""How far around its areas a pack knows the others: as far as candidates are looked for."""
GEOPACKAGE = "areas.gpkg"
TILES = "areas.pmtiles"
MEDIA_TYPES = {GEOPACKAGE: "application/geopackage+sqlite3", TILES: "application/vnd.pmtiles"}
MOST_AREAS = 30_000
MOST_TILES = 5_000
_DEEPEST_MERCATOR_LAT = 85.0

Tile = tuple[int, int, int]
"""z, x, y."""


class PackTooLarge(InputError):
    """More areas than a device should carry."""

    code = "PACK_TOO_LARGE"
    text = Text(
        en="A pack of {found} areas is too large for a device; {most} are the most. Ask for one kabupaten, "
        "or for some villages.",
        id="Paket {found} wilayah terlalu besar untuk perangkat; paling banyak {most}. Minta satu kabupaten, "
        "atau beberapa desa.",
    )


@dataclass(frozen=True)
class PackArea:
    """One area of a pack. ``is_around``: it is there as a neighbour. ``attributes`` is JSON text."""

    code: str
    name: str
    attributes: str
    geometry: shapely.MultiPolygon
    is_around: bool

    def same_as(self, other: PackArea) -> bool:
        """Whether a device need not be told."""
        told = (self.name, self.attributes, self.is_around)
        return told == (other.name, other.attributes, other.is_around) and shapely.equals_exact(
            self.geometry, other.geometry, tolerance=0.0
        )


def areas_of_pack(frame: Frame, level: Level, prefixes: Sequence[str]) -> list[PackArea]:
    """The areas of a level whose codes begin with one of ``prefixes``, and those around them, by code.

    Around is: whose box comes within ``BUFFER_M`` of the box of one of them. Raises ``NotFound`` where a
    prefix names no area, and ``PackTooLarge``.
    """
    wanted: list[tuple[Layer, int]] = []
    for prefix in sorted(set(prefixes)):
        found = list(_rows_below(frame, level, prefix))
        if not found:
            raise NotFound(what=_AREA, name=prefix, remedy=_REMEDY)
        wanted += found
    codes = {layer.codes[row].as_py() for layer, row in wanted}
    _require_few(len(codes))
    boxes = _widened(np.array([layer.boxes[row] for layer, row in wanted]))
    around = [
        (layer, int(row))
        for layer, numbers in frame.layers_of_boxes(level, boxes)
        for row in np.flatnonzero(_touched(layer.boxes, boxes[numbers]))
    ]
    _require_few(len(around))
    areas = {}
    for layer, row in [*wanted, *around]:  # an area without a surface touches nothing, and is in its pack
        code = layer.codes[row].as_py()
        if code not in areas and code not in frame.withheld:
            name, attributes = layer.names[row].as_py(), layer.attributes[row].as_py()
            areas[code] = PackArea(code, name, attributes, layer.geometry(row), code not in codes)
    return [areas[code] for code in sorted(areas)]


def differences(before: Sequence[PackArea], after: Sequence[PackArea]) -> tuple[list[PackArea], list[str]]:
    """What a device with the one pack needs to have the other: areas to put in, and codes to take out."""
    old, new = ({area.code: area for area in areas} for areas in (before, after))
    put = [area for code, area in new.items() if code not in old or not area.same_as(old[code])]
    return put, sorted(old.keys() - new.keys())


def write_geopackage(path: Path, areas: Sequence[PackArea], level: Level) -> None:
    """Layer ``areas``: area_code, name, level, is_around, attributes; outlines in degrees on WGS 84."""
    table = pa.table(
        {
            "area_code": [area.code for area in areas],
            "name": [area.name for area in areas],
            "level": [level.value] * len(areas),
            "is_around": [area.is_around for area in areas],
            "attributes": [area.attributes for area in areas],
            "geom": [shapely.to_wkb(area.geometry) for area in areas],
        }
    )
    pyogrio.write_arrow(
        table,
        path,
        layer="areas",
        driver="GPKG",
        crs="EPSG:4326",
        geometry_type="MultiPolygon",
        geometry_name="geom",
    )


def write_tiles(
    path: Path,
    areas: Sequence[PackArea],
    zooms: tuple[int, int],
    tile: Callable[[Tile], bytes],
    about: Mapping[str, Any],
) -> None:
    """All tiles that the pack's own areas touch, from the lowest zoom to the highest that is not too much."""
    boxes = shapely.bounds([area.geometry for area in areas if not area.is_around])
    boxes = boxes[~np.isnan(boxes).any(axis=1)]
    with path.open("wb") as file:
        writer = Writer(file)
        n_tiles = 0
        for zoom in range(zooms[0], zooms[1] + 1):
            wanted = sorted(_tiles_of(boxes, zoom), key=lambda one: zxy_to_tileid(*one))
            if n_tiles and n_tiles + len(wanted) > MOST_TILES:
                break
            for one in wanted:
                data = tile(one)
                if data:
                    writer.write_tile(zxy_to_tileid(*one), gzip.compress(data, mtime=0))
                    n_tiles += 1
        if not n_tiles:  # nothing has a surface: an archive needs one tile
            writer.write_tile(zxy_to_tileid(0, 0, 0), gzip.compress(b"", mtime=0))
        writer.finalize(_header(boxes, zooms[0]), dict(about))


def _header(boxes: np.ndarray, zoom: int) -> dict[str, Any]:
    west, south, east, north = (
        [*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)] if len(boxes) else [0.0] * 4
    )
    edges = {"min_lon_e7": west, "min_lat_e7": south, "max_lon_e7": east, "max_lat_e7": north}
    middle = {"center_lon_e7": (west + east) / 2, "center_lat_e7": (south + north) / 2}
    whole = {name: round(degrees * 1e7) for name, degrees in (edges | middle).items()}
    return whole | {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "center_zoom": zoom,
    }


def _rows_below(frame: Frame, level: Level, prefix: str) -> Iterator[tuple[Layer, int]]:
    for position, layer in frame.layers(level):
        key = frame.segments[position].key
        if not (key.startswith(prefix) or prefix.startswith(key)):
            continue
        for row, code in enumerate(layer.codes.to_pylist()):
            if code.startswith(prefix) and code not in frame.withheld:
                yield layer, row


def _touched(areas: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Which of the areas' boxes (n, 4) meet one of ``boxes`` (m, 4)."""
    meets = shapely.STRtree(shapely.box(*boxes.T)).query(shapely.box(*areas.T), predicate="intersects")[0]
    found = np.zeros(len(areas), dtype=bool)
    found[meets] = True
    return found


def _widened(boxes: np.ndarray) -> np.ndarray:
    boxes = boxes[~np.isnan(boxes).any(axis=1)]
    per_lon, per_lat = metres_per_degrees(np.minimum(np.abs(boxes[:, [1, 3]]).max(axis=1, initial=0.0), 85.0))
    lon, lat = BUFFER_M / per_lon, BUFFER_M / per_lat
    return np.ascontiguousarray(boxes + np.column_stack([-lon, -lat, lon, lat]))


def _tiles_of(boxes: np.ndarray, zoom: int) -> set[Tile]:
    found: set[Tile] = set()
    for west, south, east, north in boxes.tolist():
        left, top = _tile_at(west, north, zoom)
        right, bottom = _tile_at(east, south, zoom)
        found.update((zoom, x, y) for x in range(left, right + 1) for y in range(top, bottom + 1))
    return found


def _tile_at(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    n = 2**zoom
    lat = max(-_DEEPEST_MERCATOR_LAT, min(_DEEPEST_MERCATOR_LAT, lat))
    x, y = (lon + 180.0) / 360.0 * n, (1.0 - asinh(tan(radians(lat))) / pi) / 2.0 * n
    return max(0, min(n - 1, floor(x))), max(0, min(n - 1, floor(y)))


def _require_few(found: int) -> None:
    if found > MOST_AREAS:
        raise PackTooLarge(found=found, most=MOST_AREAS)


_AREA = Text(en="area", id="wilayah")
_REMEDY = Text(
    en="Give the beginning of codes that the release has.", id="Berikan awal kode yang ada dalam rilis."
)
