"""What every reader of a boundary file hands on: columns, geometries, the declared CRS, row numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from geo.errors import FileUnreadable
from geo.text import Text


@dataclass(frozen=True)
class DeclaredCrs:
    """The CRS that a file names: its EPSG number, or only a ``name`` that is no EPSG number.

    Both None: the file names none. ``OGC:CRS84`` is given as EPSG 4326, for every reader hands on
    longitude before latitude.
    """

    epsg: int | None = None
    name: str | None = None

    @property
    def is_declared(self) -> bool:
        return self.epsg is not None or self.name is not None


@dataclass(frozen=True)
class RawTable:
    """A boundary file as it was written: nothing renamed, dropped or rounded.

    ``columns`` maps each column's name to its values in file order (text, int, float, bool, None, or
    nested lists and objects); ``geometries`` holds shapely geometries or None, in the file's axis
    order x, y; ``rows`` are numbers from 1.
    """

    columns: dict[str, list[Any]]
    geometries: np.ndarray
    crs: DeclaredCrs
    rows: list[int]


@dataclass(frozen=True)
class BoundaryFormat:
    """One kind of boundary file and how it is told from others and read."""

    name: str
    extensions: tuple[str, ...]
    recognises: Callable[[bytes], bool]
    """Whether the first 4096 bytes of a file are those of this format."""
    read: Callable[[Path, str | None], RawTable]
    """``read(path, layer)``; ``layer`` is None for formats of one layer. Raises InputError."""


def unreadable(path: Path, format_name: str, reason: Text, **values: Any) -> FileUnreadable:
    """The error for a broken file, with the ``reason`` filled in both languages."""
    return FileUnreadable(file=path.name, format=format_name, reason=reason.fill(**values))


def unreadable_table(name: str, reason: Text) -> FileUnreadable:
    """The same for areas that came in memory, under the name that messages use."""
    return FileUnreadable(file=name, format=name, reason=reason)


def object_array(values: list[Any]) -> np.ndarray:
    """A one-dimensional object array; numpy would else look into sequences."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
