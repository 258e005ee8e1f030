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
from geo.errors import ValueRefused
from geo.roster import Roster
from geo.text import Text
from geotags.lists.table import ListTable

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


_WHOLE = Text(
    en="a whole number from 0 on, the same on all rows of the area",
    id="bilangan bulat mulai 0, sama pada semua baris wilayah itu",
)
_CODE = Text(
    en="the code of an area, with all of its digits, as text", id="kode wilayah lengkap, ditulis sebagai teks"
)
_TWICE = Text(en="the same household a second time", id="keluarga yang sama untuk kedua kalinya")
_ONCE = Text(en="each household of an area once", id="setiap keluarga dalam satu wilayah satu kali saja")


def read_roster(path: Path) -> Roster:
    """Read a CSV, Parquet or other table that ``geotags.formats`` has a reader for.

    Columns, under any name of ``COLUMNS``: ``household_key``, ``assigned_area`` and ``needs_geotag`` are
    required; without ``needs_photo`` nobody needs a photo, without ``finished`` no area is reported
    finished. An area is finished when every row that says anything of it says so. Raises
    ``ColumnMissing``, and ``ValueRefused`` with row and column for a value that cannot be read.
    """
    table = ListTable(path, COLUMNS, _REQUIRED)
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
        row = int(table.row_numbers[households[repeated]])
        where = IN_ROW.fill(file=path.name, row=row, column=table.names["household_key"])
        raise ValueRefused(where=where, value=_TWICE, wanted=_ONCE)
    return roster


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


def _finished(areas: pa.StringArray, table: ListTable) -> frozenset[str]:
    yes = table.yes("finished")
    silent = np.asarray(pc.equal(table.texts("finished"), ""))
    said = set(areas.filter(pa.array(yes)).to_pylist())
    return frozenset(said - set(areas.filter(pa.array(~yes & ~silent)).to_pylist()))


def _expected(areas: pa.StringArray, table: ListTable) -> dict[str, int]:
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
