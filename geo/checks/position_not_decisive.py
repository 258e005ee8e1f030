"""A geotag inside its area whose accuracy is too coarse to tell."""

from __future__ import annotations

import numpy as np

from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.parameters import Parameter
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where the point is inside and P is below ``decisive_probability``."""
    membership = subject.membership
    fails = (membership.distance_m >= 0) & (membership.probability < values["decisive_probability"])
    return Outcomes.of(
        fails,
        Severity.INFO,
        subject.undecided_masks(),
        lambda rows: {"sigma_m": np.round(membership.sigma_m[rows], 2)},
    )


CHECK = Check(
    code="POSITION_NOT_DECISIVE",
    version=1,
    severity=Severity.INFO,
    title=Text(en="Inside, but not decisive", id="Di dalam, tetapi belum menentukan"),
    message=Text(
        en="The point lies inside its assigned area, but its accuracy is coarse for an area of this "
        "size and shape.",
        id="Titik berada di dalam wilayah tugasnya, tetapi akurasinya kasar untuk ukuran dan bentuk "
        "wilayah ini.",
    ),
    remedy=Text(
        en="Nothing to do; a finer fix would settle it.",
        id="Tidak perlu tindakan; posisi yang lebih teliti akan memastikan.",
    ),
    decide=decide,
    parameters={
        "decisive_probability": Parameter(
            0.5, "", "catalogue of checks: rather out than in", least=0.0, most=1.0
        )
    },
)
