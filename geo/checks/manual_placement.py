"""A position placed on a map by hand."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.geodesy import geodesic_m
from geo.geotags import Geotags
from geo.parameters import Parameter
from geo.text import Text

# What apps and people write as the source of a placed point (ODK placement-map; Indonesian words).
_MANUAL = pa.array(["manual", "map", "placed", "placement", "placement-map", "peta", "tangan", "hand"])


def placed_by_hand(geotags: Geotags) -> NDArray[np.bool_]:
    """Where the source says that the point was put on a map. Shape (n,)."""
    return np.asarray(pc.is_in(pc.utf8_lower(geotags.source), value_set=_MANUAL))


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where the source says so; review where the app's own fix was beyond ``review_beyond_m``."""
    geotags = subject.geotags
    manual = placed_by_hand(geotags)
    apart_m = np.full(len(geotags), np.nan)
    both = np.flatnonzero(
        manual & subject.usable & np.isfinite(geotags.background_lon + geotags.background_lat)
    )
    apart_m[both] = geodesic_m(
        geotags.lon[both], geotags.lat[both], geotags.background_lon[both], geotags.background_lat[both]
    )
    far = apart_m > values["review_beyond_m"]
    return Outcomes.of(
        manual,
        np.where(far, Severity.REVIEW, Severity.INFO).astype(np.uint8),
        {
            "coordinate_unusable": ~subject.usable,
            "no_source": pc.equal(geotags.source, "").to_numpy(zero_copy_only=False),
        },
        lambda rows: {
            "apart_m": [None if value != value else round(value, 1) for value in apart_m[rows].tolist()]
        },
    )


CHECK = Check(
    code="MANUAL_PLACEMENT",
    version=1,
    severity=Severity.INFO,
    title=Text(en="Placed by hand", id="Diletakkan manual"),
    message=Text(
        en="The point was placed on a map, not taken by the device.",
        id="Titik diletakkan pada peta, bukan diambil oleh perangkat.",
    ),
    remedy=Text(
        en="Nothing to do where the device was near; otherwise see whether the place is right.",
        id="Tidak perlu tindakan bila perangkat berada di dekatnya; selain itu periksa kebenaran tempatnya.",
    ),
    decide=decide,
    reads=("source", "background_lon", "background_lat"),
    parameters={
        "review_beyond_m": Parameter(
            100.0, "m", "catalogue of checks: from the app's background fix", least=0.0
        ),
    },
)
