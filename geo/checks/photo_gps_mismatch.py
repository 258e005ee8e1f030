"""A photo taken elsewhere than the geotag says."""

from __future__ import annotations

import numpy as np

from geo.checks.photo_names import photos_of, worst_of
from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.geodesy import geodesic_m
from geo.parameters import Parameter
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where a photo's own position is farther off than ``least_m``, or the 95 % radius and ``beyond_m``.

    Of several photos the farthest counts.
    """
    n = len(subject.geotags)
    rows, which, photos, not_assessed = photos_of(subject)
    apart_m = np.full(n, np.nan)
    if photos is not None:
        both = photos.has_position[which] & subject.usable[rows]
        rows, which = rows[both], which[both]
        lon, lat = subject.geotags.lon[rows], subject.geotags.lat[rows]
        apart_m = worst_of(rows, geodesic_m(lon, lat, photos.lon[which], photos.lat[which]), n)
    return Outcomes.of(
        apart_m > np.maximum(values["least_m"], subject.r95_m + values["beyond_m"]),
        Severity.REVIEW,
        not_assessed | {"coordinate_unusable": ~subject.usable, "photo_without_position": np.isnan(apart_m)},
        lambda failed: {"apart_m": np.round(apart_m[failed])},
    )


CHECK = Check(
    code="PHOTO_GPS_MISMATCH",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Photo taken elsewhere", id="Foto diambil di tempat lain"),
    message=Text(
        en="The photo says that it was taken {apart_m:.0f} m from the geotag.",
        id="Menurut datanya, foto diambil {apart_m:.0f} m dari geotag.",
    ),
    remedy=Text(
        en="See whether the photo shows this household, and which of the two positions is right.",
        id="Periksa apakah foto menunjukkan keluarga ini, dan posisi mana yang benar.",
    ),
    decide=decide,
    reads=("photo_names",),
    parameters={
        "least_m": Parameter(50.0, "m", "catalogue of checks", least=0.0),
        "beyond_m": Parameter(30.0, "m", "catalogue of checks", least=0.0),
    },
)
