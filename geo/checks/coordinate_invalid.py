"""A coordinate that cannot be read, or that can be read in two ways."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.checks.protocol import Check, Columns, Outcomes, Severity, Subject, Values
from geo.coordinates import CoordinateState
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where the longitude or the latitude is written but is no number, or more than one.

    Read are decimal degrees with a point, and what people type instead as far as it has one meaning
    (``geo.typed``). 8,30 may be 8.30 degrees or 8 degrees 30 minutes: that is never guessed.
    """
    states = subject.geotags.lon_state, subject.geotags.lat_state
    ambiguous, invalid = (
        np.logical_or(*(state == one for state in states))
        for one in (CoordinateState.AMBIGUOUS, CoordinateState.INVALID)
    )

    def evidence(rows: NDArray[np.int64]) -> Columns:
        return {"written": pa.array(np.where(invalid[rows], "unreadable", "ambiguous").tolist(), pa.string())}

    return Outcomes.of(invalid | ambiguous, Severity.ERROR, evidence=evidence)


CHECK = Check(
    code="COORDINATE_INVALID",
    version=1,
    severity=Severity.ERROR,
    title=Text(en="Coordinate cannot be read", id="Koordinat tidak dapat dibaca"),
    message=Text(
        en="The coordinate {written_words}.",
        id="Koordinat {written_words}.",
    ),
    remedy=Text(
        en="Look at the text as it was typed and enter decimal degrees with a point.",
        id="Periksa teks yang diketik dan tulis dalam derajat desimal dengan titik.",
    ),
    decide=decide,
    exemptible=False,
)
