"""Areas, lengths and widths of small shapes in metres, from longitude/latitude on WGS 84."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.geodesy import ECCENTRICITY_SQUARED as E2
from geo.geodesy import SEMI_MAJOR_M as A_M

_E = E2**0.5

M_PER_DEG = 111_319.49
"""One degree along the equator: turns a width in metres into degrees where a few percent do not matter."""


def areas_m2(geometries: np.ndarray) -> np.ndarray:
    """Areas in m2 on the ellipsoid of (multi)polygons whose edges are straight in longitude/latitude.

    The area under an edge is the mean of Q over its latitudes times its width in longitude, where Q is
    the area between the equator and a latitude, per radian (Snyder, Map Projections: A Working Manual,
    USGS 1395, 1987, equation 3-12); Simpson's rule takes the mean. An equal-area projection of the
    vertices would do for villages, but was off by 0.15 % on a sliver with one long edge.
    """
    parts, of_geometry = shapely.get_parts(geometries, return_index=True)
    areal = shapely.get_dimensions(parts) == 2
    parts, of_geometry = parts[areal], of_geometry[areal]
    rings, of_part = shapely.get_rings(parts, return_index=True)
    xy, of_ring = shapely.get_coordinates(rings, return_index=True)
    joined = of_ring[1:] == of_ring[:-1]
    ring = of_ring[1:][joined]
    start, end = xy[:-1][joined], xy[1:][joined]
    # Reckoned from the ring's first latitude, for Q itself is a million times a sliver.
    first = xy[np.searchsorted(of_ring, np.arange(len(rings))), 1][ring]
    south, middle, north = (_area_to(lat) for lat in (start[:, 1], (start[:, 1] + end[:, 1]) / 2, end[:, 1]))
    mean = (south + 4 * middle + north) / 6 - _area_to(first)
    under = mean * np.radians(end[:, 0] - start[:, 0])
    size = np.abs(np.bincount(ring, weights=under, minlength=len(rings)))
    is_hole = np.zeros(len(rings), dtype=bool)
    is_hole[1:] = of_part[1:] == of_part[:-1]
    signed = np.where(is_hole, -size, size)
    # An empty count comes back as whole numbers.
    return np.bincount(of_geometry[of_part], signed, len(geometries)).astype(np.float64)


def lengths_m(geometries: np.ndarray) -> np.ndarray:
    """Lengths in m (of a polygon: of its outline), by the radii of curvature at each edge's middle."""
    parts, of_geometry = shapely.get_parts(geometries, return_index=True)  # a collection has no boundary
    areal = shapely.get_dimensions(parts) == 2
    lines, of_part = shapely.get_parts(np.where(areal, shapely.boundary(parts), parts), return_index=True)
    xy, of_line = shapely.get_coordinates(lines, return_index=True)
    joined = of_line[1:] == of_line[:-1]
    step, middle = (xy[1:] - xy[:-1])[joined], (xy[1:, 1] + xy[:-1, 1])[joined] / 2
    metres = np.hypot(*(step * _metres_per_degree(middle)).T)
    of_step = of_geometry[of_part[of_line[1:][joined]]]
    return np.bincount(of_step, metres, len(geometries)).astype(np.float64)


def mean_widths_m(geometries: np.ndarray, areas: np.ndarray) -> np.ndarray:
    """Mean width in m of slivers: area over half the outline, exact for a long thin strip."""
    half_outlines = lengths_m(geometries) / 2
    widths = np.zeros_like(areas)
    np.divide(areas, half_outlines, out=widths, where=half_outlines > 0)
    return widths


def distance_m(one: BaseGeometry, other: BaseGeometry) -> float:
    """Distance in m between two shapes that lie within some 50 km of each other."""
    line = shapely.shortest_line(one, other)
    return 0.0 if line is None else float(lengths_m(np.array([line], dtype=object))[0])


def _area_to(latitudes_deg: np.ndarray) -> np.ndarray:
    """Q: m2 between the equator and a latitude, per radian of longitude."""
    sine = np.sin(np.radians(latitudes_deg))
    return np.asarray(A_M**2 / 2 * (1 - E2) * (sine / (1 - E2 * sine**2) + np.arctanh(_E * sine) / _E))


def _metres_per_degree(latitudes_deg: np.ndarray) -> np.ndarray:
    """(n, 2) metres per degree of longitude and of latitude (radii N cos(lat) and M)."""
    latitudes = np.radians(latitudes_deg)
    w2 = 1 - E2 * np.sin(latitudes) ** 2
    east, north = A_M / np.sqrt(w2) * np.cos(latitudes), A_M * (1 - E2) / w2**1.5
    return np.asarray(np.radians(np.column_stack([east, north])))
