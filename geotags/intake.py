"""A file of geotags into columns. A fault of the whole file refuses it; a fault of a row is a finding."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from boundaries.intake import DAMAGE_WORDS, IN_ROW, SHORT_TEXT
from geo.codes import CodeScheme
from geo.coordinates import CoordinateState, parse_numbers
from geo.errors import CodeDamaged, CoordinatesSwapped, DecimalComma, LevelMismatch, ValueRefused
from geo.geotags import TEXT_COLUMNS, Geotags, byte_range
from geo.levels import Level
from geo.text import Text
from geo.typed_pairs import split_pairs
from geotags.columns import find_columns
from geotags.formats.raw import NO_ROWS, BadRow, RawGeotags, unreadable
from geotags.formats.registry import read_raw

# A file is refused for what most of its filled rows share: then the export is wrong, not a household.
_MOST = 0.5
LONGEST_KEY = 255
"""Characters of an identifier or a code: both are keys of an index, which holds 2.7 kB at most."""

NUL_CHARACTER = Text(en="a character of value 0", id="karakter bernilai 0")
NO_NUL_CHARACTER = Text(en="text without it", id="teks tanpa karakter itu")
IN_COLUMN = Text(en="column {column}: {reason}", id="kolom {column}: {reason}")
NO_REVISION = Text(en="no whole number", id="bukan bilangan bulat")
LONG_TEXT = Text(en="a longer text", id="teks yang lebih panjang")
MOST_REVISION = 2**31 - 1
WHOLE_NUMBER = Text(
    en="a whole number from 0 to {most}, higher for each newer revision",
    id="bilangan bulat dari 0 sampai {most}, makin tinggi untuk revisi yang makin baru",
)
# Whoever takes a coordinate for the code column must not read it in the error.
_LIKE_A_COORDINATE = re.compile(r"[+-]?[0-9]{1,3}[.,][0-9]{3,}")
_NOT_A_CODE = Text(en="other characters or more digits than a code has", id="huruf lain atau digit berlebih")


@dataclass(frozen=True)
class LoadedGeotags:
    """The geotags of one file, in its order, with what a message names it by."""

    geotags: Geotags
    file_name: str
    format: str
    first_row: int


def read_geotags(
    path: Path, scheme: CodeScheme, level: Level, columns: Mapping[str, str] | None = None
) -> LoadedGeotags:
    """Read a CSV, GeoJSON or Parquet file of geotags assigned to areas of ``level``.

    ``columns`` maps geotag columns to the file's names where they are not known by default. Raises
    the input errors of ``geo.errors``; nothing is guessed.
    """
    fmt, raw = read_raw(path)
    if not len(raw):
        raise unreadable(path, fmt.name, NO_ROWS)
    geotags = understand(raw, path.name, scheme, level, columns)
    return LoadedGeotags(geotags, path.name, fmt.name, raw.first_row)


def understand(
    raw: RawGeotags,
    file_name: str,
    scheme: CodeScheme,
    level: Level,
    columns: Mapping[str, str] | None = None,
    *,
    judge_file: bool = True,
    is_storable: bool = False,
) -> Geotags:
    """Columns as a reader gave them, into geotags; ``file_name`` is what messages name.

    ``judge_file`` refuses them for what most of the rows share: the later pieces of a file are not asked.
    ``is_storable`` says that ``set_unreadable_apart`` has seen them.
    """
    names = find_columns(file_name, raw.columns, level, columns)
    given: dict[str, pa.Array] = {column: raw.columns[name] for column, name in names.items()}
    in_one = names["lon_text"] == names["lat_text"]
    if in_one:
        given["lon_text"], given["lat_text"] = split_pairs(pc.cast(given["lon_text"], pa.string()))
    if not is_storable:
        _refuse_unreadable_revision(file_name, raw, names)
    given["item_id"] = _item_ids(given)
    if "household_key" not in given:
        given["household_key"] = given["item_id"]
    typed = raw.number_columns.isdisjoint((names["lon_text"], names["lat_text"]))
    geotags = Geotags.from_columns(given, typed=typed)
    if not is_storable:
        _refuse_unstorable(file_name, raw.first_row, geotags, names)
    if judge_file:
        _refuse_ambiguous_comma(file_name, raw, geotags, names)
        _refuse_swapped(file_name, raw, geotags)
        _refuse_damaged_codes(file_name, raw, geotags, scheme, level)
    return geotags


def set_unreadable_apart(
    raw: RawGeotags, file_name: str, level: Level, columns: Mapping[str, str] | None = None
) -> tuple[RawGeotags, list[BadRow]]:
    """The records that ``understand`` can read, and those for which it would refuse the file."""
    names = find_columns(file_name, raw.columns, level, columns)
    reasons: dict[int, Text] = {}
    for field in (*TEXT_COLUMNS, "lon_text", "lat_text"):
        column = raw.columns.get(names.get(field, ""))
        if column is None or not pa.types.is_string(column.type):
            continue
        texts = pc.fill_null(column, "")
        found = {}
        if byte_range(texts)[0] == 0:
            found[NUL_CHARACTER] = pc.match_substring(texts, "\x00")
        if (
            field in ("item_id", "assigned_area")
            and (pc.max(pc.binary_length(texts)).as_py() or 0) > LONGEST_KEY
        ):
            found[LONG_TEXT] = pc.greater(pc.utf8_length(texts), LONGEST_KEY)
        for reason, where in found.items():
            rows = np.flatnonzero(where.to_numpy(zero_copy_only=False)).tolist()
            reasons |= dict.fromkeys(rows, IN_COLUMN.fill(column=names[field], reason=reason))
    if "revision" in names:
        rows = np.flatnonzero(_is_no_revision(raw.columns[names["revision"]])).tolist()
        reasons |= dict.fromkeys(rows, IN_COLUMN.fill(column=names["revision"], reason=NO_REVISION))
    if not reasons:
        return raw, []
    bad = np.array(sorted(reasons), np.int64)
    lost = pa.table({name: column.take(pa.array(bad)) for name, column in raw.columns.items()}).to_pylist()
    numbers = raw.row_numbers[bad].tolist()
    set_apart = [
        BadRow(number, reasons[row], json.dumps(one, ensure_ascii=False, default=str))
        for number, row, one in zip(numbers, bad.tolist(), lost, strict=True)
    ]
    return raw.take(np.setdiff1d(np.arange(len(raw)), bad)), set_apart


_IDENTITY = ("household_key", "building_no", "assigned_area")
_BODY = ("building_no", "assigned_area", "lon_text", "lat_text", "accuracy_m", "captured_at", "enumerator_id")


def _item_ids(given: Mapping[str, pa.Array]) -> pa.StringArray:
    """The app's own identifiers; where one is missing a hash that is the same in every file and order.

    The hash is of household, building and area, and where no household is named, of all that is
    known, with a number that tells rows apart which are equal in all of it.
    """
    n = len(given["lon_text"])

    def texts(name: str) -> list[str]:
        values = given[name].to_pylist() if name in given else [None] * n
        return ["" if value is None else str(value).strip() for value in values]

    if "item_id" in given and not _has_blank(given["item_id"]):
        return given["item_id"]
    ids = texts("item_id")
    households = texts("household_key")
    identities = list(zip(*map(texts, _IDENTITY), strict=True))
    bodies = list(zip(*map(texts, _BODY), strict=True))
    seen: Counter[tuple[str, ...]] = Counter()
    for row in (row for row in range(n) if not ids[row]):
        parts = identities[row]
        if not households[row]:
            seen[bodies[row]] += 1
            parts = ("", *bodies[row], str(seen[bodies[row]]))
        ids[row] = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
    return pa.array(ids, pa.string())


def lacks_items(
    raw: RawGeotags, file_name: str, level: Level, columns: Mapping[str, str] | None = None
) -> bool:
    """Whether some records have no identifier in a file that has a column of them."""
    name = find_columns(file_name, raw.columns, level, columns).get("item_id")
    return name is not None and _has_blank(raw.columns[name])


def _has_blank(column: pa.Array) -> bool:
    texts = pc.cast(column, pa.string())
    least, most = byte_range(texts)
    if least <= ord(" ") or most >= 0x80:
        texts = pc.utf8_trim_whitespace(texts)
    return bool(texts.null_count) or pc.min(pc.binary_length(texts)).as_py() == 0


def _refuse_unstorable(file_name: str, first_row: int, geotags: Geotags, names: Mapping[str, str]) -> None:
    """Raise ``ValueRefused`` for a text that the database cannot hold or keep in an index."""
    for field in (*TEXT_COLUMNS, "lon_text", "lat_text"):
        if field not in names:
            continue
        texts = pc.fill_null(getattr(geotags, field), "")
        limits = [(pc.match_substring(texts, "\x00"), NUL_CHARACTER, NO_NUL_CHARACTER)]
        if field in ("item_id", "assigned_area"):
            too_long = pc.greater(pc.utf8_length(texts), LONGEST_KEY)
            limits.append((too_long, LONG_TEXT, SHORT_TEXT.fill(most=LONGEST_KEY)))
        for found, value, wanted in limits:
            row = pc.index(found, True).as_py()
            if row >= 0:
                where = IN_ROW.fill(file=file_name, row=row + first_row, column=names[field])
                raise ValueRefused(where=where, value=value, wanted=wanted)


def _refuse_unreadable_revision(file_name: str, raw: RawGeotags, names: Mapping[str, str]) -> None:
    """Raise ``ValueRefused`` for a revision that is no whole number: none can be called newer than it."""
    if "revision" not in names:
        return
    texts = pc.cast(raw.columns[names["revision"]], pa.string())
    bad = _is_no_revision(texts)
    if bad.any():
        row = int(np.argmax(bad))
        where = IN_ROW.fill(file=file_name, row=row + raw.first_row, column=names["revision"])
        wanted = WHOLE_NUMBER.fill(most=MOST_REVISION)
        raise ValueRefused(where=where, value=texts[row].as_py()[:40], wanted=wanted)


def _is_no_revision(column: pa.Array) -> NDArray[np.bool_]:
    values, states = parse_numbers(pc.cast(column, pa.string()))
    whole = (values >= 0) & (values <= MOST_REVISION) & (values == np.floor(values))
    return np.asarray((states != CoordinateState.MISSING) & ~whole)


def _refuse_ambiguous_comma(
    file_name: str, raw: RawGeotags, geotags: Geotags, names: Mapping[str, str]
) -> None:
    """Raise ``DecimalComma`` where most coordinates can be read in two ways."""
    for field, state in (("lon_text", geotags.lon_state), ("lat_text", geotags.lat_state)):
        ambiguous = state == CoordinateState.AMBIGUOUS
        if ambiguous.sum() > _MOST * (state != CoordinateState.MISSING).sum():
            row = int(raw.row_numbers[int(np.argmax(ambiguous))])
            raise DecimalComma(file=file_name, row=row, column=names[field])


def _refuse_swapped(file_name: str, raw: RawGeotags, geotags: Geotags) -> None:
    number = geotags.is_number
    with np.errstate(invalid="ignore"):
        swapped = (np.abs(geotags.lat) > 90) & (np.abs(geotags.lat) <= 180) & (np.abs(geotags.lon) <= 90)
    if swapped.sum() > _MOST * number.sum():
        raise CoordinatesSwapped(file=file_name, row=int(np.argmax(swapped)) + raw.first_row)


def _refuse_damaged_codes(
    file_name: str, raw: RawGeotags, geotags: Geotags, scheme: CodeScheme, level: Level
) -> None:
    counts = pc.value_counts(geotags.assigned_area)
    bad = [
        (one["values"], one["counts"])
        for one in counts.to_pylist()
        if one["values"] and not scheme.is_code(one["values"], level)
    ]
    filled = len(geotags) - pc.sum(pc.equal(geotags.assigned_area, "")).as_py() if len(geotags) else 0
    if sum(count for _, count in bad) <= _MOST * filled or not bad:
        return
    value = bad[0][0]
    row = pc.index(geotags.assigned_area, value).as_py() + raw.first_row
    of_level = scheme.level_of(value)
    if of_level is not None and scheme.is_code(value, of_level):
        raise LevelMismatch(file=file_name, row=row, value=value, found=of_level.value, level=level.value)
    damage = scheme.damage(value, level)
    raise CodeDamaged(
        file=file_name,
        row=row,
        value="..." if _LIKE_A_COORDINATE.fullmatch(value) else value[:40],
        level=level.value,
        width=scheme.widths[level],
        damage=DAMAGE_WORDS.get(str(damage), _NOT_A_CODE),
    )
