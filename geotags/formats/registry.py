"""Every geotag reader. A new format is one file and one line here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from geo.errors import FileNotOpened, FormatUnknown
from geotags.formats import delimited, geojson, parquet, vector, xlsx
from geotags.formats.naming import choosing_village, village_of, with_village
from geotags.formats.raw import Choose, GeotagFormat, OnBadRow, RawGeotags

FORMATS: tuple[GeotagFormat, ...] = (
    delimited.FORMAT,
    xlsx.FORMAT,
    geojson.FORMAT,
    parquet.FORMAT,
    *vector.FORMATS,
)


def format_of(path: Path) -> GeotagFormat:
    """The reader that the file's ending names. Raises ``FormatUnknown``."""
    ending = path.suffix.lower()
    for one in FORMATS:
        if ending in one.endings:
            return one
    known = ", ".join(ending for one in FORMATS for ending in one.endings)
    raise FormatUnknown(file=path.name, known=known)


def stream_raw(
    path: Path, on_bad_row: OnBadRow | None = None, choose: Choose | None = None
) -> Iterator[RawGeotags]:
    """The records of a file, in pieces and in its order; with the village that the file is named after."""
    one = format_of(path)
    try:
        path.open("rb").close()
    except OSError:
        raise FileNotOpened(file=path.name) from None
    village = village_of(path.name)
    if village is None:
        return one.stream(path, on_bad_row, choose)
    pieces = one.stream(path, on_bad_row, choosing_village(choose) if choose else None)
    return (with_village(piece, village) for piece in pieces)


def read_raw(path: Path) -> tuple[GeotagFormat, RawGeotags]:
    """The whole of a file at once."""
    pieces = list(stream_raw(path))
    return format_of(path), joined(pieces)


def joined(pieces: list[RawGeotags]) -> RawGeotags:
    """Pieces of one file as one; a file without rows has no columns."""
    if len(pieces) < 2:
        return pieces[0] if pieces else RawGeotags({}, first_row=1)
    columns = {
        name: pa.chunked_array([piece.columns[name] for piece in pieces]).combine_chunks()
        for name in pieces[0].columns
    }
    rows = np.concatenate([piece.row_numbers for piece in pieces])
    return RawGeotags(columns, pieces[0].first_row, pieces[0].number_columns, rows)
