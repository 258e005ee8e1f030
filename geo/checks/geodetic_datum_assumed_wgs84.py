"""A datum left blank where the other records of the batch state theirs."""

from __future__ import annotations

import numpy as np

from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where the datum is blank in a batch that has the column."""
    epsg = subject.geotags.datum_epsg
    no_column = np.full(len(epsg), not np.any(epsg != 0))
    return Outcomes.of(epsg == 0, Severity.INFO, {"no_datum": no_column})


CHECK = Check(
    code="GEODETIC_DATUM_ASSUMED_WGS84",
    version=1,
    severity=Severity.INFO,
    title=Text(en="Datum assumed", id="Datum diasumsikan"),
    message=Text(
        en="The record states no datum; WGS 84 was assumed.",
        id="Catatan tidak menyebut datum; dianggap WGS 84.",
    ),
    remedy=Text(
        en="Nothing to do where the device is a phone; otherwise state the datum.",
        id="Tidak perlu tindakan bila perangkatnya ponsel; selain itu sebutkan datumnya.",
    ),
    decide=decide,
)
