"""Polygons that are no areas of a frame: the outline of a country, waters, places of findings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from boundaries.formats.raw import unreadable
from boundaries.formats.registry import format_of
from boundaries.intake import NO_ROWS, multipolygons
from boundaries.position import to_lonlat
from geo.codes import SCHEMES
from geo.errors import ColumnMissing
from geo.frame import Layer
from geo.levels import Level

_CODES = ("area_code", "code", "idsubsls", "idsls", "iddesa")


def read_outlines(path: Path, *, with_codes: bool = False) -> Layer:
    """The polygons of a boundary file, in its order, as a layer; their codes only ``with_codes``.

    Any format and coordinate system that frames may have. Raises the input errors of ``geo.errors``, and
    ``ColumnMissing`` for a file without a column of area codes where they are wanted.
    """
    boundary_format = format_of(path)
    raw = boundary_format.read(path, None)
    if not raw.rows:
        raise unreadable(path, boundary_format.name, NO_ROWS)
    shapes = to_lonlat(path.name, multipolygons(path.name, raw), raw.rows, raw.crs, SCHEMES["bps"].name)
    codes: list[Any] = [""] * len(raw.rows)
    if with_codes:
        name = next((known for known in _CODES if known in raw.columns), None)
        if name is None:
            raise ColumnMissing(file=path.name, wanted="area_code", looked_for=", ".join(_CODES))
        codes = [str(code or "") for code in raw.columns[name]]
    n = len(raw.rows)
    # No level of a frame: what a layer needs one for is not asked of these.
    return Layer.from_geometries(Level.PROV, codes, [""] * n, ["{}"] * n, shapes)
