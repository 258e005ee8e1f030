"""Latitude and longitude in each other's place."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from geo.checks.proposals import as_evidence, measure_proposals
from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.parameters import Parameter
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where the given pair is outside the frame's extent and the swapped pair inside it.

    The extent is widened by ``margin_deg`` for the given pair, so that a point just off the coast is
    never called swapped.
    """
    geotags = subject.geotags
    west, south, east, north = subject.frame.extent()
    margin = values["margin_deg"]
    given_inside = (
        (geotags.lon >= west - margin)
        & (geotags.lon <= east + margin)
        & (geotags.lat >= south - margin)
        & (geotags.lat <= north + margin)
    )
    swapped_inside = (
        (geotags.lat >= west) & (geotags.lat <= east) & (geotags.lon >= south) & (geotags.lon <= north)
    )
    no_extent = np.full(len(geotags), not np.isfinite(west))
    return Outcomes.of(
        swapped_inside & ~given_inside,
        Severity.ERROR,
        {"coordinate_unusable": ~geotags.is_number | subject.is_sentinel, "frame_without_extent": no_extent},
        lambda rows: {
            "proposal": pa.repeat("swap", len(rows)),
            **as_evidence(*measure_proposals(subject, rows, geotags.lat[rows], geotags.lon[rows])),
        },
    )


CHECK = Check(
    code="PRESUMED_SWAPPED_COORDINATE",
    version=1,
    severity=Severity.ERROR,
    title=Text(en="Latitude and longitude may be swapped", id="Lintang dan bujur mungkin tertukar"),
    message=Text(
        en="As given the point is far from the frame; with latitude and longitude exchanged it lies "
        "within it.",
        id="Seperti tertulis, titik jauh dari kerangka; bila lintang dan bujur ditukar, titik berada di "
        "dalamnya.",
    ),
    remedy=Text(
        en="Compare with the original record and accept the exchange if it agrees.",
        id="Bandingkan dengan catatan asli dan terima penukaran bila sesuai.",
    ),
    decide=decide,
    parameters={
        "margin_deg": Parameter(
            0.5,
            "degree",
            "about 55 km: beyond any territorial sea of a kabupaten's coast",
            least=0.0,
            most=90.0,
        ),
    },
)
