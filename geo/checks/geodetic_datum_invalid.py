"""A datum that cannot be brought to WGS 84 with confidence."""

from __future__ import annotations

import numpy as np

from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.crs import ACCEPTED
from geo.geotags import DATUM_BLANK, DATUM_NOT_ASKED, DATUM_UNREADABLE
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where a datum is stated and is none of ``geo.crs.ACCEPTED``."""
    epsg = subject.geotags.datum_epsg
    return Outcomes.of(
        ~np.isin(epsg, list(ACCEPTED)),
        Severity.REVIEW,
        {"no_datum": (epsg == DATUM_BLANK) | (epsg == DATUM_NOT_ASKED)},
        lambda rows: {"datum": ["?" if one == DATUM_UNREADABLE else f"EPSG:{one}" for one in epsg[rows]]},
    )


CHECK = Check(
    code="GEODETIC_DATUM_INVALID",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Datum not accepted", id="Datum tidak diterima"),
    message=Text(
        en="The record states a datum that is not brought to WGS 84 here ({datum}).",
        id="Catatan menyebut datum yang di sini tidak dikonversi ke WGS 84 ({datum}).",
    ),
    remedy=Text(
        en="Convert the coordinate to EPSG:4326, or correct the datum if the device recorded WGS 84.",
        id="Konversi koordinat ke EPSG:4326, atau perbaiki datum bila perangkat merekam WGS 84.",
    ),
    decide=decide,
    exemptible=False,
)
