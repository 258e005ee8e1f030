"""The areas of one level, in memory: what a boundary file gives and what a release is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.levels import Level

ROUNDING_ATTRIBUTE = "patok_rounding"
"""Attribute in which intake notes what the coordinate grid did to an area's outline; absent for most.

Its value is an object with ``lost_parts`` and ``lost_holes`` (rings that fell together on the grid and
were left out) and ``made_invalid`` (true when the outline was valid in the file and is not on the grid).
"""


@dataclass(frozen=True)
class AreaTable:
    """Areas of one level, as loaded or as published. All sequences have the same length.

    ``geometries`` is an object array of shapely MultiPolygons, two-dimensional, EPSG:4326, longitude
    before latitude, each vertex rounded to 1e-6 degree on its own. An area whose outline fell
    together on that grid is an empty MultiPolygon. ``attributes`` can be written as JSON and hold no
    personal data. ``file_rows`` counts from 1.
    """

    level: Level
    codes: list[str]
    names: list[str]
    attributes: list[dict[str, Any]]
    file_rows: list[int]
    geometries: np.ndarray

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: list[int] | np.ndarray) -> AreaTable:
        """The areas at the positions ``rows`` (from 0), in that order."""
        rows = np.asarray(rows, dtype=np.intp)
        return AreaTable(
            level=self.level,
            codes=[self.codes[i] for i in rows],
            names=[self.names[i] for i in rows],
            attributes=[self.attributes[i] for i in rows],
            file_rows=[self.file_rows[i] for i in rows],
            geometries=self.geometries[rows],
        )
