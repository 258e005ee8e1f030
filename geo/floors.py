"""Areas inside buildings: those on different floors may lie above each other."""

from __future__ import annotations

from typing import Any

# The attribute of the BPS upload format that places an area on a storey of a building. The building's
# name (nm_gedung) decides nothing: on one floor two buildings cannot share land either.
FLOOR_ATTRIBUTE = "tingkat"
_GROUND = frozenset({"", "0", "0.0", "00"})


def floor_of(attributes: dict[str, Any]) -> str:
    """The storey of an area inside a building; empty on the ground, where most areas are."""
    floor = str(attributes.get(FLOOR_ATTRIBUTE) or "").strip()
    return "" if floor in _GROUND else floor
