"""Exemptions from a table: one a row."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import numpy as np

from geo.checks.registry import CHECK_OF_CODE
from geo.codes import CodeScheme
from geo.exemptions import EVERY_CODE, Exemption, Exemptions, ExemptionScope
from geo.rollups.registry import ROLL_UP_OF_CODE
from geo.special_areas import KINDS
from geo.text import Text
from geotags.lists.table import ListTable

COLUMNS = {
    "scope": ("scope", "cakupan"),
    "key": ("key", "kunci"),
    "code": ("code", "kode", "kode_pemeriksaan"),
    "reason": ("reason", "alasan"),
    "who": ("who", "oleh", "petugas"),
    "evidence": ("evidence", "bukti"),
    "until": ("until", "sampai", "berlaku_sampai"),
}
_SCOPE = Text(en="one of " + ", ".join(ExemptionScope), id="salah satu dari " + ", ".join(ExemptionScope))
_FILLED = Text(en="a text", id="teks")
_CODE = Text(
    en="the code of a check that can be exempted, or *", id="kode pemeriksaan yang dapat dikecualikan, atau *"
)
_KIND = Text(en="one of " + ", ".join(KINDS), id="salah satu dari " + ", ".join(KINDS))
_AREA = Text(
    en="the code of an area of any level, with all of its digits, as text",
    id="kode wilayah tingkat apa pun secara lengkap, ditulis sebagai teks",
)
_BUILDING = Text(
    en="the code of an area, #, and the number of a building", id="kode wilayah, #, dan nomor bangunan"
)
_TIME_OF_DAY = r"(?:[T ].*)?"  # a spreadsheet writes the midnight of a day
_DAY = Text(en="a day as 2026-12-31, or nothing", id="tanggal seperti 2026-12-31, atau kosong")


def read_exemptions(path: Path, scheme: CodeScheme) -> Exemptions:
    """Columns, under any name of ``COLUMNS``: scope, key, code, reason and who are required.

    Raises ``ColumnMissing``, and ``ValueRefused`` with row and column for a scope, a check or a day that is
    none, for a key that can name nothing of its scope, and for a reason or a name that is empty.
    """
    table = ListTable(path, COLUMNS, ("scope", "key", "code", "reason", "who"))
    columns = {name: table.texts(name).to_pylist() for name in COLUMNS}

    def require(name: str, good: list[bool], wanted: Text) -> None:
        table.require(name, np.array(good), wanted)

    scopes, kinds = [text.lower() for text in columns["scope"]], set(KINDS)
    require("scope", [text in set(ExemptionScope) for text in scopes], _SCOPE)
    for name in ("key", "reason", "who"):
        require(name, [bool(text) for text in columns[name]], _FILLED)
    pairs = list(zip(scopes, columns["key"], strict=True))
    for scope_of_keys, is_key, wanted in (
        (ExemptionScope.SPECIAL_KIND, kinds.__contains__, _KIND),
        (ExemptionScope.AREA, lambda key: _is_area(key, scheme), _AREA),
        (ExemptionScope.BUILDING, lambda key: _is_building(key, scheme), _BUILDING),
    ):
        require("key", [scope != scope_of_keys or is_key(key) for scope, key in pairs], wanted)
    require("code", [_can_be_exempted(code) for code in columns["code"]], _CODE)
    if "until" in table.names:
        require("until", [not text or _day(text) is not None for text in columns["until"]], _DAY)
    rows = zip(*columns.values(), strict=True)
    return Exemptions(
        [
            Exemption(ExemptionScope(scope.lower()), key, code, reason, who, evidence, _day(until))
            for scope, key, code, reason, who, evidence, until in rows
        ]
    )


def _can_be_exempted(code: str) -> bool:
    if code in CHECK_OF_CODE:
        return CHECK_OF_CODE[code].exemptible
    return code == EVERY_CODE or code in ROLL_UP_OF_CODE


def _is_area(key: str, scheme: CodeScheme) -> bool:
    level = scheme.level_of(key)
    return level is not None and scheme.is_code(key, level)


def _is_building(key: str, scheme: CodeScheme) -> bool:
    area, _, number = key.partition("#")
    return _is_area(area, scheme) and bool(number)


def _day(text: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}" + _TIME_OF_DAY, text):
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
