"""What checks may read beside geotags and frame. Each part is optional: without it they do not assess."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class Context:
    """Lists and layers of a campaign; None where none was given."""
