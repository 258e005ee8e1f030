"""One and the same photo for households of two buildings."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from geo.checks.groups import Groups, as_numbers, buildings
from geo.checks.photo_names import photos_of
from geo.checks.protocol import Check, Outcomes, Scope, Severity, Subject, Values
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where the same bytes belong to geotags of two or more buildings, whatever the files are called.

    Households of one building may share a picture of its front; without a building number each household is
    a building.
    """
    geotags = subject.geotags
    n = len(geotags)
    rows, which, photos, not_assessed = photos_of(subject)
    n_buildings = np.zeros(n, np.int64)
    if photos is not None:
        same = Groups.by(as_numbers(photos.sha256.take(pa.array(which))), np.arange(len(rows)), least=2)
        of_pair = rows[same.rows]
        different = same.distinct(as_numbers(buildings(geotags, of_pair)))
        np.maximum.at(n_buildings, of_pair, different[same.group_of])
    return Outcomes.of(
        n_buildings > 1,
        Severity.REVIEW,
        not_assessed,
        lambda failed: {"buildings": n_buildings[failed]},
    )


CHECK = Check(
    code="PHOTO_REUSED",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="One photo for several buildings", id="Satu foto untuk beberapa bangunan"),
    message=Text(
        en="Exactly the same photo belongs to {buildings} buildings.",
        id="Foto yang persis sama dipakai untuk {buildings} bangunan.",
    ),
    remedy=Text(
        en="See whose home the photo shows, and take the other one again.",
        id="Periksa foto itu milik rumah siapa, lalu ambil ulang yang lain.",
    ),
    decide=decide,
    reads=("household_key", "building_no", "photo_names"),
    scope=Scope.PHOTO,
)
