"""A number that devices and tables write when there is no value."""

from __future__ import annotations

from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where either coordinate is one of ``geo.coordinates.SENTINELS_DEG``."""
    return Outcomes.of(
        subject.is_sentinel, Severity.ERROR, {"coordinate_unusable": ~subject.geotags.is_number}
    )


CHECK = Check(
    code="COORDINATE_SENTINEL",
    version=1,
    severity=Severity.ERROR,
    title=Text(en="Placeholder for no value", id="Pengganti nilai kosong"),
    message=Text(
        en="The coordinate is a number that stands for no value, such as -9999.",
        id="Koordinat berisi angka pengganti nilai kosong, misalnya -9999.",
    ),
    remedy=Text(
        en="Treat it as missing: take the geotag again, or record why it could not be taken.",
        id="Anggap kosong: ambil ulang geotag, atau catat alasan tidak dapat diambil.",
    ),
    decide=decide,
    exemptible=False,
)
