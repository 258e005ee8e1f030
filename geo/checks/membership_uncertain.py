"""A geotag outside its area by no more than its accuracy may explain."""

from __future__ import annotations

from geo.checks.outside import clearly_outside, evidence_of
from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where the point is outside and P >= ``least_probability`` of OUTSIDE_ASSIGNED_AREA."""
    membership = subject.membership
    fails = (membership.distance_m < 0) & ~clearly_outside(subject)
    return Outcomes.of(
        fails, Severity.INFO, subject.undecided_masks(), lambda rows: evidence_of(subject, rows)
    )


CHECK = Check(
    code="MEMBERSHIP_UNCERTAIN",
    version=1,
    severity=Severity.INFO,
    title=Text(en="Just outside, within the accuracy", id="Sedikit di luar, masih dalam akurasi"),
    message=Text(
        en="The point lies {outside_m:.1f} m outside its assigned area, which its accuracy may explain.",
        id="Titik berada {outside_m:.1f} m di luar wilayah tugasnya, masih mungkin karena akurasinya.",
    ),
    remedy=Text(
        en="Nothing to do for one record; many along one border suggest looking at the border.",
        id="Tidak perlu tindakan untuk satu catatan; bila banyak di satu batas, periksa batasnya.",
    ),
    decide=decide,
)
