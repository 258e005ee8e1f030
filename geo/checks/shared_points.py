"""Areas where many households rightly share one point."""

from __future__ import annotations

from typing import Any

from geo.checks.attributes import as_code

# dominan 4 apartment, 5 boarding houses, 6 pesantren / barracks / dormitory, 8 mall / market.
_SHARING_DOMINAN = frozenset({"4", "5", "6", "8"})


def may_share_a_point(code: str, attributes: dict[str, Any]) -> bool:
    """A kind of building with many households, a special area, or an area inside a named building."""
    return (
        as_code(attributes.get("dominan")) in _SHARING_DOMINAN
        or as_code(attributes.get("khusus")) not in ("", "0")
        or bool(str(attributes.get("nm_gedung") or "").strip())
    )
