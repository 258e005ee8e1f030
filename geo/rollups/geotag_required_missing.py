"""A household that needs a geotag, in an area reported finished, without any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from geo.checks.protocol import Severity, Values
from geo.rollups.protocol import About, Decided, RollUp, Setting
from geo.rollups.roster_households import SUMS, collect_households, decide_households, has_position
from geo.text import Text

if TYPE_CHECKING:
    from geo.engine import Checked


def collect(checked: Checked) -> pa.Table:
    """Records of the households that need a geotag, with a usable coordinate and without."""
    return collect_households(checked, lambda roster: roster.needs_geotag, has_position(checked))


def decide(sums: pa.Table, values: Values, setting: Setting) -> Decided:
    """Fail where the roster asks for a geotag, the area is finished, and no record has a usable coordinate.

    A recorded reason for having none is not assessed. A household whose key is used in one area only is
    found under whatever area its record claims.
    """
    return decide_households(sums, setting, lambda roster: roster.needs_geotag)


ROLL_UP = RollUp(
    code="GEOTAG_REQUIRED_MISSING",
    version=1,
    severity=Severity.REVIEW,
    about=About.HOUSEHOLD,
    title=Text(en="Geotag missing", id="Geotag belum ada"),
    message=Text(
        en="The roster asks for a geotag of this household and its area is reported finished, but there is "
        "none.",
        id="Daftar penugasan meminta geotag keluarga ini, wilayahnya dilaporkan selesai, tetapi geotagnya "
        "belum ada.",
    ),
    remedy=Text(
        en="See whether a device still has to sync, or the record has another key; else plan a visit.",
        id="Periksa apakah ada perangkat yang belum sinkron atau catatannya memakai kunci lain; jika tidak, "
        "rencanakan kunjungan.",
    ),
    sums=SUMS,
    n_keys=1,
    collect=collect,
    decide=decide,
    reads=("household_key", "refusal_reason"),
)
