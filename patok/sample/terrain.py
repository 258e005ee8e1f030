"""The lie of the land: coast, bay, islands, towns, roads, and how finely each place is divided."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from patok.sample.plane import Floats, LocalPlane

# An invented stretch of the north coast of Papua: land to the south, sea to the north, more than
# 300 km from the equator, so that a latitude without its minus sign lands far away.
PLANE = LocalPlane(lon=135.62, lat=-3.41)

# Everything below is in kilometres for a kabupaten of 900 sub-SLS and shrinks with its root.
_FULL_SIZE = 900
# The cells at the rim of the mesh are no good; three of the largest cells keep the land off it.
_RIM_M = 4_800.0
_ISLANDS = ((-9.5, 17.2, 2.1, 1.1), (12.2, 18.6, 1.2, 0.8), (15.8, 20.0, 0.85, 0.75))
_MAIN_TOWN = (1.2, 6.4)
_TOWNS = ((-13.5, 8.0), (-7.5, -3.0), (3.5, -4.5), (12.5, 6.5), (15.5, -8.5), (-15.0, -13.0), (1.5, -16.0))


@dataclass(frozen=True)
class Terrain:
    """Land, sea and towns of one sample; ``scale`` is 1 for 900 sub-SLS. Positions in metres."""

    scale: float
    waves: Floats
    n_towns: int

    @classmethod
    def make(cls, n_subsls: int, n_towns: int, rng: np.random.Generator) -> Terrain:
        """The land of a kabupaten of ``n_subsls`` sub-SLS; each kecamatan has a town, in the given order."""
        # 24 plane waves: direction, wave number (1/km), phase, height.
        number = np.geomspace(0.12, 4.0, 24)
        waves = np.stack(
            [rng.uniform(0, 2 * math.pi, 24), number, rng.uniform(0, 2 * math.pi, 24), 0.3 / number**0.8]
        )
        return cls(math.sqrt(n_subsls / _FULL_SIZE), waves, n_towns)

    @property
    def low(self) -> tuple[float, float]:
        return (-33_000 * self.scale - _RIM_M, -33_000 * self.scale - _RIM_M)

    @property
    def high(self) -> tuple[float, float]:
        return (33_000 * self.scale + _RIM_M, 30_000 * self.scale + _RIM_M)

    @property
    def towns_m(self) -> Floats:
        """(n, 2): the main town first, then the other seats of a kecamatan."""
        angles = np.arange(max(0, self.n_towns - 1 - len(_TOWNS))) * 2.4
        more = [(13 * math.cos(a), -6 + 10 * math.sin(a)) for a in angles]
        return np.array([_MAIN_TOWN, *_TOWNS, *more])[: self.n_towns] * 1000 * self.scale

    def is_land(self, xy_m: Floats) -> np.ndarray:
        """Whether a position is land of this kabupaten (the land beyond its border is not)."""
        x, y = xy_m.T / 1000 / self.scale
        rough = self._rough(x, y)
        mainland = (
            (y < self._coast(x) + rough)
            & (y > -18.5 + 0.9 * rough + 1.8 * np.sin(x / 8 + 0.6) - 0.15 * x)
            & (x > -20.5 + 1.8 * rough + 2.0 * np.sin(y / 5))
            & (x < 20.0 + 1.6 * rough + 1.8 * np.sin(y / 4 + 2))
        )
        return np.asarray(mainland | self._islands(x, y, 0.5 * rough))

    def is_island(self, xy_m: Floats) -> np.ndarray:
        """Whether a position is on, or within a kilometre or so of, one of the islands."""
        x, y = xy_m.T / 1000 / self.scale
        return self._islands(x, y, np.full(len(x), 1.5))

    def offshore_m(self, xy_m: Floats) -> Floats:
        """Roughly how far off the mainland's coast a position lies, metres, negative inland."""
        x, y = xy_m.T / 1000 / self.scale
        return np.asarray((y - self._coast(x)) * 1000 * self.scale)

    def spacing_m(self, xy_m: Floats) -> Floats:
        """How far apart the seeds of the mesh are: fine in towns, along roads and on the coast."""
        x, y = xy_m.T / 1000 / self.scale
        towns = np.hypot(*(xy_m[:, None, :] - self.towns_m[None]).transpose(2, 0, 1))
        finest = np.full(self.n_towns, 110.0)
        finest[0] = 22.0
        spacing = (finest + np.where(np.arange(self.n_towns) == 0, 0.07, 0.14) * towns).min(axis=1)
        spacing = np.minimum(spacing, 330 + 0.13 * self._road_m(xy_m))
        coast_m = np.abs(y - self._coast(x)) * 1000 * self.scale
        spacing = np.minimum(spacing, 330 + 0.16 * coast_m)
        near_island = self._islands(x, y, np.full(len(x), 0.75))
        spacing = np.where(near_island, np.minimum(spacing, 300), spacing)
        return np.asarray(np.clip(spacing, 20.0, 1_500.0), np.float64)

    def _rough(self, x: Floats, y: Floats) -> Floats:
        angle, number, phase, height = self.waves
        along = x[:, None] * np.cos(angle) + y[:, None] * np.sin(angle)
        return np.asarray((np.sin(number * along * 2 + phase) * height).sum(axis=1))

    @staticmethod
    def _coast(x: Floats) -> Floats:
        bay = -7.5 * np.exp(-(((x - 4.2) / 2.6) ** 2))
        inlet = -2.6 * np.exp(-(((x + 10.5) / 1.1) ** 2))
        capes = 3.6 * np.exp(-(((x + 1.2) / 2.2) ** 2)) + 2.6 * np.exp(-(((x - 10.5) / 2.8) ** 2))
        return np.asarray(10.2 + 1.6 * np.sin(x / 5.5) + bay + inlet + capes)

    @staticmethod
    def _islands(x: Floats, y: Floats, rough: Floats) -> np.ndarray:
        on_any = np.zeros(len(x), bool)
        for cx, cy, rx, ry in _ISLANDS:
            turned_x, turned_y = (x - cx) * 0.94 + (y - cy) * 0.34, (y - cy) * 0.94 - (x - cx) * 0.34
            on_any |= np.hypot(turned_x / rx, turned_y / ry) < 1 + rough * 0.45
        return on_any

    def _road_m(self, xy_m: Floats) -> Floats:
        towns = self.towns_m
        nearest = np.full(len(xy_m), np.inf)
        for town in towns[1:]:
            along = town - towns[0]
            share = np.clip(((xy_m - towns[0]) @ along) / (along @ along), 0, 1)
            nearest = np.minimum(nearest, np.hypot(*(xy_m - towns[0] - share[:, None] * along).T))
        return nearest
