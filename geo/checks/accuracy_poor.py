"""A fix coarser than the gate of the app."""

from __future__ import annotations

import numpy as np

from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.parameters import Parameter
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail above ``review_m``; an error above ``error_m``."""
    accuracy = subject.geotags.accuracy_m
    return Outcomes.of(
        accuracy > values["review_m"],
        np.where(accuracy > values["error_m"], Severity.ERROR, Severity.REVIEW).astype(np.uint8),
        {"coordinate_unusable": ~subject.usable, "no_accuracy": np.isnan(accuracy)},
        lambda rows: {"accuracy_m": np.round(accuracy[rows], 1)},
    )


CHECK = Check(
    code="ACCURACY_POOR",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Coarse fix", id="Posisi kurang teliti"),
    message=Text(
        en="The accuracy of the fix is {accuracy_m:.1f} m.",
        id="Akurasi posisi {accuracy_m:.1f} m.",
    ),
    remedy=Text(
        en="Take the geotag again under open sky, if the household is visited once more.",
        id="Ambil ulang geotag di tempat terbuka bila keluarga dikunjungi lagi.",
    ),
    decide=decide,
    parameters={
        "review_m": Parameter(20.0, "m", "Wilkerstat manual 2019: the gate of the app", least=0.0),
        "error_m": Parameter(
            50.0, "m", "Wilkerstat manual 2019: the widest that the gate may be set", least=0.0
        ),
    },
)
