"""The sample's areas as the household generator needs them: in degrees, in metres, and what stands where."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from boundaries.areas import AreaTable
from geo.levels import Level
from patok.sample.mesh import Ints
from patok.sample.plane import Floats, LocalPlane

# Android's accuracy is the radius of 68 %: sigma * sqrt(-2 ln 0.32).
SIGMAS_PER_ACCURACY = 1.5096
_LEAST_DEVICE_SIGMA_M = 2.0
_BOUNDARY_SIGMA_M = 5.0

_SPECIAL_DOMINAN = frozenset({"4", "6", "8"})
_LET_BY_ROOM = "5"
_DRAWS = 600


def sigma_of(accuracy_m: Floats) -> Floats:
    """Standard deviation of a position against a boundary, metres, at the default boundary sigma of 5 m."""
    return np.hypot(np.maximum(_LEAST_DEVICE_SIGMA_M, accuracy_m / SIGMAS_PER_ACCURACY), _BOUNDARY_SIGMA_M)


@dataclass(frozen=True, eq=False)
class Ground:
    """Sub-SLS by row: ``polygons`` in longitude/latitude, ``polygons_m`` in metres of ``plane``."""

    plane: LocalPlane
    codes: np.ndarray
    polygons: np.ndarray
    polygons_m: np.ndarray
    land_m: shapely.Geometry
    kk: Ints
    is_special: np.ndarray
    """Many households at one point are right there: apartments, dormitories, markets."""
    is_plain: np.ndarray
    """Where faults are planted: neighbourhoods in which every building stands apart."""

    @classmethod
    def of(cls, tables: dict[Level, AreaTable]) -> Ground:
        table = tables[Level.SUBSLS]
        west, south, east, north = tables[Level.KAB].geometries[0].bounds
        plane = LocalPlane(lon=round((west + east) / 2, 2), lat=round((south + north) / 2, 2))
        polygons = table.geometries
        polygons_m = plane.geometries_to_metres(polygons)
        land_m = plane.geometries_to_metres(tables[Level.KAB].geometries)[0]
        shapely.prepare(polygons)
        shapely.prepare(polygons_m)
        shapely.prepare(land_m)
        kk = np.array([attributes["kk"] for attributes in table.attributes])
        dominan = np.array([attributes["dominan"] for attributes in table.attributes])
        special = np.isin(dominan, sorted(_SPECIAL_DOMINAN))
        plain = (kk > 0) & ~special & (dominan != _LET_BY_ROOM)
        return cls(plane, np.array(table.codes), polygons, polygons_m, land_m, kk, special, plain)

    @cached_property
    def desa(self) -> np.ndarray:
        """The desa code of each sub-SLS."""
        return np.array([code[:10] for code in self.codes])

    @cached_property
    def widths_m(self) -> Floats:
        """The square root of each area."""
        return np.sqrt(shapely.area(self.polygons_m))

    def contain(self, areas: Ints, lonlat: Floats) -> np.ndarray:
        """Whether each point (n, 2) lies inside its area."""
        return np.asarray(shapely.contains_xy(self.polygons[areas], lonlat[:, 0], lonlat[:, 1]))

    def distance_m(self, areas: Ints, lonlat: Floats) -> Floats:
        """How far each point (n, 2) lies from its area's border, inside or outside."""
        border = shapely.boundary(self.polygons_m[areas])
        return np.asarray(shapely.distance(border, shapely.points(self.plane.to_metres(lonlat))))

    def distance_from_land_m(self, lonlat: Floats) -> Floats:
        """How far each point (n, 2) lies from the nearest area; 0 inside one."""
        return np.asarray(shapely.distance(self.land_m, shapely.points(self.plane.to_metres(lonlat))))

    def share_inside(self, areas: Ints, lonlat: Floats, sigma_m: Floats, rng: np.random.Generator) -> Floats:
        """Probability that each point lies inside its area, by counting draws (standard error 0.02)."""
        draws = rng.normal(size=(_DRAWS, 2))
        around = self.plane.to_metres(lonlat)[:, None] + draws * sigma_m[:, None, None]
        inside = shapely.contains_xy(self.polygons_m[areas][:, None], around[..., 0], around[..., 1])
        return np.asarray(inside.mean(axis=1))

    def points_inside(self, areas: Ints, rng: np.random.Generator) -> Floats:
        """One point (n, 2) in metres anywhere in each area."""
        west, south, east, north = shapely.bounds(self.polygons_m[areas]).T
        found = np.empty((len(areas), 2))
        left = np.arange(len(areas))
        while len(left):
            x, y = rng.uniform(west[left], east[left]), rng.uniform(south[left], north[left])
            inside = shapely.contains_xy(self.polygons_m[areas[left]], x, y)
            found[left[inside]] = np.column_stack([x, y])[inside]
            left = left[~inside]
        return found
