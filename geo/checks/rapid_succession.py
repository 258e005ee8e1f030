"""More households within a few minutes than can be interviewed."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc
from numba import njit
from numpy.typing import NDArray

from geo.checks.groups import as_numbers, households
from geo.checks.protocol import Check, Outcomes, Scope, Severity, Subject, Values
from geo.checks.tracks import tracks
from geo.parameters import Parameter
from geo.text import Text

_MICROSECONDS_PER_MINUTE = 60_000_000


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail every geotag in a window of ``minutes`` with ``least_households`` or more, of one device."""
    geotags = subject.geotags
    timed, named = ~np.isnat(geotags.captured_at), pc.not_equal(geotags.enumerator_id, "").to_numpy(False)
    track = tracks(subject, np.flatnonzero(timed & named), geotags.captured_at)
    counted = np.zeros(len(track.rows), np.int64)
    _count(
        track.starts,
        geotags.captured_at[track.rows].astype(np.int64),
        as_numbers(households(geotags, track.rows)),
        int(values["minutes"] * _MICROSECONDS_PER_MINUTE),
        int(values["least_households"]),
        counted,
    )
    n_households = np.zeros(len(geotags), np.int64)
    n_households[track.rows] = counted
    return Outcomes.of(
        n_households > 0,
        Severity.INFO,
        {"no_enumerator": ~named, "no_capture_time": ~timed},
        lambda rows: {"households": n_households[rows], "minutes": np.full(len(rows), values["minutes"])},
    )


@njit(cache=True, nogil=True)
def _count(
    starts: NDArray[np.int64],
    times: NDArray[np.int64],
    household: NDArray[np.int64],
    window: int,
    least: int,
    counted: NDArray[np.int64],
) -> None:
    """For each geotag the households of the fullest of the windows that end last before or with its own.

    0 where no window around it holds ``least``. A window begins with a geotag and holds what follows within
    ``window``; the next one begins with the next geotag, so each goes in and out once.
    """
    inside = np.zeros(len(household) + 1, np.int64)  # geotags of each household in the window
    for track in range(len(starts) - 1):
        first, last = starts[track], starts[track + 1]
        end, different, covered, most = first, 0, first, 0
        for begin in range(first, last):
            while end < last and times[end] - times[begin] <= window:
                different += inside[household[end]] == 0
                inside[household[end]] += 1
                end += 1
            if different >= least:
                most = max(most, different) if begin < covered else different
                for row in range(max(covered, begin), end):
                    counted[row] = most
                covered = end
            inside[household[begin]] -= 1
            different -= inside[household[begin]] == 0


CHECK = Check(
    code="RAPID_SUCCESSION",
    version=1,
    severity=Severity.INFO,
    title=Text(en="Many households within minutes", id="Banyak keluarga dalam beberapa menit"),
    message=Text(
        en="{households} households were geotagged by one device within {minutes:.0f} minutes.",
        id="{households} keluarga digeotag oleh satu perangkat dalam {minutes:.0f} menit.",
    ),
    remedy=Text(
        en="Nothing to do where geotags are taken apart from the interview, as in a listing; else ask how "
        "they "
        "were taken.",
        id="Tidak perlu tindakan bila geotag diambil terpisah dari wawancara, seperti pada listing; jika "
        "tidak, "
        "tanyakan cara pengambilannya.",
    ),
    decide=decide,
    reads=("household_key", "enumerator_id", "device_id", "captured_at"),
    parameters={
        "least_households": Parameter(5, "", "catalogue of checks", least=2),
        "minutes": Parameter(10.0, "min", "catalogue of checks", least=0.0),
    },
    scope=Scope.ENUMERATOR,
)
