"""A geotag beyond the waters of the country."""

from __future__ import annotations

import numpy as np

from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.parameters import Parameter
from geo.text import Text

_METRES_PER_NAUTICAL_MILE = 1852.0


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail beyond the outline by more than ``territorial_nmi`` and the 95 % radius.

    The areas of the frame are in the country: who lies within these waters of the assigned area is not
    measured.
    """
    n = len(subject.geotags)
    waters_m = values["territorial_nmi"] * _METRES_PER_NAUTICAL_MILE
    regions = subject.context.country
    fails = np.zeros(n, np.bool_)
    if regions is not None:
        near = subject.membership.distance_m >= -waters_m
        rows = np.flatnonzero(subject.usable & ~near)
        reach_m = waters_m + subject.r95_m[rows]
        lon, lat = subject.geotags.lon[rows], subject.geotags.lat[rows]
        fails[rows] = regions.depth_m(lon, lat, reach_m) == -np.inf
    return Outcomes.of(
        fails,
        Severity.ERROR,
        {"coordinate_unusable": ~subject.usable, "no_country": np.full(n, regions is None)},
        lambda rows: {"territorial_nmi": np.full(len(rows), values["territorial_nmi"])},
    )


CHECK = Check(
    code="COUNTRY_COORDINATE_MISMATCH",
    version=1,
    severity=Severity.ERROR,
    title=Text(en="Outside the country", id="Di luar negeri"),
    message=Text(
        en="The point lies beyond the outline of the country by more than {territorial_nmi:.0f} nautical "
        "miles.",
        id="Titik berada di luar garis batas negara lebih dari {territorial_nmi:.0f} mil laut.",
    ),
    remedy=Text(
        en="Look for a slip in a digit or a sign, or for exchanged coordinates; take the geotag again.",
        id="Periksa salah angka atau tanda, atau koordinat yang tertukar; ambil ulang geotagnya.",
    ),
    decide=decide,
    parameters={
        "territorial_nmi": Parameter(
            12.0, "nmi", "catalogue of checks: the territorial sea (UNCLOS, article 3)", least=0.0, most=200.0
        )
    },
)
