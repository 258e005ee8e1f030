"""The office's split-and-merge table: which codes of one period became which of the next.

``idsubsls_25_2, idsubsls_26_1, nmsls_26_1, id_perub, ket_perub, berubah_batas (1 yes, 2 no)``: the names of
the code columns carry the periods.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from geo.codes import CodeScheme
from geo.errors import ColumnMissing
from geo.levels import Level
from geo.lineage import Lineage, Succession
from geo.text import Text
from geotags.formats.registry import read_raw
from geotags.lists.table import ListTable

_PERIOD = re.compile(r"(?:idsubsls|idsls|iddesa)_?(\d{2}|\d{4})_?([12])$", re.IGNORECASE)
_OLD, _NEW = ("old", "old_code", "kode_lama"), ("new", "new_code", "kode_baru")
_CHANGE, _MOVED = ("ket_perub", "change", "id_perub"), ("berubah_batas", "moved")
_CODE = Text(
    en="the code of an area, with all of its digits, as text", id="kode wilayah lengkap, ditulis sebagai teks"
)


def read_lineage(path: Path, scheme: CodeScheme, level: Level) -> Lineage:
    """Read the table for areas of ``level``; rows whose codes are the same are no change and left out.

    The code columns are those named after two periods, the earlier one first, or ``old`` and ``new``. Raises
    ``ColumnMissing``, and ``ValueRefused`` with row and column for what is no code of the level.
    """
    names = list(read_raw(path)[1].columns)
    periods = sorted((_period(match), name) for name in names if (match := _PERIOD.match(name.strip())))
    if len({period for period, _ in periods}) > 2:
        raise ColumnMissing(file=path.name, wanted="two periods", looked_for=", ".join(n for _, n in periods))
    known = {"old": _OLD, "new": _NEW}
    if len(periods) == 2:
        known = {"old": (periods[0][1],), "new": (periods[1][1],)}
    table = ListTable(path, known | {"change": _CHANGE, "moved": _MOVED}, ("old", "new"))
    codes = {name: table.texts(name).to_pylist() for name in ("old", "new")}
    for name, texts in codes.items():
        table.require(name, np.array([scheme.is_code(text, level) for text in texts]), _CODE)
    moved, change = table.texts("moved").to_pylist(), table.texts("change").to_pylist()
    return Lineage.of(
        Succession(old, new, {"1": True, "2": False}.get(has_moved), what)
        for old, new, has_moved, what in zip(codes["old"], codes["new"], moved, change, strict=True)
        if old != new
    )


def _period(match: re.Match[str]) -> tuple[int, int]:
    return int(match[1]) % 100, int(match[2])
