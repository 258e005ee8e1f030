"""Excel workbooks (XLSX): one sheet, names in its first row. Of formulas the stored values are read."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, XmlError, ZipError

from geo.errors import LayerAmbiguous
from geo.text import Text
from geotags.columns import KNOWN_NAMES
from geotags.formats.raw import NO_ROWS, ROWS_AT_ONCE, Choose, GeotagFormat, OnBadRow, RawGeotags, unreadable

NAME = "XLSX"
_MOST_BYTES = 2 * 2**30
"""Of a workbook's sheets when unpacked: a sheet is held in memory. A million rows of an app are 0.5 GB."""
_CELL = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,3})([0-9]{1,7})"')
_LONGEST_CELL = 32
_ALWAYS_FITS, _MOST_EMPTY = 20_000_000, 50  # cells of a sheet, and how many for each one that is filled
_MOST_RATIO = 200  # of unpacked to packed; tables of offices have 5 to 20
_WHOLE_BELOW = 1e15
"""Excel keeps fifteen digits: a longer whole number has lost its end."""

DAMAGED = Text(en="it is damaged or no workbook", id="berkasnya rusak atau bukan buku kerja")
PROTECTED = Text(en="it is protected by a password", id="berkasnya dilindungi kata sandi")
TOO_LARGE = Text(
    en="it would fill more than {most} MB when unpacked; save it as CSV",
    id="isinya lebih dari {most} MB bila dibuka; simpan sebagai CSV",
)
FAR_CELLS = Text(
    en="a cell lies far from all others; delete the rows and columns behind the table",
    id="ada sel yang jauh dari yang lain; hapus baris dan kolom di luar tabel",
)
SAME_NAME = Text(en="two columns have the same name", id="dua kolom bernama sama")


def stream(path: Path, on_bad_row: OnBadRow | None, choose: Choose | None) -> Iterator[RawGeotags]:
    """Read the only sheet with rows, or the only one with columns for longitude and latitude.

    Numbers stay numbers; whole ones become texts without a decimal point, and those of more than fifteen
    digits are written with an exponent, for they have lost their end. Empty rows are no rows.
    """
    _refuse_too_large(path)
    _refuse_far_cells(path)
    try:
        with CalamineWorkbook.from_path(path) as book:
            sheet = _sheet(path, book)
            rows = _rows(sheet)
            _, header = next(rows)
            names = [_text(cell) for cell in header]
            filled = [name for name in names if name]
            if len(set(filled)) != len(filled):
                raise unreadable(path, NAME, SAME_NAME)
            wanted = set(filled) if choose is None else set(choose(filled))
            while piece := list(islice(rows, ROWS_AT_ONCE)):
                yield _piece(names, wanted, piece)
    except PasswordError:
        raise unreadable(path, NAME, PROTECTED) from None
    except (CalamineError, XmlError, ZipError, OSError):
        raise unreadable(path, NAME, DAMAGED) from None


def _refuse_too_large(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            entries = packed.infolist()
    except (zipfile.BadZipFile, OSError):
        # An encrypted workbook is no zip either: calamine tells which of the two it is.
        return
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > _MOST_BYTES or unpacked > _MOST_RATIO * max(path.stat().st_size, 10_000):
        raise unreadable(path, NAME, TOO_LARGE, most=_MOST_BYTES // 2**20)


def _refuse_far_cells(path: Path) -> None:
    """A sheet is held as a full rectangle: one stray cell in its last corner would fill any memory."""
    try:
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    with packed.open(name) as sheet:
                        _refuse_sparse(path, sheet)
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError):
        return  # calamine tells what is wrong with it


def _refuse_sparse(path: Path, sheet: IO[bytes]) -> None:
    columns, last_row, n_cells, kept = 1, 1, 0, b""
    while chunk := sheet.read(1 << 20):
        chunk = kept + chunk
        cells = _CELL.findall(chunk)
        kept = chunk[-_LONGEST_CELL:] if len(chunk) > _LONGEST_CELL else b""
        n_cells += len(cells)
        columns = max([columns, *(_column_number(letters) for letters in {letters for letters, _ in cells})])
        last_row = max([last_row, *(int(row) for _, row in cells)])
    if columns * last_row > max(_MOST_EMPTY * n_cells, _ALWAYS_FITS):
        raise unreadable(path, NAME, FAR_CELLS)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _sheet(path: Path, book: CalamineWorkbook) -> CalamineSheet:
    sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
    filled = [sheet for sheet in sheets if sheet.height > 1]
    if not filled:
        raise unreadable(path, NAME, NO_ROWS)
    with_places = [sheet for sheet in filled if _has_places(sheet)] if len(filled) > 1 else filled
    if len(with_places) != 1:
        raise LayerAmbiguous(file=path.name, layers=", ".join(sheet.name for sheet in filled))
    return with_places[0]


def _has_places(sheet: CalamineSheet) -> bool:
    header = {_text(cell).lower() for cell in next(_rows(sheet))[1]}
    return all(header & set(KNOWN_NAMES[field]) for field in ("lon_text", "lat_text"))


def _rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[Any]]]:
    """Rows that hold something, with the numbers that Excel shows."""
    first = sheet.start[0] if sheet.start else 0
    for number, cells in enumerate(sheet.iter_rows(), start=first + 1):
        if any(cell != "" for cell in cells):
            yield number, cells


def _piece(names: list[str], wanted: set[str], rows: list[tuple[int, list[Any]]]) -> RawGeotags:
    columns: dict[str, pa.Array] = {}
    numbers = set()
    for at, name in enumerate(names):
        if name not in wanted:
            continue
        cells = [cells[at] if at < len(cells) else "" for _, cells in rows]
        filled = [cell for cell in cells if cell != ""]
        if filled and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in filled):
            numbers.add(name)
        if name in numbers and not all(float(cell).is_integer() for cell in filled):
            columns[name] = pa.array([None if cell == "" else float(cell) for cell in cells], pa.float64())
        else:
            columns[name] = pa.array([_text(cell) for cell in cells], pa.string())
    at_rows = np.array([number for number, _ in rows], np.int64)
    return RawGeotags(columns, int(at_rows[0]), frozenset(numbers), at_rows)


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        if abs(cell) >= _WHOLE_BELOW:
            return f"{cell:.14E}"
        return str(int(cell)) if float(cell).is_integer() else repr(float(cell))
    if isinstance(cell, dt.datetime | dt.date | dt.time):
        return cell.isoformat()
    return str(cell).strip()


FORMAT = GeotagFormat(NAME, (".xlsx",), stream)
