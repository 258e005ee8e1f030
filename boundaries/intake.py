"""Boundary files in: one file, one level, all or nothing.

What is refused here is what cannot be stored faithfully or would mislead everything after it: a broken
file, codes that lost digits on their way through a spreadsheet, the wrong level, coordinates that are
not longitude and latitude, shapes that are not polygons. Any other defect is loaded as it is, for the
frame's quality checks to report: an invalid outline, a code used twice, a code with letters in it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from boundaries.areas import ROUNDING_ATTRIBUTE, AreaTable
from boundaries.attributes import as_text, attribute_rows
from boundaries.formats.raw import RawTable, unreadable
from boundaries.formats.registry import format_of
from boundaries.grid import round_to_grid
from boundaries.mapping import ColumnMapping, code_column_of, map_columns
from boundaries.position import to_lonlat
from geo.ahead import in_order
from geo.codes import CodeScheme
from geo.errors import CodeDamaged, ColumnMissing, GeometryRefused, LevelMismatch, ValueRefused
from geo.levels import Level
from geo.text import Text

# A spreadsheet keeps fifteen digits (IEEE 754 doubles, as Excel shows them) and writes 0 for the rest.
SPREADSHEET_DIGITS = 15

DAMAGE_WORDS: dict[str, Text] = {
    "empty": Text(en="the cell is empty", id="selnya kosong"),
    "exponent": Text(
        en="a spreadsheet wrote it as a number with an exponent and cut its end",
        id="lembar sebar menulisnya sebagai bilangan berpangkat dan memotong ujungnya",
    ),
    "decimal": Text(
        en="it was written as a number with decimals",
        id="tertulis sebagai bilangan dengan desimal",
    ),
    "lost_zeros": Text(
        en="digits are missing; leading zeros may have been lost",
        id="angkanya kurang; mungkin nol di depan hilang",
    ),
    "no_separator": Text(en="its dots are missing", id="titik-titiknya hilang"),
    "sixteenth_digit": Text(
        en="every code ends in 0 and codes repeat: a spreadsheet keeps fifteen digits",
        id="semua kode berakhir 0 dan ada yang berulang: lembar sebar hanya menyimpan lima belas angka",
    ),
}

GEOMETRY_WORDS: dict[int, Text] = {
    0: Text(en="a point", id="titik"),
    1: Text(en="a line", id="garis"),
    2: Text(en="a line", id="garis"),
    4: Text(en="a set of points", id="kumpulan titik"),
    5: Text(en="a set of lines", id="kumpulan garis"),
    7: Text(en="a collection", id="koleksi"),
}
MISSING = Text(en="missing", id="kosong (null)")
EMPTY = Text(en="empty", id="kosong")
OTHER_SHAPE = Text(en="a curve or another kind of shape", id="lengkung atau bangun jenis lain")
SCHEME_LEVELS = Text(en="one of {levels}", id="salah satu dari {levels}")
NO_ROWS = Text(en="it holds no rows", id="tidak berisi baris")
IN_ROW = Text(en="{file}, row {row}, column {column}", id="{file}, baris {row}, kolom {column}")
SHORT_TEXT = Text(en="at most {most} characters", id="paling banyak {most} karakter")

ROWS_AT_ONCE = 10_000
"""Outlines that are rounded and looked at together."""

LONGEST_CODE = 255
"""Characters of any code, whatever it is worth: an index of the database holds it."""


@dataclass(frozen=True)
class LoadedFile:
    """A boundary file that was read whole, and where it came from."""

    areas: AreaTable
    format: str
    sha256: str
    """Of the file's bytes, hexadecimal."""
    file_name: str
    dropped_columns: tuple[str, ...] = ()
    """Personal columns and tool left-overs that were not kept."""


def read_areas(
    path: Path,
    level: Level,
    scheme: CodeScheme,
    columns: Mapping[str, str] | None = None,
    layer: str | None = None,
) -> LoadedFile:
    """Read the areas of one ``level`` from a GeoJSON, GeoPackage or GeoParquet file.

    ``columns`` may name the columns ``code`` and ``name`` outright; ``layer`` the layer of a
    GeoPackage. Raises an InputError that names file, row and remedy; nothing is returned then.
    """
    path = Path(path)
    if level not in scheme.widths:
        wanted = SCHEME_LEVELS.fill(levels=", ".join(scheme.levels))
        raise ValueRefused(where=path.name, value=str(level), wanted=wanted)
    boundary_format = format_of(path)
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    raw = boundary_format.read(path, layer)
    if not raw.rows:
        raise unreadable(path, boundary_format.name, NO_ROWS)
    areas, dropped = understand(raw, path.name, level, scheme, columns)
    return LoadedFile(areas, boundary_format.name, sha256, path.name, dropped)


