"""Attribute values of a boundary file as text and as values that JSON and PostgreSQL can hold."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from boundaries.formats.raw import RawTable
from geo.errors import ValueRefused
from geo.text import Text

CLEAN_TEXT = Text(
    en="text without control characters or halves of characters",
    id="teks tanpa karakter kendali atau karakter yang terpotong",
)
WHERE = Text(en="{file}, row {row}, column {column}", id="{file}, baris {row}, kolom {column}")


def attribute_rows(file: str, raw: RawTable, kept: Sequence[str]) -> list[dict[str, Any]]:
    """One object per row with the columns ``kept``. Raises ValueRefused for text that cannot be stored."""
    rows: list[dict[str, Any]] = [{} for _ in raw.rows]
    for column in kept:
        key = _storable(file, 1, column, column)
        for attributes, row, value in zip(rows, raw.rows, raw.columns[column], strict=True):
            attributes[key] = _plain(file, row, column, value)
    return rows


def as_text(file: str, row: int, column: str, value: Any) -> str:
    """A cell as text without blanks around it; empty for a missing value."""
    plain = _plain(file, row, column, value)
    return "" if plain is None else str(plain).strip()


def _plain(file: str, row: int, column: str, value: Any) -> Any:
    if isinstance(value, str):
        return _storable(file, row, column, value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, list | tuple):
        return [_plain(file, row, column, item) for item in value]
    if isinstance(value, dict):
        return {_storable(file, row, column, str(k)): _plain(file, row, column, v) for k, v in value.items()}
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return None  # a blob: nothing that JSON could hold


def _storable(file: str, row: int, column: str, text: str) -> str:
    """PostgreSQL holds neither NUL nor half of a surrogate pair; JSON can write both."""
    if "\x00" in text or not (text.isascii() or _is_whole(text)):
        where = WHERE.fill(file=file, row=row, column=ascii(column).strip("'"))
        raise ValueRefused(where=where, value=ascii(text[:20]), wanted=CLEAN_TEXT)
    return text


def _is_whole(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
