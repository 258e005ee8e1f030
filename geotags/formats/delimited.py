"""Delimited text (CSV): every value stays the text it is."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from geo.text import Text
from geotags.formats.raw import (
    NO_ROWS,
    NOT_UTF8,
    BadRow,
    Choose,
    GeotagFormat,
    OnBadRow,
    RawGeotags,
    unreadable,
)

NAME = "CSV"
_DELIMITERS = ",;\t|"
_BLOCK_BYTES = 32 * 2**20
_FIRST_ROW = 2

NO_HEADER = Text(en="it has no header line", id="tidak ada baris judul kolom")
SAME_NAME = Text(en="two columns have the same name", id="dua kolom bernama sama")
RAGGED = Text(
    en="row {row} has {found} columns, the header {expected}",
    id="baris {row} berisi {found} kolom, judulnya {expected}",
)
NOT_A_TABLE = Text(en="its rows do not agree with its header", id="barisnya tidak cocok dengan judul kolom")


def stream(path: Path, on_bad_row: OnBadRow | None, choose: Choose | None) -> Iterator[RawGeotags]:
    """Read text with a header line; the delimiter is the most frequent one in that line.

    UTF-8, or UTF-16 where a byte order mark says so. Blank lines are no rows and are not counted. A row
    with another number of columns, or with bytes that are no text, is a bad row.
    """
    encoding, delimiter, names = _header(path)
    if len(set(names)) != len(names):
        raise unreadable(path, NAME, SAME_NAME)
    wanted = list(names) if choose is None else [name for name in names if name in choose(names)]
    ragged: list[Any] = []

    def take_ragged(row: Any) -> str:
        ragged.append(row)
        return "skip"

    seen = 0
    try:
        for batch in _open(path, encoding, delimiter, names, wanted, take_ragged):
            if ragged and on_bad_row is None:
                break
            rows = _row_numbers(seen, batch.num_rows, [row.number for row in ragged])
            seen += batch.num_rows
            piece, bad = _texts(batch, rows)
            for row in bad:
                if on_bad_row is None:
                    raise unreadable(path, NAME, NOT_UTF8)
                on_bad_row(row)
            yield piece
    except pa.ArrowInvalid as error:
        raise unreadable(path, NAME, NO_ROWS if "Empty CSV file" in str(error) else NOT_A_TABLE) from None
    for row in ragged:
        values = {"row": row.number, "found": row.actual_columns, "expected": row.expected_columns}
        if on_bad_row is None:
            raise unreadable(path, NAME, RAGGED, **values)
        on_bad_row(BadRow(row.number, RAGGED.fill(**values), row.text))


def _open(
    path: Path, encoding: str, delimiter: str, names: list[str], wanted: list[str], on_ragged: Any
) -> Iterator[pa.RecordBatch]:
    # One thread: only then Arrow knows the numbers of the rows that it leaves out.
    return iter(
        pa_csv.open_csv(
            path,
            read_options=pa_csv.ReadOptions(block_size=_BLOCK_BYTES, encoding=encoding, use_threads=False),
            parse_options=pa_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=on_ragged
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.binary()),
                include_columns=wanted,
                strings_can_be_null=False,
            ),
        )
    )


def _row_numbers(seen: int, n: int, left_out: list[int]) -> np.ndarray:
    """The numbers of n more rows after ``seen`` others, of a file some of whose rows were left out."""
    numbers = np.arange(seen, seen + n, dtype=np.int64) + _FIRST_ROW
    for number in left_out:  # in their order: each moves those that come after it
        numbers[numbers >= number] += 1
    return numbers


def _texts(batch: pa.RecordBatch, rows: np.ndarray) -> tuple[RawGeotags, list[BadRow]]:
    """The rows whose bytes are text, and those that are not."""
    broken = np.zeros(len(rows), np.bool_)
    columns: dict[str, pa.Array] = {}
    for name in batch.schema.names:
        column = batch.column(name)
        try:
            columns[name] = pc.cast(column, pa.string())
        except pa.ArrowInvalid:
            broken |= [not _is_text(value) for value in column.to_pylist()]
    if not broken.any():
        return RawGeotags(columns, first_row=_FIRST_ROW, rows=rows), []
    kept = batch.filter(pa.array(~broken))
    columns = {name: pc.cast(kept.column(name), pa.string()) for name in batch.schema.names}
    lost = batch.filter(pa.array(broken)).to_pylist()
    bad = [
        BadRow(int(row), NOT_UTF8, repr(b",".join(one.values())))
        for row, one in zip(rows[broken], lost, strict=True)
    ]
    return RawGeotags(columns, first_row=_FIRST_ROW, rows=rows[~broken]), bad


def _is_text(value: bytes | None) -> bool:
    try:
        (value or b"").decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _header(path: Path) -> tuple[str, str, list[str]]:
    """Encoding, delimiter and the names of the columns."""
    with path.open("rb") as file:
        start = file.read(4)
    wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        # Only the header must be text here: the rows whose bytes are none are looked at one by one.
        encoding = "utf-16" if wide else "utf-8-sig"
        with path.open(encoding=encoding, errors="surrogateescape", newline="") as lines:
            first = lines.readline()
            lines.seek(0)
            delimiter = max(_DELIMITERS, key=first.count)
            names = next(csv.reader(lines, delimiter=delimiter), [])
            "".join(names).encode()
    except (UnicodeError, csv.Error) as error:
        reason = NOT_UTF8 if isinstance(error, UnicodeError) else NOT_A_TABLE
        raise unreadable(path, NAME, reason) from None
    if not first.strip():
        raise unreadable(path, NAME, NO_HEADER)
    return "utf-16" if wide else "utf-8", delimiter, names


FORMAT = GeotagFormat(NAME, (".csv", ".tsv", ".txt"), stream)
