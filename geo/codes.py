"""Code schemes: how an area's code is built, and what damage a spreadsheet does to it.

Codes are strings. Sixteen digits above 2**53 do not fit a float64 and a spreadsheet keeps fifteen
digits, so a code that was a number on its way here may have lost its end without looking wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from geo.levels import Level

Damage = Literal["empty", "exponent", "decimal", "lost_zeros", "too_long", "not_digits"]

_EXPONENT = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+")
_DECIMAL = re.compile(r"[0-9]+[.,]0+")


@dataclass(frozen=True)
class CodeScheme:
    """How the codes of one country's frame are written. A scheme is data, not code.

    ``widths`` gives the number of characters per level and ``pattern`` the whole code at the
    deepest level; a code of a higher level is a prefix, so a parent is found by cutting.
    """

    name: str
    widths: dict[Level, int]
    pattern: str
    separator: str = ""

    @property
    def levels(self) -> list[Level]:
        """The levels that this scheme has codes for, highest first."""
        return [level for level in Level if level in self.widths]

    def level_of(self, code: str) -> Level | None:
        """The level whose width the code has, or None."""
        return next((level for level, width in self.widths.items() if width == len(code)), None)

    def is_code(self, code: str, level: Level) -> bool:
        """Whether ``code`` is written as this scheme writes the codes of ``level``."""
        return level in self.widths and self._compiled[level].fullmatch(code) is not None

    @cached_property
    def _compiled(self) -> dict[Level, re.Pattern[str]]:
        return {level: re.compile(self.expression(level)) for level in self.widths}

    def expression(self, level: Level) -> str:
        """The regular expression of a whole code of ``level``, the same in Python and in PostgreSQL."""
        return "".join(
            "[0-9]" if mark == "9" else re.escape(mark) for mark in self.pattern[: self.widths[level]]
        )

    def parent_code(self, code: str, level: Level) -> str:
        """The part of ``code`` that names its ancestor at ``level``; ``""`` if the code is shorter."""
        width = self.widths[level]
        return code[:width] if len(code) >= width else ""

    def parent_level(self, level: Level) -> Level | None:
        """The level next above ``level`` in this scheme; None for the highest."""
        return next((up for up in level.above() if up in self.widths), None)

    def segment_key(self, code: str) -> str:
        """The kabupaten/kota of a code (the province, for a province): the unit of publication."""
        return code[: self.widths[Level.KAB]]

    def damage(self, code: str, level: Level) -> Damage | None:
        """What a number format did to a code of ``level``; None when the code is well written."""
        if self.is_code(code, level):
            return None
        text = code.strip()
        if not text:
            return "empty"
        if _EXPONENT.fullmatch(text):
            return "exponent"
        if _DECIMAL.fullmatch(text) and not self.separator:
            return "decimal"
        bare = text.replace(self.separator, "") if self.separator else text
        if not (bare.isascii() and bare.isdigit()):
            return "not_digits"
        return "lost_zeros" if len(text) < self.widths[level] else "too_long"


SCHEMES: dict[str, CodeScheme] = {
    # BPS-Statistics Indonesia, Master File Desa / SLS: 2, 4, 7, 10, 14 and 16 digits.
    "bps": CodeScheme(
        name="bps",
        widths={Level.PROV: 2, Level.KAB: 4, Level.KEC: 7, Level.DESA: 10, Level.SLS: 14, Level.SUBSLS: 16},
        pattern="9999999999999999",
    ),
    # Ministry of Home Affairs (Kemendagri), code and data of government regions: PP.KK.CC.VVVV.
    "kemendagri": CodeScheme(
        name="kemendagri",
        widths={Level.PROV: 2, Level.KAB: 5, Level.KEC: 8, Level.DESA: 13},
        pattern="99.99.99.9999",
        separator=".",
    ),
}


def digits_differing(one: str, other: str) -> int | None:
    """In how many places two codes of the same length differ; None for different lengths."""
    if len(one) != len(other):
        return None
    return sum(a != b for a, b in zip(one, other, strict=True))
