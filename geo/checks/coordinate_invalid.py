"""A coordinate that is not a finite number in ASCII digits."""

from __future__ import annotations

from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.coordinates import CoordinateState
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where the longitude or the latitude is written but is no number."""
    geotags = subject.geotags
    invalid = CoordinateState.INVALID
    return Outcomes.of((geotags.lon_state == invalid) | (geotags.lat_state == invalid), Severity.ERROR)


CHECK = Check(
    code="COORDINATE_INVALID",
    version=1,
    severity=Severity.ERROR,
    title=Text(en="Coordinate not a number", id="Koordinat bukan angka"),
    message=Text(
        en="The coordinate is not written as a number with a decimal point.",
        id="Koordinat tidak ditulis sebagai angka dengan titik desimal.",
    ),
    remedy=Text(
        en="Look at the text as it was typed (a comma, degree signs, letters) and enter decimal degrees.",
        id="Periksa teks yang diketik (koma, tanda derajat, huruf) dan tulis dalam derajat desimal.",
    ),
    decide=decide,
    exemptible=False,
)
