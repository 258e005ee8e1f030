"""A photo taken at another time than the geotag."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.checks.photo_names import photos_of, worst_of
from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.parameters import Parameter
from geo.photos import Photos
from geo.text import Text
from geo.times import Instants

_ZONES_MINUTES = (420, 480, 540)
"""Of Indonesia: WIB, WITA, WIT. A camera's clock does not say in which of them it is."""


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where a photo and its geotag are more than ``apart_min`` apart by whatever clock agrees best.

    The satellites' time is UTC; the camera's may be that of any zone of Indonesia where it names none. Of
    several photos the worst counts.
    """
    geotags = subject.geotags
    n = len(geotags)
    rows, which, photos, not_assessed = photos_of(subject)
    apart_min = np.full(n, np.nan)
    if photos is not None:
        apart_min = worst_of(rows, _apart_min(photos, which, geotags.captured_at[rows]), n)
    timed = ~np.isnat(geotags.captured_at)
    return Outcomes.of(
        apart_min > values["apart_min"],
        Severity.REVIEW,
        not_assessed | {"no_capture_time": ~timed, "photo_without_time": np.isnan(apart_min)},
        lambda failed: {"apart_min": np.round(apart_min[failed])},
    )


def _apart_min(photos: Photos, which: NDArray[np.int64], captured_at: Instants) -> NDArray[np.float64]:
    """Minutes between photo and geotag by the clock that agrees best; NaN where no clock is known."""
    camera, zone = photos.taken_at[which], photos.offset_minutes[which]
    clocks = [photos.gps_at[which]]
    for minutes in _ZONES_MINUTES:
        offset = np.where(np.isnan(zone), minutes, zone).astype("timedelta64[m]")
        clocks.append(camera - offset)
    apart = [np.abs((clock - captured_at) / np.timedelta64(1, "m")) for clock in clocks]
    return np.asarray(np.fmin.reduce(apart))


CHECK = Check(
    code="PHOTO_TIME_MISMATCH",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Photo taken at another time", id="Foto diambil pada waktu lain"),
    message=Text(
        en="The photo and the geotag are {apart_min:.0f} minutes apart.",
        id="Foto dan geotag berselisih {apart_min:.0f} menit.",
    ),
    remedy=Text(
        en="See whether the photo shows this household; the clock of camera or device may be wrong.",
        id="Periksa apakah foto menunjukkan keluarga ini; mungkin jam kamera atau perangkat keliru.",
    ),
    decide=decide,
    reads=("photo_names", "captured_at"),
    parameters={"apart_min": Parameter(30.0, "min", "catalogue of checks", least=0.0)},
)
