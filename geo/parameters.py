"""A threshold of a check, of geotags or of a frame."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameter:
    """A threshold: its default value, unit ("" for counts and shares), and where it comes from."""

    value: float
    unit: str
    source: str
