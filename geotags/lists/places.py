"""Offices and base camps from a table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from geo.coordinates import parse_numbers
from geo.places import Places
from geo.text import Text
from geotags.lists.table import ListTable

COLUMNS = {
    "name": ("name", "nama"),
    "kind": ("kind", "jenis"),
    "lon": ("lon", "longitude", "bujur", "x"),
    "lat": ("lat", "latitude", "lintang", "y"),
}
_LON = Text(en="degrees from -180 to 180", id="derajat dari -180 sampai 180")
_LAT = Text(en="degrees from -90 to 90", id="derajat dari -90 sampai 90")


def read_places(path: Path) -> Places:
    """Columns, under any name of ``COLUMNS``: name, lon and lat are required, in degrees on WGS 84."""
    table = ListTable(path, COLUMNS, ("name", "lon", "lat"))
    axes = {}
    for axis, most, wanted in (("lon", 180.0, _LON), ("lat", 90.0, _LAT)):
        values, _ = parse_numbers(table.texts(axis))
        with np.errstate(invalid="ignore"):
            table.require(axis, np.abs(values) <= most, wanted)
        axes[axis] = values
    kind = table.texts("kind") if "kind" in table.names else pa.array(["-"] * len(table), pa.string())
    return Places(table.texts("name"), kind, axes["lon"], axes["lat"])
