"""What every geotag reader gives: named columns, as they stand in the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from geo.errors import FileUnreadable
from geo.text import Text


@dataclass(frozen=True)
class RawGeotags:
    """Columns of equal length: text, or numbers and instants where the file has them as such.

    Null and "" both mean that nothing was given.

    ``first_row`` is the number that a person sees for the first record (2 under a header line).
    ``number_columns`` were numbers in the file: their texts are not what a person or device wrote.
    """

    columns: dict[str, pa.Array]
    first_row: int
    number_columns: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))


@dataclass(frozen=True)
class GeotagFormat:
    """One reader: the endings it answers to, and the function that reads a file."""

    name: str
    endings: tuple[str, ...]
    read: Callable[[Path], RawGeotags]


LON_COLUMN, LAT_COLUMN = "longitude", "latitude"
"""The columns that a reader of a geometry format gives its points in."""

NOT_UTF8 = Text(en="it is not UTF-8 text", id="isinya bukan teks UTF-8")
NO_ROWS = Text(en="it holds no rows", id="tidak berisi baris")
NO_GEOMETRY = Text(en="missing", id="kosong")
POINTS_IN = Text(en="the points are in {crs}", id="titik-titiknya dalam {crs}")


def unreadable(path: Path, format_name: str, reason: Text, **values: Any) -> FileUnreadable:
    """The error for a broken file, with the ``reason`` filled in both languages."""
    return FileUnreadable(file=path.name, format=format_name, reason=reason.fill(**values))
