"""Two geotags of one device, one after the other, that are too far apart for the time between them."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.checks.protocol import Check, Outcomes, Scope, Severity, Subject, Values
from geo.checks.tracks import tracks
from geo.geodesy import geodesic_m
from geo.geotags import Geotags
from geo.parameters import Parameter
from geo.text import Text

_KMH_PER_MS = 3.6
_LONGEST_LON_M, _LONGEST_LAT_M = 111_320.0, 111_695.0
"""Of a degree on WGS 84: of longitude at the equator (111,319.5 m), of latitude at the pole (111,694.0 m)."""


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail the later of two geotags where the device would have travelled faster than ``review_kmh``.

    The distance is that beyond both 95 % radii, the time that of the device. Compared are geotags with a
    usable coordinate, each with the last one of an earlier time, whatever unusable ones lie between. Places
    of one and the same time say nothing of speed.
    """
    geotags = subject.geotags
    timed, named = ~np.isnat(geotags.captured_at), pc.not_equal(geotags.enumerator_id, "").to_numpy(False)
    at_once, later, earlier = _steps(subject, np.flatnonzero(subject.usable & timed & named))
    seconds = (geotags.captured_at[later] - geotags.captured_at[earlier]) / np.timedelta64(1, "s")
    away_m = _at_most_m(geotags, earlier, later)
    radii_m = subject.r95_m[earlier] + subject.r95_m[later]
    # Nearly all steps are slow even by that: only the others need a geodesic.
    fast = np.flatnonzero((away_m - radii_m) / seconds * _KMH_PER_MS > values["review_kmh"])
    one, other = earlier[fast], later[fast]
    away_m[fast] = geodesic_m(geotags.lon[one], geotags.lat[one], geotags.lon[other], geotags.lat[other])
    beyond_m = np.maximum(0.0, away_m - radii_m)

    metres, minutes, speed_kmh = np.full((3, len(geotags)), np.nan)
    metres[later], minutes[later] = away_m, seconds / 60
    speed_kmh[later] = beyond_m / seconds * _KMH_PER_MS
    severity = np.where(speed_kmh > values["error_kmh"], Severity.ERROR, Severity.REVIEW)
    return Outcomes.of(
        speed_kmh > values["review_kmh"],
        severity.astype(np.uint8),
        {
            "coordinate_unusable": ~subject.usable,
            "no_enumerator": ~named,
            "no_capture_time": ~timed,
            "same_time": at_once,
            "first_of_track": np.isnan(minutes),
        },
        lambda rows: {
            "metres": np.round(metres[rows]),
            "minutes": np.round(minutes[rows], 1),
            "speed_kmh": np.round(speed_kmh[rows]),
        },
    )


def _at_most_m(geotags: Geotags, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.float64]:
    """Metres along a parallel and then a meridian, each degree at its longest: no geodesic is longer."""
    east = np.abs(geotags.lon[one] - geotags.lon[other])
    east, north = np.minimum(east, 360.0 - east), np.abs(geotags.lat[one] - geotags.lat[other])
    return np.asarray(_LONGEST_LON_M * east + _LONGEST_LAT_M * north)


def _steps(
    subject: Subject, which: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]]:
    """Of all geotags, those that one device took at one time at several places; then the rows of each step.

    A step leads from the last geotag of an earlier time to one of ``which``.
    """
    geotags = subject.geotags
    track = tracks(subject, which, geotags.captured_at)
    rows, at = track.rows, geotags.captured_at[track.rows]
    at_once = np.zeros(len(geotags), np.bool_)
    if not len(rows):
        return at_once, rows, rows
    begins = np.flatnonzero(np.r_[True, (np.diff(track.group_of) != 0) | (at[1:] != at[:-1])])
    moment = np.repeat(np.arange(len(begins)), np.diff(begins, append=len(rows)))
    spread = [
        np.maximum.reduceat(axis[rows], begins) - np.minimum.reduceat(axis[rows], begins)
        for axis in (geotags.lon, geotags.lat)
    ]
    at_once[rows] = (np.maximum(*spread) > 0)[moment]
    before = begins[moment] - 1
    has_one = (before >= 0) & (track.group_of[before] == track.group_of)
    return at_once, rows[has_one], rows[before[has_one]]


CHECK = Check(
    code="IMPOSSIBLE_TRAVEL",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="Far from the geotag before it", id="Jauh dari geotag sebelumnya"),
    message=Text(
        en="The same device took the geotag before this one {minutes:.1f} minutes earlier and {metres:.0f} m "
        "away: "
        "{speed_kmh:.0f} km/h.",
        id="Perangkat yang sama mengambil geotag sebelumnya {minutes:.1f} menit lebih awal dan sejauh "
        "{metres:.0f} m: {speed_kmh:.0f} km/jam.",
    ),
    remedy=Text(
        en="See which of the two points is out of place, or whether a flight or a boat, an account on "
        "several "
        "devices, or the device's clock explains it.",
        id="Periksa titik mana yang keliru, atau apakah penerbangan, perahu, akun di beberapa perangkat, "
        "atau jam "
        "perangkat menjelaskannya.",
    ),
    decide=decide,
    reads=("enumerator_id", "device_id", "captured_at"),
    parameters={
        "review_kmh": Parameter(150.0, "km/h", "catalogue of checks: faster than any road", least=1.0),
        "error_kmh": Parameter(900.0, "km/h", "catalogue of checks: faster than a plane", least=1.0),
    },
    scope=Scope.ENUMERATOR,
)
