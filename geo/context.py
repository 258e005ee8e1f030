"""What checks may read beside geotags and frame. Each part is optional: without it they do not assess."""

from __future__ import annotations

from dataclasses import dataclass

from geo.exemptions import Exemptions
from geo.frame import Layer
from geo.lineage import Lineage
from geo.photos import Photos
from geo.places import Places
from geo.regions import Regions
from geo.roster import Roster
from geo.special_areas import KIND_COLUMN


@dataclass(frozen=True, eq=False)
class Context:
    """Lists and layers of a campaign; None where none was given.

    ``country`` holds the outline of the country, ``water`` the seas and lakes, ``doubtful`` the places of
    open findings of frame QA, each under the code of the area that the finding is about; ``places`` the
    offices and base camps where geotags are often taken in error. ``kind_column`` is the attribute of the
    frame that names the kind of a special area.
    """

    country: Regions | None = None
    water: Regions | None = None
    doubtful: Layer | None = None
    lineage: Lineage | None = None
    places: Places | None = None
    photos: Photos | None = None
    roster: Roster | None = None
    exemptions: Exemptions | None = None
    kind_column: str = KIND_COLUMN
