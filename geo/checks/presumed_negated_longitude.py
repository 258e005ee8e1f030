"""A longitude that lost or gained its sign."""

from __future__ import annotations

from geo.checks.negation import FAR_M, LIKELY, flipped_into_area
from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where the point with its longitude negated lies in the assigned area and the given one far off."""
    flipped = -subject.geotags.lon, subject.geotags.lat
    return flipped_into_area(
        subject, flipped, values, Severity.ERROR, subject.undecided_masks(), "negate_longitude"
    )


CHECK = Check(
    code="PRESUMED_NEGATED_LONGITUDE",
    version=1,
    severity=Severity.ERROR,
    title=Text(en="Sign of the longitude may be wrong", id="Tanda bujur mungkin keliru"),
    message=Text(
        en="As given the point is far from its area; with the sign of the longitude changed it lies in it.",
        id="Seperti tertulis, titik jauh dari wilayahnya; bila tanda bujur diubah, titik berada di dalamnya.",
    ),
    remedy=Text(
        en="Compare with the original record and accept the change of sign if it agrees.",
        id="Bandingkan dengan catatan asli dan terima perubahan tanda bila sesuai.",
    ),
    decide=decide,
    parameters={
        "far_m": FAR_M,
        "probability": LIKELY,
    },
)
