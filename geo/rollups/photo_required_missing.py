"""A household that needs a photo, in an area reported finished, without any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from geo.checks.protocol import Severity, Values
from geo.rollups.protocol import About, Decided, RollUp, Setting
from geo.rollups.roster_households import SUMS, collect_households, decide_households, has_photo
from geo.text import Text

if TYPE_CHECKING:
    from geo.engine import Checked


def collect(checked: Checked) -> pa.Table:
    """Records of the households that need a photo, with a photo and without."""
    return collect_households(checked, lambda roster: roster.needs_photo, has_photo(checked.subject.geotags))


def decide(sums: pa.Table, values: Values, setting: Setting) -> Decided:
    """Fail where the roster asks for a photo, the area is finished, and no record has a photo.

    A recorded reason for having none is not assessed. A household whose key is used in one area only is
    found under whatever area its record claims.
    """
    return decide_households(sums, setting, lambda roster: roster.needs_photo)


ROLL_UP = RollUp(
    code="PHOTO_REQUIRED_MISSING",
    version=1,
    severity=Severity.REVIEW,
    about=About.HOUSEHOLD,
    title=Text(en="Photo missing", id="Foto belum ada"),
    message=Text(
        en="The roster asks for a photo of this household and its area is reported finished, but there is "
        "none.",
        id="Daftar penugasan meminta foto keluarga ini, wilayahnya dilaporkan selesai, tetapi fotonya belum "
        "ada.",
    ),
    remedy=Text(
        en="See whether a photo still has to be sent from a device; else plan a visit.",
        id="Periksa apakah masih ada foto yang belum terkirim dari perangkat; jika tidak, rencanakan "
        "kunjungan.",
    ),
    sums=SUMS,
    n_keys=1,
    collect=collect,
    decide=decide,
    reads=("household_key", "refusal_reason", "photo_names"),
)
