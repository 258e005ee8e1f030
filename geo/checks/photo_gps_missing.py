"""A photo that does not say where it was taken."""

from __future__ import annotations

import numpy as np

from geo.checks.photo_names import photos_of
from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where a photo of the geotag has no position of its own."""
    n = len(subject.geotags)
    rows, which, photos, not_assessed = photos_of(subject)
    n_without = np.zeros(n, np.int64)
    if photos is not None:
        np.add.at(n_without, rows[~photos.has_position[which]], 1)
    return Outcomes.of(
        n_without > 0, Severity.INFO, not_assessed, lambda failed: {"photos": n_without[failed]}
    )


CHECK = Check(
    code="PHOTO_GPS_MISSING",
    version=1,
    severity=Severity.INFO,
    title=Text(en="Photo without a position", id="Foto tanpa posisi"),
    message=Text(
        en="Photos of this geotag that do not say where they were taken: {photos}.",
        id="Foto geotag ini yang tidak menyebut tempat pengambilannya: {photos}.",
    ),
    remedy=Text(
        en="Nothing to do for this one; many of one device suggest turning on location in its camera.",
        id="Tidak perlu tindakan untuk yang ini; bila banyak dari satu perangkat, aktifkan lokasi pada "
        "kameranya.",
    ),
    decide=decide,
    reads=("photo_names",),
)
