"""What every geotag reader gives: named columns of text, as they stand in the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa


@dataclass(frozen=True)
class RawGeotags:
    """Columns of equal length as text; null and "" both mean nothing was given.

    ``first_row`` is the number that a person sees for the first record (2 under a header line).
    ``texts_as_typed`` is False where coordinates were numbers in the file.
    """

    columns: dict[str, pa.StringArray]
    first_row: int
    texts_as_typed: bool


@dataclass(frozen=True)
class GeotagFormat:
    """One reader: the endings it answers to, and the function that reads a file."""

    name: str
    endings: tuple[str, ...]
    read: Callable[[Path], RawGeotags]


LON_COLUMN, LAT_COLUMN = "longitude", "latitude"
"""The columns that a reader of a geometry format gives its points in."""
