"""Degrees and minutes read as decimal degrees: no fraction reaches .60 in a whole batch."""

from __future__ import annotations

import numpy as np

from geo.checks.protocol import Check, Outcomes, Parameter, Severity, Subject, Values
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail every usable geotag of a batch in which all fractions of a degree are below .60."""
    geotags, usable = subject.geotags, subject.usable
    lon, lat = geotags.lon[usable], geotags.lat[usable]
    few = len(lon) < values["least_geotags"]
    span = max(np.ptp(lon), np.ptp(lat)) if len(lon) else 0.0
    below = all(np.all(np.abs(axis) % 1.0 < values["fraction_limit"]) for axis in (lon, lat))
    n = len(geotags)
    return Outcomes.of(
        usable & below,
        Severity.REVIEW,
        {
            "coordinate_unusable": ~usable,
            "too_few_geotags": np.full(n, few),
            "span_too_small": np.full(n, bool(span < values["least_span_deg"])),
        },
    )


CHECK = Check(
    code="PRESUMED_DDMM",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Minutes may have been read as decimals", id="Menit mungkin terbaca sebagai desimal"),
    message=Text(
        en="No coordinate of this batch has a fraction of .60 or more, as if minutes had been read as "
        "decimals.",
        id="Tidak ada koordinat dalam kiriman ini dengan pecahan .60 atau lebih, seolah menit terbaca "
        "sebagai desimal.",
    ),
    remedy=Text(
        en="Look at how the coordinates were exported: degrees and minutes need converting.",
        id="Periksa cara ekspor koordinat: derajat dan menit perlu dikonversi.",
    ),
    decide=decide,
    parameters={
        "fraction_limit": Parameter(0.6, "degree", "sixty minutes to a degree"),
        "least_geotags": Parameter(50, "", "catalogue of checks; 0.6**100 for 50 chance pairs is 1e-22"),
        "least_span_deg": Parameter(
            2.0, "degree", "catalogue of checks: a small batch may lie below .60 by its place"
        ),
    },
)
