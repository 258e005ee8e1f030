"""A threshold of a check, of geotags or of a frame."""

from __future__ import annotations

import math
from dataclasses import dataclass

SWITCH = "switch"
"""The unit of a parameter that is 1 for yes and 0 for no; a ruleset's file writes it true or false."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A threshold: its default value, unit ("" for counts and shares), and where it comes from.

    ``least`` and ``most`` are the smallest and the greatest value that a ruleset may give it; None where
    any will do.
    """

    value: float
    unit: str
    source: str
    least: float | None = None
    most: float | None = None

    def allows(self, value: float) -> bool:
        """Whether a ruleset may give it this value."""
        if self.unit == SWITCH:
            return value in (0.0, 1.0)
        return (
            math.isfinite(value)
            and (self.least is None or value >= self.least)
            and (self.most is None or value <= self.most)
        )
