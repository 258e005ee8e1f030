"""From the CRS that a boundary file declares to longitude and latitude on WGS 84, or a refusal."""

from __future__ import annotations

import numpy as np
import pyproj
import shapely

from boundaries.formats.raw import DeclaredCrs
from geo.crs import SAME_AS_WGS84
from geo.errors import CoordinatesSwapped, CrsRefused, GeometryRefused
from geo.text import Text

# Scheme -> west, south, east, north in degrees: a generous box around Indonesia (its land lies within
# 94.9..141.1 east and 11.1 south..6.1 north), used only to see that the two axes were exchanged.
COUNTRY_BOXES: dict[str, tuple[float, float, float, float]] = {
    "bps": (94.0, -15.0, 142.0, 10.0),
    "kemendagri": (94.0, -15.0, 142.0, 10.0),
}

UNKNOWN_CRS = Text(
    en="the coordinate system {crs} is not an EPSG number that is known here",
    id="sistem koordinat {crs} bukan nomor EPSG yang dikenal di sini",
)
METRIC_UNDECLARED = Text(
    en="no coordinate system is declared and the coordinates are not degrees",
    id="sistem koordinat tidak dinyatakan dan koordinatnya bukan derajat",
)
METRIC_MISLABELLED = Text(
    en="the file declares EPSG:{epsg}, but the coordinates are not degrees",
    id="berkas menyatakan EPSG:{epsg}, tetapi koordinatnya bukan derajat",
)
DEGREES_MISLABELLED = Text(
    en="the file declares EPSG:{epsg}, which counts in metres, but the coordinates look like degrees",
    id="berkas menyatakan EPSG:{epsg} yang bersatuan meter, tetapi koordinatnya tampak seperti derajat",
)
OUTSIDE_CRS = Text(
    en="the coordinates lie outside the area where EPSG:{epsg} can be used",
    id="koordinatnya berada di luar wilayah pakai EPSG:{epsg}",
)
NOT_FINITE = Text(
    en="a shape with coordinates that are not numbers",
    id="bangun dengan koordinat yang bukan angka",
)


def to_lonlat(
    file: str, geometries: np.ndarray, rows: list[int], declared: DeclaredCrs, scheme_name: str
) -> np.ndarray:
    """The geometries in EPSG:4326, longitude first.

    ``geometries``: object array of non-empty shapely geometries in the file's x, y order; ``rows``
    their row numbers. Raises CrsRefused, CoordinatesSwapped or GeometryRefused with file and row.
    """
    if declared.name is not None:
        raise _refused(file, rows[0], UNKNOWN_CRS.fill(crs=declared.name))
    bounds = _finite_bounds(file, geometries, rows)
    if declared.epsg is None or declared.epsg in SAME_AS_WGS84:
        _check_degrees(file, bounds, rows, declared.epsg, scheme_name)
        return geometries
    crs = _known_crs(file, rows[0], declared.epsg)
    if crs.is_projected and _in_degrees(bounds).all():
        raise _refused(file, rows[0], DEGREES_MISLABELLED.fill(epsg=declared.epsg))
    transformer = pyproj.Transformer.from_crs(crs, pyproj.CRS.from_epsg(4326), always_xy=True)
    moved = shapely.transform(
        geometries, lambda xy: np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))
    )
    bad = np.flatnonzero(~_in_degrees(shapely.bounds(moved)))
    if bad.size:
        raise _refused(file, rows[bad[0]], OUTSIDE_CRS.fill(epsg=declared.epsg))
    return np.asarray(moved, dtype=object)


def _finite_bounds(file: str, geometries: np.ndarray, rows: list[int]) -> np.ndarray:
    """Boxes (n, 4). A NaN vertex does not show in a box, so the vertices themselves are looked at."""
    coordinates, owner = shapely.get_coordinates(geometries, return_index=True)
    broken = ~np.isfinite(coordinates).all(axis=1)
    if broken.any():
        raise GeometryRefused(file=file, row=rows[int(owner[np.argmax(broken)])], found=NOT_FINITE)
    return np.asarray(shapely.bounds(geometries))


def _in_degrees(bounds: np.ndarray) -> np.ndarray:
    west, south, east, north = bounds.T
    return np.asarray((west >= -180) & (east <= 180) & (south >= -90) & (north <= 90))


def _check_degrees(
    file: str, bounds: np.ndarray, rows: list[int], epsg: int | None, scheme_name: str
) -> None:
    swapped = _looks_swapped(bounds, scheme_name)
    metric = ~_in_degrees(bounds) & ~swapped
    first = int(np.argmax(metric | swapped))
    if swapped[first]:
        raise CoordinatesSwapped(file=file, row=rows[first])
    if metric[first]:
        reason = METRIC_UNDECLARED if epsg is None else METRIC_MISLABELLED.fill(epsg=epsg)
        raise _refused(file, rows[first], reason)


def _looks_swapped(bounds: np.ndarray, scheme_name: str) -> np.ndarray:
    """Whether each box would lie in the country, or at least on the globe, if its axes were exchanged."""
    x_min, y_min, x_max, y_max = bounds.T
    box = COUNTRY_BOXES.get(scheme_name)
    if box is None:
        off_globe = (y_min < -90) | (y_max > 90)
        return np.asarray(off_globe & (x_min >= -90) & (x_max <= 90) & (y_min >= -180) & (y_max <= 180))
    west, south, east, north = box
    lands_inside = (y_min >= west) & (y_max <= east) & (x_min >= south) & (x_max <= north)
    return np.asarray(lands_inside)


def _known_crs(file: str, row: int, epsg: int) -> pyproj.CRS:
    try:
        crs = pyproj.CRS.from_epsg(epsg)
    except pyproj.exceptions.CRSError:
        crs = None
    if crs is None or not (crs.is_projected or crs.is_geographic) or crs.is_compound:
        raise _refused(file, row, UNKNOWN_CRS.fill(crs=f"EPSG:{epsg}"))
    return crs


def _refused(file: str, row: int, reason: Text) -> CrsRefused:
    return CrsRefused(file=file, row=row, reason=reason)
