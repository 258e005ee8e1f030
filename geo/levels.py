"""The six levels of an area frame, from the province down to the sub-SLS."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """A level of the frame; its value is the word used in Python, SQL and JSON."""

    PROV = "prov"
    KAB = "kab"
    KEC = "kec"
    DESA = "desa"
    SLS = "sls"
    SUBSLS = "subsls"

    @property
    def depth(self) -> int:
        """0 for the province, 5 for the sub-SLS."""
        return list(Level).index(self)

    def above(self) -> list[Level]:
        """The levels above this one, nearest first."""
        return list(Level)[: self.depth][::-1]
