"""Metres on the WGS 84 ellipsoid."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from pyproj import Geod

WGS84 = Geod(ellps="WGS84")

# WGS 84 defining constants: NIMA TR8350.2, third edition, table 3.1.
SEMI_MAJOR_M = 6378137.0
FLATTENING = 1 / 298.257223563
ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING)


@njit(cache=True, nogil=True)
def metres_per_degree(lat_deg: float) -> tuple[float, float]:
    """Metres per degree of longitude and of latitude at a latitude in degrees.

    From the radii of curvature in the prime vertical and in the meridian (Snyder, "Map
    projections: a working manual", 1987, eq. 4-20 and 4-18).
    """
    sine = math.sin(math.radians(lat_deg))
    w = 1.0 - ECCENTRICITY_SQUARED * sine * sine
    prime_vertical_m = SEMI_MAJOR_M / math.sqrt(w)
    meridian_m = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED) / (w * math.sqrt(w))
    degree = math.pi / 180.0
    return prime_vertical_m * math.cos(math.radians(lat_deg)) * degree, meridian_m * degree


def metres_per_degrees(lat_deg: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """``metres_per_degree`` of many latitudes. Both of shape (n,)."""
    per_lon, per_lat = np.empty(len(lat_deg)), np.empty(len(lat_deg))
    _fill_metres_per_degree(lat_deg, per_lon, per_lat)
    return per_lon, per_lat


@njit(cache=True, nogil=True)
def _fill_metres_per_degree(
    lat_deg: NDArray[np.float64], per_lon: NDArray[np.float64], per_lat: NDArray[np.float64]
) -> None:
    for i in range(len(lat_deg)):
        per_lon[i], per_lat[i] = metres_per_degree(lat_deg[i])


def geodesic_m(lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike) -> NDArray[np.float64]:
    """Geodesic distances in metres between pairs of points in degrees (Karney 2013, through PROJ)."""
    _, _, metres = WGS84.inv(
        np.asarray(lon1, float), np.asarray(lat1, float), np.asarray(lon2, float), np.asarray(lat2, float)
    )
    return np.asarray(metres, dtype=np.float64)


def earth_centred_m(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.float64]:
    """Points on the ellipsoid as metres from its centre, (n, 3): near in space are those that are near on it.

    Torge, "Geodesy", 4.1.3, with height 0.
    """
    along, up = np.radians(np.asarray(lon, float)), np.radians(np.asarray(lat, float))
    prime_vertical_m = SEMI_MAJOR_M / np.sqrt(1.0 - ECCENTRICITY_SQUARED * np.sin(up) ** 2)
    return np.column_stack(
        [
            prime_vertical_m * np.cos(up) * np.cos(along),
            prime_vertical_m * np.cos(up) * np.sin(along),
            prime_vertical_m * (1.0 - ECCENTRICITY_SQUARED) * np.sin(up),
        ]
    )
