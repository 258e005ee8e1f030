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
from geotags.columns import CODE_NAMES
from geotags.formats.registry import read_raw
from geotags.lists.table import ListTable

_PERIOD = r"_?(?:20)?(\d{2})_?([12])"
_OLD, _NEW = ("old", "old_code", "kode_lama"), ("new", "new_code", "kode_baru")
_CHANGE, _MOVED = ("ket_perub", "change", "id_perub"), ("berubah_batas", "moved")
_ONE_ANSWER = Text(
    en="the same answer in all rows of the same two codes", id="jawaban yang sama di semua baris berkode sama"
)
_CODE = Text(
    en="the code of an area, with all of its digits, as text", id="kode wilayah lengkap, ditulis sebagai teks"
)


def read_lineage(path: Path, scheme: CodeScheme, level: Level) -> Lineage:
    """Read the table for areas of ``level``; rows whose codes are the same are no change and left out.

    The code columns are those of the level named after two periods, the earlier one first, or ``old`` and
    ``new``. Raises ``ColumnMissing``, and ``ValueRefused`` with row and column for what is no code of the
    level and for a row that says of the boundary otherwise than one above it.
    """
    names = list(read_raw(path)[1].columns)
    column = re.compile(f"(?:{'|'.join(CODE_NAMES[level])}){_PERIOD}", re.IGNORECASE)
    periods = sorted(
        (match[1] + match[2], name) for name in names if (match := column.fullmatch(name.strip()))
    )
    n_periods = len({period for period, _ in periods})
    if n_periods > 2:
        raise ColumnMissing(file=path.name, wanted="two periods", looked_for=", ".join(n for _, n in periods))
    known: dict[str, tuple[str, ...]] = {"old": _OLD, "new": _NEW}
    newer = ""
    if n_periods == len(periods) == 2:
        known = {"old": (periods[0][1],), "new": (periods[1][1],)}
        newer = periods[1][0]
    table = ListTable(path, known | {"change": _CHANGE, "moved": _MOVED}, ("old", "new"))
    codes = {name: table.texts(name).to_pylist() for name in ("old", "new")}
    for name, texts in codes.items():
        table.require(name, np.array([scheme.is_code(text, level) for text in texts]), _CODE)
    pairs = list(zip(codes["old"], codes["new"], strict=True))
    moved = [{"1": True, "2": False}.get(text) for text in table.texts("moved").to_pylist()]
    if "moved" in table.names:
        table.require("moved", np.array(_agreeing(pairs, moved)), _ONE_ANSWER)
    rows = zip(pairs, moved, table.texts("change").to_pylist(), strict=True)
    return Lineage.of(
        Succession(*pair, has_moved, what, newer) for pair, has_moved, what in rows if pair[0] != pair[1]
    )


def _agreeing(pairs: list[tuple[str, str]], moved: list[bool | None]) -> list[bool]:
    """Whether each row says of the boundary what the first row of the same codes says, or nothing."""
    first: dict[tuple[str, str], bool] = {}
    return [
        said is None or first.setdefault(pair, said) == said for pair, said in zip(pairs, moved, strict=True)
    ]
