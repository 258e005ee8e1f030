"""A geotag without its accuracy: distances are judged with an assumed one."""

from __future__ import annotations

import numpy as np

from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.parameters import Parameter
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where the accuracy is empty, negative or no number."""
    missing = ~np.isfinite(subject.geotags.accuracy_m)
    return Outcomes.of(
        missing,
        Severity.REVIEW,
        {"coordinate_unusable": ~subject.usable},
        lambda rows: {"assumed_m": np.full(len(rows), values["assumed_m"])},
    )


CHECK = Check(
    code="ACCURACY_MISSING",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Accuracy missing", id="Akurasi kosong"),
    message=Text(
        en="The device gave no accuracy; {assumed_m:.0f} m was assumed.",
        id="Perangkat tidak memberi akurasi; diasumsikan {assumed_m:.0f} m.",
    ),
    remedy=Text(
        en="Check that the app records the accuracy of the fix.",
        id="Pastikan aplikasi merekam akurasi posisi.",
    ),
    decide=decide,
    parameters={
        "assumed_m": Parameter(20.0, "m", "the gate of the office's app (manual of 2019)", least=1.0),
    },
)
