"""An interview that began elsewhere."""

from __future__ import annotations

import numpy as np

from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.geodesy import geodesic_m
from geo.parameters import Parameter
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where the fix at the interview's start is further off than ``apart_m`` and the 95 % radius."""
    geotags = subject.geotags
    known = np.isfinite(geotags.interview_lon + geotags.interview_lat)
    apart_m = np.full(len(geotags), np.nan)
    both = np.flatnonzero(known & subject.usable)
    apart_m[both] = geodesic_m(
        geotags.lon[both], geotags.lat[both], geotags.interview_lon[both], geotags.interview_lat[both]
    )
    return Outcomes.of(
        apart_m > values["apart_m"] + subject.r95_m,
        Severity.REVIEW,
        {"coordinate_unusable": ~subject.usable, "no_interview_fix": ~known},
        lambda rows: {"apart_m": np.round(apart_m[rows], 1)},
    )


CHECK = Check(
    code="INTERVIEW_LOCATION_MISMATCH",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Interview elsewhere", id="Wawancara di tempat lain"),
    message=Text(
        en="The interview began {apart_m:.0f} m from this point.",
        id="Wawancara dimulai {apart_m:.0f} m dari titik ini.",
    ),
    remedy=Text(
        en="Ask where the household was met; meeting elsewhere can be right, and an exemption says so.",
        id="Tanyakan di mana keluarga ditemui; bertemu di tempat lain bisa benar, catat pengecualian.",
    ),
    decide=decide,
    reads=("interview_lon", "interview_lat"),
    parameters={
        "apart_m": Parameter(
            200.0, "m", "catalogue of checks; the 95 % radius of the geotag is added", least=0.0
        ),
    },
)
