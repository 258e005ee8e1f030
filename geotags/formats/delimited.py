"""Delimited text (CSV): every value stays the text it is."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from geo.errors import FileUnreadable
from geotags.formats.raw import GeotagFormat, RawGeotags

_DELIMITERS = ",;\t|"


def read(path: Path) -> RawGeotags:
    """Read UTF-8 text with a header line; the delimiter is the most frequent one in that line."""
    header = _header(path)
    delimiter = max(_DELIMITERS, key=header.count)
    names = next(csv.reader([header], delimiter=delimiter), [])
    if len(set(names)) != len(names):
        raise FileUnreadable(file=path.name, format="CSV", reason="two columns have the same name")
    try:
        table = pa_csv.read_csv(
            path,
            parse_options=pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                column_types={name: pa.string() for name in names}, strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        raise FileUnreadable(file=path.name, format="CSV", reason=_reason(error)) from error
    columns = {name: table.column(name).combine_chunks() for name in table.column_names}
    return RawGeotags(columns, first_row=2, texts_as_typed=True)


def _header(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            header = lines.readline().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise FileUnreadable(file=path.name, format="CSV", reason="it is not UTF-8 text") from error
    if not header.strip():
        raise FileUnreadable(file=path.name, format="CSV", reason="it has no header line")
    return header


def _reason(error: pa.ArrowInvalid) -> str:
    # Arrow quotes the row after the colon: it may hold a coordinate, so only what comes before is said.
    said = str(error).split(":")
    kept = [part.strip() for part in said if "expected" in part.lower() or "utf8" in part.lower()]
    text = kept[0].split(", got")[0] if kept else "its rows do not agree with its header"
    row = next((part.strip() for part in said if part.strip().startswith("Row #")), "")
    return f"{row} {text}".strip()


FORMAT = GeotagFormat("CSV", (".csv", ".tsv", ".txt"), read)
