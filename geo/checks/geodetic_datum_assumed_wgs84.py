"""A datum left blank where the other records of the batch state theirs."""

from __future__ import annotations

from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.geotags import DATUM_BLANK, DATUM_NOT_ASKED
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where the datum is blank though its batch has the column."""
    epsg = subject.geotags.datum_epsg
    return Outcomes.of(epsg == DATUM_BLANK, Severity.INFO, {"no_datum": epsg == DATUM_NOT_ASKED})


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
