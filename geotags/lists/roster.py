"""A campaign's roster from a table: households that were to be visited, and what is known of their areas.

A row is a household (key, assigned area, what it needs), or an area alone (no key). ``finished`` and
``expected`` are about the area of the row, on whichever rows they stand.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from boundaries.intake import IN_ROW
from geo.codes import SCHEMES
from geo.errors import ColumnMissing, ValueRefused
from geo.roster import Roster
from geo.text import Text
from geotags.formats.raw import NO_ROWS, RawGeotags, unreadable
from geotags.formats.registry import read_raw

# In order of preference, without regard to case. level_6_full_code, idsubsls, no_keluarga: the survey app
# and layers of BPS; wajib_*, selesai, target: words of the offices' own lists.
COLUMNS: dict[str, tuple[str, ...]] = {
    "household_key": ("household_key", "id_keluarga", "kk_key", "no_kk", "no_keluarga"),
    "assigned_area": ("assigned_area", "level_6_full_code", "idsubsls", "idsls", "iddesa"),
    "needs_geotag": ("needs_geotag", "wajib_geotag", "perlu_geotag"),
    "needs_photo": ("needs_photo", "wajib_foto", "perlu_foto"),
    "finished": ("finished", "area_finished", "selesai", "status_selesai"),
    "expected": ("expected", "expected_geotags", "target", "target_geotag"),
}
_REQUIRED = ("household_key", "assigned_area", "needs_geotag")

_YES = pa.array(["1", "true", "t", "yes", "y", "ya"])
_NO = pa.array(["0", "false", "f", "no", "n", "tidak", "belum", ""])

_YES_OR_NO = Text(en="1 or 0, ya or tidak, true or false", id="1 atau 0, ya atau tidak")
_WHOLE = Text(
    en="a whole number from 0 on, the same on all rows of the area",
    id="bilangan bulat mulai 0, sama pada semua baris wilayah itu",
)
_CODE = Text(
    en="the code of an area, with all of its digits, as text", id="kode wilayah lengkap, ditulis sebagai teks"
)
_TWICE = Text(en="the same household a second time", id="keluarga yang sama untuk kedua kalinya")
_ONCE = Text(en="each household of an area once", id="setiap keluarga dalam satu wilayah satu kali saja")
_UNCLEAR = Text(en="something else", id="isi lain")


def read_roster(path: Path) -> Roster:
    """Read a CSV, Parquet or other table that ``geotags.formats`` has a reader for.

    Columns, under any name of ``COLUMNS``: ``household_key``, ``assigned_area`` and ``needs_geotag`` are
    required; without ``needs_photo`` nobody needs a photo, without ``finished`` no area is reported
    finished. An area is finished when every row that says anything of it says so. Raises
    ``ColumnMissing``, and ``ValueRefused`` with row and column for a value that cannot be read.
    """
    fmt, raw = read_raw(path)
    if not len(raw):
        raise unreadable(path, fmt.name, NO_ROWS)
    table = _Table(path.name, raw)
    keys, areas = table.texts("household_key"), table.texts("assigned_area")
    table.require("assigned_area", _are_codes(areas), _CODE)
    households = np.flatnonzero(np.asarray(pc.not_equal(keys, "")))
    taken = pa.array(households)
    finished = None if "finished" not in table.names else _finished(areas, table)
    roster = Roster(
        household_key=keys.take(taken),
        assigned_area=areas.take(taken),
        needs_geotag=table.yes("needs_geotag")[households],
        needs_photo=table.yes("needs_photo")[households],
        finished=finished,
        expected=_expected(areas, table),
    )
    repeated = roster.first_repeated()
    if repeated is not None:
        row = int(raw.row_numbers[households[repeated]])
        where = IN_ROW.fill(file=path.name, row=row, column=table.names["household_key"])
        raise ValueRefused(where=where, value=_TWICE, wanted=_ONCE)
    return roster


class _Table:
    """The columns of a file under the names that a roster has for them."""

    def __init__(self, file_name: str, raw: RawGeotags) -> None:
        self._file_name, self._raw = file_name, raw
        by_lower = {name.strip().lower(): name for name in raw.columns} | {name: name for name in raw.columns}
        self.names: dict[str, str] = {}
        for column, known in COLUMNS.items():
            match = next((by_lower[name] for name in known if name in by_lower), None)
            if match is not None:
                self.names[column] = match
            elif column in _REQUIRED:
                raise ColumnMissing(file=file_name, wanted=column, looked_for=", ".join(known))

    def texts(self, column: str) -> pa.StringArray:
        """Without blanks at their ends; "" for null and for a column that is not there."""
        if column not in self.names:
            return pa.array([""] * len(self._raw), pa.string())
        given = pc.cast(self._raw.columns[self.names[column]], pa.string())
        texts = pc.utf8_trim_whitespace(pc.fill_null(given, ""))
        # A spreadsheet or data frame with an empty cell makes real numbers of whole ones.
        return pc.replace_substring_regex(texts, r"^([0-9]{1,15})\.0+$", r"\1")

    def require(self, column: str, good: NDArray[np.bool_], wanted: Text) -> None:
        """Raise ``ValueRefused`` for the first row that is not good. What stands there is not repeated."""
        if good.all():
            return
        row = int(self._raw.row_numbers[int((~good).argmax())])
        where = IN_ROW.fill(file=self._file_name, row=row, column=self.names[column])
        raise ValueRefused(where=where, value=_UNCLEAR, wanted=wanted)

    def yes(self, column: str) -> NDArray[np.bool_]:
        """Where a column says yes; blank is no."""
        lower = pc.utf8_lower(self.texts(column))
        yes, no = (np.asarray(pc.is_in(lower, value_set=words)) for words in (_YES, _NO))
        self.require(column, yes | no, _YES_OR_NO)
        return yes


def _are_codes(areas: pa.StringArray) -> NDArray[np.bool_]:
    """Whether each is a whole code of some scheme: a row without one is of no area."""
    encoded = areas.dictionary_encode()
    good = np.array(
        [
            any(scheme.is_code(code, level) for scheme in SCHEMES.values() for level in scheme.levels)
            for code in encoded.dictionary.to_pylist()
        ],
        np.bool_,
    )
    return np.asarray(good[np.asarray(encoded.indices)])


def _finished(areas: pa.StringArray, table: _Table) -> frozenset[str]:
    yes = table.yes("finished")
    silent = np.asarray(pc.equal(table.texts("finished"), ""))
    said = set(areas.filter(pa.array(yes)).to_pylist())
    return frozenset(said - set(areas.filter(pa.array(~yes & ~silent)).to_pylist()))


def _expected(areas: pa.StringArray, table: _Table) -> dict[str, int]:
    texts = table.texts("expected")
    blank = np.asarray(pc.equal(texts, ""))
    whole = np.asarray(pc.match_substring_regex(texts, r"^[0-9]{1,9}$"))
    if "expected" in table.names:
        table.require("expected", whole | blank, _WHOLE)
    rows = np.flatnonzero(~blank)
    found: dict[str, Any] = {}
    agrees = np.ones(len(texts), np.bool_)
    for row, area, number in zip(
        rows.tolist(),
        areas.take(pa.array(rows)).to_pylist(),
        texts.take(pa.array(rows)).to_pylist(),
        strict=True,
    ):
        agrees[row] = found.setdefault(area, int(number)) == int(number)
    if "expected" in table.names:
        table.require("expected", agrees, _WHOLE)
    return found
