"""A latitude that lost or gained its sign."""

from __future__ import annotations

import numpy as np

from geo.checks.negation import FAR_M, LIKELY, flipped_into_area
from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.parameters import Parameter
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where the point with its latitude negated lies in the assigned area and the given one far off."""
    not_assessed = subject.undecided_masks()
    not_assessed["near_equator"] = np.abs(subject.geotags.lat) * 110.574 < values["equator_km"]
    flipped = subject.geotags.lon, -subject.geotags.lat
    return flipped_into_area(subject, flipped, values, Severity.REVIEW, not_assessed, "negate_latitude")


CHECK = Check(
    code="PRESUMED_NEGATED_LATITUDE",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Sign of the latitude may be wrong", id="Tanda lintang mungkin keliru"),
    message=Text(
        en="As given the point is far from its area; with the sign of the latitude changed it lies in it.",
        id="Seperti tertulis, titik jauh dari wilayahnya; bila tanda lintang diubah, titik berada di "
        "dalamnya.",
    ),
    remedy=Text(
        en="Compare with the original record and accept the change of sign if it agrees.",
        id="Bandingkan dengan catatan asli dan terima perubahan tanda bila sesuai.",
    ),
    decide=decide,
    parameters={
        "far_m": FAR_M,
        "probability": LIKELY,
        "equator_km": Parameter(
            1.0, "km", "catalogue of checks: nearer, both signs are plausible", least=0.0
        ),
    },
)