def understand(
    raw: RawTable, file: str, level: Level, scheme: CodeScheme, columns: Mapping[str, str] | None = None
) -> tuple[AreaTable, tuple[str, ...]]:
    """What a reader gave, as areas, and the columns that were not kept; ``file`` is what messages name."""
    mapping = _map_columns(file, raw, level, scheme, columns)
    codes = _codes(file, raw, mapping, level, scheme)
    _check_level(file, raw, codes, level, scheme)
    _check_damage(file, raw.rows, codes, level, scheme)
    geometries, notes = _outlines(file, raw, scheme)
    attributes = attribute_rows(file, raw, mapping.attributes)
    for position, note in notes.items():
        attributes[position][ROUNDING_ATTRIBUTE] = note
    names = [""] * len(codes) if mapping.name is None else _names(file, raw, mapping.name)
    return AreaTable(level, codes, names, attributes, list(raw.rows), geometries), mapping.dropped


def _map_columns(
    file: str, raw: RawTable, level: Level, scheme: CodeScheme, named: Mapping[str, str] | None
) -> ColumnMapping:
    """As ``map_columns``; a file with another level's code column only is of the wrong level."""
    try:
        return map_columns(file, list(raw.columns), level, scheme, named)
    except ColumnMissing:
        for other in reversed([] if named else scheme.levels):
            column = code_column_of(list(raw.columns), other, scheme)
            value = raw.columns[column][0] if column is not None else None
            if isinstance(value, str) and scheme.is_code(value.strip(), other):
                raise LevelMismatch(
                    file=file, row=raw.rows[0], value=value.strip(), found=str(other), level=str(level)
                ) from None
        raise


def _names(file: str, raw: RawTable, column: str) -> list[str]:
    return [
        as_text(file, row, column, value) for row, value in zip(raw.rows, raw.columns[column], strict=True)
    ]


def _codes(file: str, raw: RawTable, mapping: ColumnMapping, level: Level, scheme: CodeScheme) -> list[str]:
    """The code of each row as text. Text and whole numbers stay as they are; a decimal number is refused."""
    if len(mapping.code) == 1:
        column = mapping.code[0]
        return [
            _code_text(file, row, column, value, level, scheme.widths[level])
            for row, value in zip(raw.rows, raw.columns[column], strict=True)
        ]
    joined = [""] * len(raw.rows)
    for column, width in zip(mapping.code, mapping.widths, strict=True):
        for i, (row, value) in enumerate(zip(raw.rows, raw.columns[column], strict=True)):
            part = _code_text(file, row, column, value, column, width)
            if len(part) < width:
                raise _damaged(file, row, part, column, width, "lost_zeros" if part else "empty")
            joined[i] += part
    return joined


def _code_text(file: str, row: int, column: str, value: Any, level: str, width: int) -> str:
    if isinstance(value, float) and value == value:
        raise _damaged(file, row, repr(value), level, width, "exponent" if "e" in repr(value) else "decimal")
    if isinstance(value, int):  # a bool too: its name is then no code, which the quality checks report
        return str(value)
    text = as_text(file, row, column, value)
    if len(text) > LONGEST_CODE:
        where = IN_ROW.fill(file=file, row=row, column=column)
        raise ValueRefused(where=where, value=f"{text[:20]}...", wanted=SHORT_TEXT.fill(most=LONGEST_CODE))
    return text


def _check_level(file: str, raw: RawTable, codes: list[str], level: Level, scheme: CodeScheme) -> None:
    """Raise LevelMismatch when most rows are of another level, by their codes or by a deeper code column."""
    found = [
        other if other not in (None, level) and scheme.is_code(code, other) else None
        for code, other in ((code, scheme.level_of(code)) for code in codes)
    ]
    others = Counter(other for other in found if other is not None)
    if others:
        other, count = others.most_common(1)[0]
        if count * 2 > len(codes):
            first = found.index(other)
            raise LevelMismatch(
                file=file, row=raw.rows[first], value=codes[first], found=str(other), level=str(level)
            )
    _check_not_deeper(file, raw, codes, level, scheme)


