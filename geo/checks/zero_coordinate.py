"""Longitude and latitude both zero. Never one alone: the equator crosses Indonesia."""

from __future__ import annotations

from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where both coordinates are exactly zero."""
    geotags = subject.geotags
    zero = (geotags.lon == 0) & (geotags.lat == 0)
    return Outcomes.of(zero, Severity.ERROR, {"coordinate_unusable": ~geotags.is_number})


CHECK = Check(
    code="ZERO_COORDINATE",
    version=1,
    severity=Severity.ERROR,
    title=Text(en="Zero coordinate", id="Koordinat nol"),
    message=Text(
        en="Longitude and latitude are both zero.",
        id="Bujur dan lintang sama-sama nol.",
    ),
    remedy=Text(
        en="The device had no fix when the record was saved; take the geotag again.",
        id="Perangkat belum mendapat posisi saat catatan disimpan; ambil ulang geotag.",
    ),
    decide=decide,
    exemptible=False,
)
