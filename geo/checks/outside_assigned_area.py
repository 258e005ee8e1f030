"""A geotag in another area than its record says, by more than its accuracy explains."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.checks.outside import clearly_outside, contained_elsewhere, evidence_of, points_of
from geo.checks.protocol import Check, Columns, Outcomes, Severity, Subject, Values
from geo.levels import Level
from geo.parameters import Parameter
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where P < ``least_probability`` and another area of the level contains the point.

    Review in the same village; error in another village or farther off than ``error_beyond_m``.
    """
    fails = clearly_outside(subject) & contained_elsewhere(subject)
    rows = np.flatnonzero(fails)
    assigned = subject.geotags.assigned_area.take(pa.array(rows))
    found = subject.candidates.likeliest(points_of(subject, rows))
    # Codes above the village name no village: another kecamatan is another village.
    width = subject.frame.scheme.widths.get(Level.DESA, 0)
    same_desa = pc.and_(
        pc.equal(*(pc.utf8_slice_codeunits(codes, 0, width) for codes in (assigned, found))),
        pc.greater_equal(pc.utf8_length(assigned), width),
    ).to_numpy(zero_copy_only=False)
    far = -subject.membership.distance_m[rows] > values["error_beyond_m"]
    severity = np.full(len(fails), Severity.REVIEW, np.uint8)
    severity[rows[far | ~same_desa]] = Severity.ERROR
    return Outcomes.of(fails, severity, subject.undecided_masks(), lambda rows: _evidence(subject, rows))


def _evidence(subject: Subject, rows: NDArray[np.int64]) -> Columns:
    found = subject.candidates.relation_of(points_of(subject, rows))
    return {**evidence_of(subject, rows), "relation": found}


CHECK = Check(
    code="OUTSIDE_ASSIGNED_AREA",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Outside its assigned area", id="Di luar wilayah tugas"),
    message=Text(
        en="The point lies {outside_m:.0f} m outside its assigned area, in an area {relation_words}.",
        id="Titik berada {outside_m:.0f} m di luar wilayah tugasnya, di wilayah {relation_words}.",
    ),
    remedy=Text(
        en="Look at the candidate areas: the code, the point or the boundary may need a correction.",
        id="Periksa wilayah-wilayah terdekat: mungkin kode, titik, atau batasnya yang perlu dibetulkan.",
    ),
    decide=decide,
    parameters={
        "least_probability": Parameter(
            0.01,
            "",
            "catalogue of checks: one record in a hundred at the most; holds for IN_NO_AREA and "
            "MEMBERSHIP_UNCERTAIN too",
            least=0.0,
            most=1.0,
        ),
        "error_beyond_m": Parameter(500.0, "m", "catalogue of checks", least=0.0),
    },
)
