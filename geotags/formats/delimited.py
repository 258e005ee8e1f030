"""Delimited text (CSV): every value stays the text it is."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from geo.errors import FileUnreadable
from geo.text import Text
from geotags.formats.raw import NO_ROWS, NOT_UTF8, GeotagFormat, RawGeotags, unreadable

NAME = "CSV"
_DELIMITERS = ",;\t|"

NO_HEADER = Text(en="it has no header line", id="tidak ada baris judul kolom")
SAME_NAME = Text(en="two columns have the same name", id="dua kolom bernama sama")
RAGGED = Text(
    en="row {row} has {found} columns, the header {expected}",
    id="baris {row} berisi {found} kolom, judulnya {expected}",
)
NOT_A_TABLE = Text(en="its rows do not agree with its header", id="barisnya tidak cocok dengan judul kolom")

# Arrow quotes the row after these words: it may hold a coordinate, so nothing more of it is said.
_RAGGED = re.compile(r"CSV parse error: Row #([0-9]+): Expected ([0-9]+) columns, got ([0-9]+)")


def read(path: Path) -> RawGeotags:
    """Read UTF-8 text with a header line; the delimiter is the most frequent one in that line.

    Blank lines are no rows and are not counted.
    """
    delimiter, names = _header(path)
    if len(set(names)) != len(names):
        raise unreadable(path, NAME, SAME_NAME)
    try:
        table = _table(path, delimiter, names, threads=True)
    except pa.ArrowInvalid:
        table = _table_or_refusal(path, delimiter, names)
    columns = {name: table.column(name).combine_chunks() for name in table.column_names}
    return RawGeotags(columns, first_row=2)


def _table(path: Path, delimiter: str, names: list[str], *, threads: bool) -> pa.Table:
    return pa_csv.read_csv(
        path,
        read_options=pa_csv.ReadOptions(use_threads=threads),
        parse_options=pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            column_types={name: pa.string() for name in names}, strings_can_be_null=False
        ),
    )


def _table_or_refusal(path: Path, delimiter: str, names: list[str]) -> pa.Table:
    """Read once more in one thread: only then Arrow knows the number of the row."""
    try:
        return _table(path, delimiter, names, threads=False)
    except pa.ArrowInvalid as error:
        raise _refusal(path, str(error)) from None


def _refusal(path: Path, said: str) -> FileUnreadable:
    ragged = _RAGGED.match(said)
    if ragged:
        row, expected, found = ragged.groups()
        return unreadable(path, NAME, RAGGED, row=row, expected=expected, found=found)
    if "Empty CSV file" in said:
        return unreadable(path, NAME, NO_ROWS)
    if "invalid UTF8" in said:
        return unreadable(path, NAME, NOT_UTF8)
    return unreadable(path, NAME, NOT_A_TABLE)


def _header(path: Path) -> tuple[str, list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            first = lines.readline()
            lines.seek(0)
            delimiter = max(_DELIMITERS, key=first.count)
            names = next(csv.reader(lines, delimiter=delimiter), [])
    except (UnicodeDecodeError, csv.Error) as error:
        reason = NOT_UTF8 if isinstance(error, UnicodeDecodeError) else NOT_A_TABLE
        raise unreadable(path, NAME, reason) from None
    if not first.strip():
        raise unreadable(path, NAME, NO_HEADER)
    return delimiter, names


FORMAT = GeotagFormat(NAME, (".csv", ".tsv", ".txt"), read)
