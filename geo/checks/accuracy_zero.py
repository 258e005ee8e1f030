"""An accuracy of exactly zero: no receiver is that good."""

from __future__ import annotations

import numpy as np

from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail at zero: what a mock location has, and in the ODK family a point placed by hand."""
    accuracy = subject.geotags.accuracy_m
    return Outcomes.of(
        accuracy == 0,
        Severity.REVIEW,
        {"coordinate_unusable": ~subject.usable, "no_accuracy": np.isnan(accuracy)},
    )


CHECK = Check(
    code="ACCURACY_ZERO",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Accuracy zero", id="Akurasi nol"),
    message=Text(
        en="The accuracy is given as 0 m.",
        id="Akurasi tertulis 0 m.",
    ),
    remedy=Text(
        en="See whether the point was placed on a map; if the receiver is registered, an exemption says so.",
        id="Periksa apakah titik diletakkan pada peta; bila alat penerimanya terdaftar, catat pengecualian.",
    ),
    decide=decide,
)