def _check_not_deeper(file: str, raw: RawTable, codes: list[str], level: Level, scheme: CodeScheme) -> None:
    """A sub-SLS file has a village column too: as villages, most of its codes would repeat.

    Its own level is the highest at which they hardly do: a layer of SLS made from one of sub-SLS often
    keeps the code of one sub-SLS in each row.
    """
    times = Counter(codes)
    repeated = [times[code] > 1 for code in codes]
    if sum(repeated) * 2 <= len(codes):
        return
    for deeper in [down for down in scheme.levels if down.depth > level.depth]:
        column = code_column_of(list(raw.columns), deeper, scheme)
        values = [] if column is None else [v for v in raw.columns[column] if isinstance(v, str)]
        if len(values) == len(codes) and len(set(values)) > 0.9 * len(codes):
            first = repeated.index(True)
            raise LevelMismatch(
                file=file, row=raw.rows[first], value=values[first], found=str(deeper), level=str(level)
            )


def _check_damage(file: str, rows: list[int], codes: list[str], level: Level, scheme: CodeScheme) -> None:
    """Raise CodeDamaged for what a number format does to codes; other odd codes are for the QA checks."""
    width = scheme.widths[level]
    for row, code in zip(rows, codes, strict=True):
        damage: str | None = scheme.damage(code, level)
        if damage == "lost_zeros" and scheme.separator and scheme.separator not in code:
            damage = "no_separator"
        if damage in DAMAGE_WORDS:
            raise _damaged(file, row, code, level, width, damage)
    if width > SPREADSHEET_DIGITS and not scheme.separator and all(code.endswith("0") for code in codes):
        seen: set[str] = set()
        for row, code in zip(rows, codes, strict=True):
            if code in seen:
                raise _damaged(file, row, code, level, width, "sixteenth_digit")
            seen.add(code)


def _damaged(file: str, row: int, value: str, level: str, width: int, damage: str) -> CodeDamaged:
    words = DAMAGE_WORDS[damage]
    return CodeDamaged(file=file, row=row, value=value[:40], level=str(level), width=width, damage=words)


def _outlines(file: str, raw: RawTable, scheme: CodeScheme) -> tuple[np.ndarray, dict[int, dict[str, Any]]]:
    """The geometries as they are stored, and the notes of their rounding by position.

    Takes those of ``raw`` away, some at a time: a country's outlines are gigabytes, and never there twice.
    """
    spans = [slice(start, start + ROWS_AT_ONCE) for start in range(0, len(raw.rows), ROWS_AT_ONCE)]

    def take(span: slice) -> tuple[np.ndarray, dict[int, dict[str, Any]]]:
        part = RawTable({}, raw.geometries[span].copy(), raw.crs, raw.rows[span])
        raw.geometries[span] = None
        outlines = to_lonlat(file, multipolygons(file, part), part.rows, part.crs, scheme.name)
        return round_to_grid(outlines)

    geometries = np.empty(len(raw.rows), dtype=object)
    notes: dict[int, dict[str, Any]] = {}
    for span, (rounded, said) in zip(spans, in_order(take, spans), strict=True):
        geometries[span] = rounded
        notes |= {span.start + position: note for position, note in said.items()}
    return geometries, notes


def multipolygons(file: str, raw: RawTable) -> np.ndarray:
    """Every geometry as a two-dimensional MultiPolygon. Raises GeometryRefused for anything else."""
    kinds = shapely.get_type_id(raw.geometries)
    polygonal = np.isin(kinds, (3, 6))
    usable = polygonal & ~shapely.is_empty(raw.geometries)
    if not usable.all():
        first = int(np.argmin(usable))
        kind = int(kinds[first])
        found = (
            MISSING if kind == -1 else EMPTY if polygonal[first] else GEOMETRY_WORDS.get(kind, OTHER_SHAPE)
        )
        raise GeometryRefused(file=file, row=raw.rows[first], found=found)
    flat = shapely.force_2d(raw.geometries)
    parts, owner = shapely.get_parts(flat, return_index=True)
    filled = ~shapely.is_empty(parts)
    return np.asarray(shapely.multipolygons(parts[filled], indices=owner[filled]), dtype=object)
