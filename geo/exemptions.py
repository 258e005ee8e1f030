"""Exemptions: what somebody found to be right, so that findings of that kind only inform. None is erased."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


class ExemptionScope(StrEnum):
    """What the key of an exemption names."""

    HOUSEHOLD = "household"
    """A household key."""
    BUILDING = "building"
    """Code of the assigned area, #, and building number; a household without a number is in none."""
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

    ``code`` may be ``EVERY_CODE``, for all that can be exempted. ``until`` is the last day, at the place, on
    which geotags are taken that it holds for; None for no end. ``evidence`` says where the grounds can be
    read.
    """

    scope: ExemptionScope
    key: str
    code: str
    reason: str
    who: str
    evidence: str = ""
    until: date | None = None


@dataclass(frozen=True, eq=False)
class KeyTable:
    """The keys of one scope that are exempted, and the place of each one's exemption in ``ranked``."""

    keys: pa.StringArray
    rank: NDArray[np.int64]


@dataclass(frozen=True)
class Exemptions:
    """All exemptions of a campaign, in any order."""

    all: Sequence[Exemption]

    @cached_property
    def ranked(self) -> tuple[Exemption, ...]:
        """All of them, those that hold longest last."""
        return tuple(sorted(self.all, key=_longest_last))

    @cached_property
    def last_days(self) -> NDArray[np.datetime64]:
        """The last day of each of ``ranked``, NaT for no end. Shape (n,), datetime64[D]."""
        return np.array([one.until or "NaT" for one in self.ranked], "datetime64[D]")

    def tables(self, code: str, scope: ExemptionScope) -> list[KeyTable]:
        """The keys that are exempted from a check; of several for one key, that of the highest rank."""
        both = ((scope, of) for of in (code, EVERY_CODE))
        return [self._tables[one] for one in both if one in self._tables]

    def concern(self, code: str) -> bool:
        """Whether some exemption is about a check."""
        return any(of in (code, EVERY_CODE) for _, of in self._tables)

    @cached_property
    def _tables(self) -> dict[tuple[ExemptionScope, str], KeyTable]:
        ranks: dict[tuple[ExemptionScope, str], dict[str, int]] = {}
        for rank, one in enumerate(self.ranked):
            ranks.setdefault((one.scope, one.code), {})[one.key] = rank
        return {
            of: KeyTable(pa.array(list(found), pa.string()), np.array(list(found.values()), np.int64))
            for of, found in ranks.items()
        }


def _longest_last(one: Exemption) -> tuple[date, str, str, str]:
    return (one.until or date.max, one.reason, one.who, one.code)
