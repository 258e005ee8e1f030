"""What checks may read beside geotags and frame. Each part is optional: without it they do not assess."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from geo.frame import Layer
from geo.places import Places
from geo.roster import Roster


@dataclass(frozen=True, eq=False)
class Context:
    """Lists and layers of a campaign; None where none was given.

    ``country`` holds the outline of the country, ``water`` the seas and lakes, ``doubtful`` the places of
    open findings of frame QA, each under the code of the area that the finding is about; ``places`` the
    offices and base camps where geotags are often taken in error.
    """

    country: Layer | None = None
    water: Layer | None = None
    doubtful: Layer | None = None
    lineage: Any = None
    places: Places | None = None
    roster: Roster | None = None
    exemptions: Any = None
