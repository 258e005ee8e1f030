"""A geotag outside its area and in no other of the level: a hole of the frame, the sea, beyond it."""

from __future__ import annotations

from geo.checks.outside import clearly_outside, contained_elsewhere, evidence_of
from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where P < ``least_probability`` of OUTSIDE_ASSIGNED_AREA and no area contains the point."""
    fails = clearly_outside(subject) & ~contained_elsewhere(subject)
    return Outcomes.of(
        fails, Severity.REVIEW, subject.undecided_masks(), lambda rows: evidence_of(subject, rows)
    )


CHECK = Check(
    code="IN_NO_AREA",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="In no area", id="Tidak di wilayah mana pun"),
    message=Text(
        en="The point lies {outside_m:.0f} m outside its assigned area and in no other area of the frame.",
        id="Titik berada {outside_m:.0f} m di luar wilayah tugasnya dan tidak di wilayah lain dalam "
        "kerangka.",
    ),
    remedy=Text(
        en="See whether the frame has a hole here, or the point lies at sea or beyond the kabupaten.",
        id="Periksa apakah kerangka berlubang di sini, atau titik berada di laut atau di luar kabupaten.",
    ),
    decide=decide,
)
