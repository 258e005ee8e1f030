"""A geotag without a coordinate: empty, blank or null."""

from __future__ import annotations

from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.coordinates import CoordinateState
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where the longitude or the latitude is missing."""
    geotags = subject.geotags
    missing = CoordinateState.MISSING
    return Outcomes.of((geotags.lon_state == missing) | (geotags.lat_state == missing), Severity.ERROR)


CHECK = Check(
    code="COORDINATE_MISSING",
    version=1,
    severity=Severity.ERROR,
    title=Text(en="Coordinate missing", id="Koordinat kosong"),
    message=Text(
        en="The record has no coordinate.",
        id="Catatan ini tidak memiliki koordinat.",
    ),
    remedy=Text(
        en="Take the geotag on the next visit, or record why it could not be taken.",
        id="Ambil geotag pada kunjungan berikutnya, atau catat alasan tidak dapat diambil.",
    ),
    decide=decide,
    exemptible=False,
)
