"""Every roll-up, in the order in which findings are listed. A new roll-up is one line here."""

from __future__ import annotations

from geo.rollups.area_undercovered import ROLL_UP as AREA_UNDERCOVERED
from geo.rollups.boundary_suspect import ROLL_UP as BOUNDARY_SUSPECT
from geo.rollups.coordinate_heaping import ROLL_UP as COORDINATE_HEAPING
from geo.rollups.enumerator_flag_rate import ROLL_UP as ENUMERATOR_FLAG_RATE
from geo.rollups.geotag_required_missing import ROLL_UP as GEOTAG_REQUIRED_MISSING
from geo.rollups.photo_required_missing import ROLL_UP as PHOTO_REQUIRED_MISSING
from geo.rollups.protocol import RollUp
from geo.rollups.too_regular import ROLL_UP as TOO_REGULAR

ROLL_UPS: tuple[RollUp, ...] = (
    COORDINATE_HEAPING,
    TOO_REGULAR,
    BOUNDARY_SUSPECT,
    GEOTAG_REQUIRED_MISSING,
    PHOTO_REQUIRED_MISSING,
    AREA_UNDERCOVERED,
    ENUMERATOR_FLAG_RATE,
)
"""To add a roll-up, import its ``ROLL_UP`` above and name it here; nothing else is touched."""

ROLL_UP_OF_CODE: dict[str, RollUp] = {one.code: one for one in ROLL_UPS}
