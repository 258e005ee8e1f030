"""Exemptions: what somebody found to be right, so that findings of that kind only inform. None is erased."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ExemptionScope(StrEnum):
    """What the key of an exemption names."""

    HOUSEHOLD = "household"
    """A household key."""
    BUILDING = "building"
    """Code of the assigned area, #, and building number, as in the hand-over of BPS."""
    AREA = "area"
    """The code of an area of any level; it holds for all areas below it."""
    DEVICE = "device"
    ENUMERATOR = "enumerator"
    SPECIAL_KIND = "special_kind"
    """One of ``geo.special_areas.KINDS``."""


EVERY_CODE = "*"
READS = ("household_key", "building_no", "device_id", "enumerator_id", "captured_at")
"""The fields of geotags that exemptions are looked up by."""


@dataclass(frozen=True, slots=True)
class Exemption:
    """One exemption, for findings of ``code`` on what ``key`` names.

    ``code`` may be ``EVERY_CODE``, for all that can be exempted. ``until`` is the last day on which geotags
    are taken that it holds for; None for no end. ``evidence`` says where the grounds can be read.
    """

    scope: ExemptionScope
    key: str
    code: str
    reason: str
    who: str
    evidence: str = ""
    until: date | None = None


@dataclass(frozen=True)
class Exemptions:
    """All exemptions of a campaign, in any order."""

    all: Sequence[Exemption]

    def of(self, code: str, scope: ExemptionScope) -> dict[str, Exemption]:
        """Those that concern a check, by key; of several for one key the one that holds longest."""
        found: dict[str, Exemption] = {}
        for one in sorted(self.all, key=_longest_last):
            if one.scope is scope and one.code in (code, EVERY_CODE):
                found[one.key] = one
        return found

    def concern(self, code: str) -> bool:
        """Whether some exemption is about a check."""
        return any(one.code in (code, EVERY_CODE) for one in self.all)


def _longest_last(one: Exemption) -> tuple[date, str, str, str]:
    return (one.until or date.max, one.reason, one.who, one.code)
