"""Special areas: where many households rightly share a point, live on water, or live where nobody
else does or far from each other.

The one place that tells what kind an area is, and what each kind excuses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

KIND_COLUMN = "special_kind"
"""The attribute of the frame that names an area's kind, unless another is chosen."""

# dominan: the code list of BPS, as far as it says that many households live in one building.
_KIND_OF_DOMINAN = {"4": "apartment", "5": "boarding_houses", "6": "dormitory", "8": "market"}
# Whole words, after everything but letters and digits was made a blank: "kos" is not in "kosong" (empty).
_WORDS = {
    "apartment": r"apartment\w*|apartemen|rusun\w*|rumah susun",
    "boarding_houses": r"boarding|kos|kost|kosan|indekos|kontrakan",
    "dormitory": r"dormitor\w*|asrama|mess",
    "barracks": r"barracks|barak|tangsi|markas",
    "pesantren": r"pesantren|ponpes|seminari",
    "home": r"orphanage|nursing home|panti|rumah sakit jiwa|shelter",
    "prison": r"prison|lapas|rutan|penjara|lembaga pemasyarakatan",
    "refugee_site": r"refugees?|pengungsi\w*|huntara",
    "boat_houses": r"(?:house)?boats?|perahu|terapung|floating|stilts?|panggung di atas air",
    "plantation_housing": r"plantation|perkebunan|emplasemen",
    "market": r"market|mall|pasar|ruko",
    "scattered_settlement": r"scattered|tersebar|terpencar",
}
_KIND_OF_WORDS = {
    kind: re.compile(rf"\b(?:{kind.replace('_', ' ')}|{words})\b") for kind, words in _WORDS.items()
}
# What offices and their tools write for "nothing" and "no".
_NOTHING = re.compile(r"|0|n|na|nan|no|none|null|false|n a|kosong|(?:tidak|bukan)(?: .*)?")

KINDS = (*_WORDS, "named_building", "other")
ON_WATER = frozenset({"boat_houses"})
ON_NO_NEIGHBOURHOOD = frozenset({"boat_houses", "plantation_housing"})
"""Kinds with households although the code or the use of the area says that nobody lives there."""
SCATTERED = frozenset({"scattered_settlement"})
"""Kinds where a lone house is the rule. No attribute of BPS says it: the chosen column or ``khusus`` must."""
SHARING_A_POINT = frozenset(KINDS) - {"plantation_housing"} - SCATTERED


def attributes_read(column: str = KIND_COLUMN) -> tuple[str, ...]:
    """The attributes that ``kind_of`` looks at, the chosen column first."""
    return (column, "khusus", "dominan", "nm_apt", "nm_gedung")


def kind_of(attributes: Mapping[str, Any], column: str = KIND_COLUMN) -> str:
    """The kind of a special area, "" for a plain one.

    The chosen column decides where it says something, then ``khusus``, then ``dominan``, then the name of
    the apartments or of the building that the area is part of. Words that are no kind known here are "other".
    """
    for name in (column, "khusus"):
        text = _words(attributes.get(name))
        if not _NOTHING.fullmatch(text):
            return next((kind for kind, words in _KIND_OF_WORDS.items() if words.search(text)), "other")
    if (kind := _KIND_OF_DOMINAN.get(as_code(attributes.get("dominan")))) is not None:
        return kind
    named = {"nm_apt": "apartment", "nm_gedung": "named_building"}
    return next(
        (kind for name, kind in named.items() if not _NOTHING.fullmatch(_words(attributes.get(name)))), ""
    )


def _words(value: object) -> str:
    return " ".join(re.findall(r"[^\W_]+", as_code(value).lower()))


def as_code(value: object) -> str:
    """An attribute's code as text: a column of real numbers in the boundary file holds 4 as 4.0."""
    return str(value or "").strip().removesuffix(".0")
