"""What every geotag reader gives: named columns, as they stand in the file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.errors import FileUnreadable
from geo.text import Text


@dataclass(frozen=True)
class RawGeotags:
    """Columns of equal length: text, or numbers and instants where the file has them as such.

    Null and "" both mean that nothing was given.

    ``first_row`` is the number that a person sees for the first record (2 under a header line); ``rows`` the
    numbers of all records where some between them were left out. ``number_columns`` were numbers in the file:
    their texts are not what a person or device wrote.
    """

    columns: dict[str, pa.Array]
    first_row: int
    number_columns: frozenset[str] = frozenset()
    rows: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    @property
    def row_numbers(self) -> NDArray[np.int64]:
        """The number that a person sees for each record. Shape (n,)."""
        return np.arange(self.first_row, self.first_row + len(self)) if self.rows is None else self.rows

    def take(self, kept: NDArray[np.int64]) -> RawGeotags:
        """Some of the records."""
        columns = {name: column.take(pa.array(kept)) for name, column in self.columns.items()}
        return RawGeotags(columns, self.first_row, self.number_columns, self.row_numbers[kept])


@dataclass(frozen=True)
class BadRow:
    """A record that cannot be read: its number, why, and what stands there, word for word."""

    row: int
    reason: Text
    content: str


OnBadRow = Callable[[BadRow], None]
"""Takes the bad rows of a file that is read all the same. Where it is None, a bad row refuses the file."""
Choose = Callable[[list[str]], Collection[str]]
"""Which of a file's columns are wanted, where a format can leave the others unread."""


@dataclass(frozen=True)
class GeotagFormat:
    """One reader: the endings it answers to, and the function that reads a file in pieces, in its order.

    A file without rows gives no piece or an empty one. ``stream`` raises the input errors of ``geo.errors``.
    """

    name: str
    endings: tuple[str, ...]
    stream: Callable[[Path, OnBadRow | None, Choose | None], Iterator[RawGeotags]]


ROWS_AT_ONCE = 500_000
"""Of a piece at the most, where the format has rows to count: what a batch of checks takes in memory."""


LON_COLUMN, LAT_COLUMN = "longitude", "latitude"
"""The columns that a reader of a geometry format gives its points in."""

NOT_UTF8 = Text(en="it is not UTF-8 text", id="isinya bukan teks UTF-8")
NO_ROWS = Text(en="it holds no rows", id="tidak berisi baris")
NO_GEOMETRY = Text(en="missing", id="kosong")
POINTS_IN = Text(en="the points are in {crs}", id="titik-titiknya dalam {crs}")


def unreadable(path: Path, format_name: str, reason: Text, **values: Any) -> FileUnreadable:
    """The error for a broken file, with the ``reason`` filled in both languages."""
    return FileUnreadable(file=path.name, format=format_name, reason=reason.fill(**values))
