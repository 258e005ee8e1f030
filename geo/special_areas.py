"""Special areas: where many households rightly share a point, live on water, or live where nobody
else does or far from each other.

The one place that tells what kind an area is, and what each kind excuses.
"""

from __future__ import annotations

from typing import Any

KIND_COLUMN = "special_kind"
"""The attribute of the frame that names an area's kind, unless another is chosen."""

# dominan: the code list of BPS, as far as it says that many households live in one building.
_KIND_OF_DOMINAN = {"4": "apartment", "5": "boarding_houses", "6": "dormitory", "8": "market"}
_WORDS = {
    "apartment": ("apartment", "apartemen", "rusun", "rumah susun"),
    "boarding_houses": ("boarding", "kos", "kontrakan"),
    "dormitory": ("dormitory", "asrama", "mess"),
    "barracks": ("barracks", "barak", "tangsi", "markas"),
    "pesantren": ("pesantren", "ponpes", "seminari"),
    "home": ("home", "panti", "rumah sakit jiwa", "shelter"),
    "prison": ("prison", "lapas", "rutan", "penjara", "lembaga pemasyarakatan"),
    "refugee_site": ("refugee", "pengungsi", "huntara"),
    "boat_houses": ("boat", "perahu", "terapung", "floating", "stilt", "panggung di atas air"),
    "plantation_housing": ("plantation", "perkebunan", "emplasemen"),
    "market": ("market", "mall", "pasar", "ruko"),
    "scattered_settlement": ("scattered", "tersebar", "terpencar"),
}

KINDS = (*_WORDS, "named_building", "other")
ON_WATER = frozenset({"boat_houses"})
ON_NO_NEIGHBOURHOOD = frozenset({"boat_houses", "plantation_housing"})
"""Kinds with households although the code or the use of the area says that nobody lives there."""
SCATTERED = frozenset({"scattered_settlement"})
"""Kinds where a lone house is the rule. No attribute of BPS says it: the chosen column or ``khusus`` must."""
SHARING_A_POINT = frozenset(KINDS) - {"plantation_housing"} - SCATTERED


def kind_of(attributes: dict[str, Any], column: str = KIND_COLUMN) -> str:
    """The kind of a special area, "" for a plain one.

    The chosen column decides where it says something, then ``khusus``, then ``dominan``, then the name of
    the building that the area is part of. Words that are no kind known here are "other".
    """
    for name in (column, "khusus"):
        text = as_code(attributes.get(name)).lower()
        if text not in ("", "0", "-"):
            return next((kind for kind, words in _WORDS.items() if _says(text, kind, words)), "other")
    if (kind := _KIND_OF_DOMINAN.get(as_code(attributes.get("dominan")))) is not None:
        return kind
    return "named_building" if str(attributes.get("nm_gedung") or "").strip() else ""


def _says(text: str, kind: str, words: tuple[str, ...]) -> bool:
    return text == kind or any(word in text for word in words)


def as_code(value: object) -> str:
    """An attribute's code as text: a column of real numbers in the boundary file holds 4 as 4.0."""
    return str(value or "").strip().removesuffix(".0")
