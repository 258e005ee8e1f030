"""A datum that cannot be brought to WGS 84 with confidence."""

from __future__ import annotations

import numpy as np

from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.crs import ACCEPTED
from geo.geotags import DATUM_BLANK
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where a datum is stated and is none of ``geo.crs.ACCEPTED``."""
    epsg = subject.geotags.datum_epsg
    return Outcomes.of(
        (epsg > DATUM_BLANK) & ~np.isin(epsg, list(ACCEPTED)),
        Severity.REVIEW,
        {"no_datum": epsg <= DATUM_BLANK},
        lambda row: {"datum_epsg": int(epsg[row])},
    )


CHECK = Check(
    code="GEODETIC_DATUM_INVALID",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Datum not accepted", id="Datum tidak diterima"),
    message=Text(
        en="The record states datum EPSG:{datum_epsg}, which is not brought to WGS 84 here.",
        id="Catatan menyebut datum EPSG:{datum_epsg}, yang di sini tidak dikonversi ke WGS 84.",
    ),
    remedy=Text(
        en="Convert the coordinate to EPSG:4326, or correct the datum if the device recorded WGS 84.",
        id="Konversi koordinat ke EPSG:4326, atau perbaiki datum bila perangkat merekam WGS 84.",
    ),
    decide=decide,
)
