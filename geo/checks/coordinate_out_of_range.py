"""A coordinate beyond 180 degrees of longitude or 90 of latitude."""

from __future__ import annotations

from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where two numbers are no place on Earth."""
    geotags = subject.geotags
    return Outcomes.of(
        geotags.is_number & ~geotags.in_range, Severity.ERROR, {"coordinate_unusable": ~geotags.is_number}
    )


CHECK = Check(
    code="COORDINATE_OUT_OF_RANGE",
    version=1,
    severity=Severity.ERROR,
    title=Text(en="Coordinate out of range", id="Koordinat di luar jangkauan"),
    message=Text(
        en="The coordinate lies beyond 180 degrees of longitude or 90 of latitude.",
        id="Koordinat melebihi 180 derajat bujur atau 90 derajat lintang.",
    ),
    remedy=Text(
        en="Compare with the original record: digits may have slipped or the pair may be swapped.",
        id="Bandingkan dengan catatan asli: mungkin ada digit bergeser atau pasangan tertukar.",
    ),
    decide=decide,
    exemptible=False,
)
