"""The coordinate grid of a frame: every vertex rounded to 1e-6 degree on its own, and what that costs.

All layers of a frame are rounded alike and each vertex without looking at its neighbours, so borders
that were shared stay shared. A ring smaller than the grid falls together; an outline that nearly
touches itself may touch or cross itself afterwards. Neither is mended here: both are noted, and the
frame's quality checks report them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

GRID_DECIMALS = 6
"""1e-6 degree is 0.11 m of latitude (design decision on the canonical grid)."""

# The smallest triangle on the grid has an area of 0.5e-12 square degrees; below a tenth of that a ring
# has no area but for the noise of the summation.
_NO_AREA_DEG2 = 5e-14


def round_to_grid(geometries: np.ndarray) -> tuple[np.ndarray, dict[int, dict[str, Any]]]:
    """Rounded copies of MultiPolygons, and a note per position whose outline rounding changed in kind.

    ``geometries``: object array of two-dimensional MultiPolygons, degrees. A note holds ``lost_parts``,
    ``lost_holes`` and ``made_invalid`` as described at ``boundaries.areas.ROUNDING_ATTRIBUTE``.
    An area of which nothing is left comes back as an empty MultiPolygon.
    """
    rounded = shapely.transform(geometries, lambda xy: np.round(xy, GRID_DECIMALS) + 0.0)
    notes: dict[int, dict[str, Any]] = {}
    for position in _with_rings_without_area(rounded):
        rounded[position], lost_parts, lost_holes = _without_collapsed_rings(rounded[position])
        if lost_parts or lost_holes:
            notes[position] = {"lost_parts": lost_parts, "lost_holes": lost_holes, "made_invalid": False}
    rounded = shapely.remove_repeated_points(rounded, 0.0)
    invalid = np.flatnonzero(~shapely.is_valid(rounded))
    for position in invalid[shapely.is_valid(geometries[invalid])].tolist():
        nothing_lost = {"lost_parts": 0, "lost_holes": 0}
        notes[position] = notes.get(position, nothing_lost) | {"made_invalid": True}
    return rounded, notes


def _with_rings_without_area(geometries: np.ndarray) -> list[int]:
    """Positions of the geometries that have a ring of zero area: flat, or two lobes that cancel out."""
    polygons, of_geometry = shapely.get_parts(geometries, return_index=True)
    flat = shapely.area(polygons) < _NO_AREA_DEG2
    # The area of a polygon with holes says nothing of its rings.
    holed = np.flatnonzero(shapely.get_num_interior_rings(polygons))
    rings, of_polygon = shapely.get_rings(polygons[holed], return_index=True)
    flat[holed[of_polygon[shapely.area(shapely.polygons(rings)) < _NO_AREA_DEG2]]] = True
    positions: list[int] = np.unique(of_geometry[flat]).tolist()
    return positions


def _without_collapsed_rings(geometry: shapely.MultiPolygon) -> tuple[shapely.MultiPolygon, int, int]:
    """The geometry without rings that enclose nothing, and how many parts and holes went."""
    parts, lost_parts, lost_holes = [], 0, 0
    for polygon in geometry.geoms:
        if _has_collapsed(polygon.exterior):
            lost_parts += 1
            continue
        holes = [hole for hole in polygon.interiors if not _has_collapsed(hole)]
        lost_holes += len(polygon.interiors) - len(holes)
        parts.append(shapely.Polygon(polygon.exterior, holes))
    return shapely.MultiPolygon(parts), lost_parts, lost_holes


def _has_collapsed(ring: shapely.LinearRing) -> bool:
    polygon = shapely.Polygon(ring)
    if polygon.area >= _NO_AREA_DEG2:
        return False
    if len(np.unique(shapely.get_coordinates(ring), axis=0)) < 3:
        return True
    try:
        # A figure of eight whose lobes cancel out does enclose something.
        return bool(shapely.make_valid(polygon).area < _NO_AREA_DEG2)
    except shapely.errors.GEOSException:
        return True
