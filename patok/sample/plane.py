"""Metres around one place, for building the sample. Not the engine's: the sample's truth stands apart."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# WGS 84 (EPSG:7030): semi-major axis in metres, flattening.
_A_M = 6_378_137.0
_F = 1 / 298.257223563


def tree_of_points(xy: Floats) -> shapely.STRtree:
    """An index of the points (n, 2), which answers with their rows."""
    points: np.ndarray = np.empty(len(xy), object)
    points[:] = shapely.points(xy)
    return shapely.STRtree(points)


@dataclass(frozen=True)
class LocalPlane:
    """East and north in metres from (``lon``, ``lat``), straight in longitude/latitude.

    Scales are those of the ellipsoid at the origin: 30 km away, at 4 degrees of latitude, an
    east-west distance is wrong by 0.03 %.
    """

    lon: float
    lat: float

    @property
    def east_m_per_deg(self) -> float:
        phi = math.radians(self.lat)
        return math.radians(_A_M * math.cos(phi) / math.sqrt(1 - self._e2 * math.sin(phi) ** 2))

    @property
    def north_m_per_deg(self) -> float:
        w2 = 1 - self._e2 * math.sin(math.radians(self.lat)) ** 2
        return math.radians(_A_M * (1 - self._e2) / (w2 * math.sqrt(w2)))

    @property
    def _e2(self) -> float:
        return _F * (2 - _F)

    def to_degrees(self, xy_m: Floats) -> Floats:
        """(n, 2) metres east, north -> (n, 2) longitude, latitude."""
        return np.asarray(xy_m) / [self.east_m_per_deg, self.north_m_per_deg] + [self.lon, self.lat]

    def to_metres(self, lonlat: Floats) -> Floats:
        """(n, 2) longitude, latitude -> (n, 2) metres east, north."""
        return (np.asarray(lonlat) - [self.lon, self.lat]) * [self.east_m_per_deg, self.north_m_per_deg]

    def geometries_to_metres(self, geometries: np.ndarray) -> np.ndarray:
        """The same geometries with their vertices in metres."""
        return np.asarray(shapely.transform(geometries, self.to_metres))
