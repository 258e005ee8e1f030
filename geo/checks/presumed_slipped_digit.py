"""A slip in writing a coordinate: a wrong digit, two digits in each other's place, a point that moved."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from geo.checks.negation import FAR_M, LIKELY
from geo.checks.outside import clearly_outside
from geo.checks.proposals import as_evidence, measure_proposals
from geo.checks.protocol import Check, Columns, Outcomes, Severity, Subject, Values
from geo.geodesy import metres_per_degrees
from geo.kernels import CERTAIN_SIGMAS
from geo.text import Text

_PER_DEGREE = 10**7  # the last digit that phones write is 1 cm
_LOWEST, _HIGHEST = 3, 9  # powers of ten of that: the fourth decimal (11 m) to the hundreds of degrees
CHANGES = ("change_digit", "exchange_digits", "move_decimal_point")
AXES = ("longitude", "latitude")


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where the point is outside its area by more than ``far_m`` and its accuracy, and one slip undone
    puts it into the area with at least ``probability``.

    Tried are all changes of one digit, exchanges of neighbouring digits and shifts of the decimal point, of
    one of both coordinates. The likeliest is proposed; ``alternatives`` says how many would do. Nearer than
    ``far_m`` some other third decimal would nearly always do, and say nothing.
    """
    n = len(subject.geotags)
    far = clearly_outside(subject) & (subject.membership.distance_m < -values["far_m"])
    rows = np.flatnonzero(far)
    which, lon, lat, made = _slips_undone(subject, rows)
    distance_m, probability = measure_proposals(subject, rows[which], lon, lat)
    likely = np.flatnonzero(probability >= values["probability"])
    alternatives = np.bincount(rows[which[likely]], minlength=n)
    # The likeliest of each row comes first; of equal ones the first tried, which changes the highest digit.
    order = likely[np.lexsort((likely, -probability[likely], which[likely]))]
    chosen = order[np.flatnonzero(np.diff(which[order], prepend=-1))]
    fails, proposal = np.zeros(n, np.bool_), np.full(n, -1)
    fails[rows[which[chosen]]] = True
    proposal[rows[which[chosen]]] = chosen

    def evidence(failed: NDArray[np.int64]) -> Columns:
        at = proposal[failed]
        change, axis, power = made[at].T
        return {
            "proposal": pa.array(CHANGES).take(pa.array(change)),
            "axis": pa.array(AXES).take(pa.array(axis)),
            # The first decimal is 1, the ones of degrees 0, the tens -1.
            "decimal": 7 - power,
            **as_evidence(distance_m[at], probability[at]),
            "alternatives": alternatives[failed],
        }

    return Outcomes.of(fails, Severity.INFO, subject.undecided_masks(), evidence)


def _slips_undone(
    subject: Subject, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """The changed points that fall near the assigned area: number of the row among ``rows``, longitude,
    latitude, and (m, 3) the change, axis and power of ten."""
    lon, lat = subject.geotags.lon[rows], subject.geotags.lat[rows]
    boxes = _boxes(subject, rows)
    nowhere = np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty((0, 3), np.int64)
    m = _try_all(lon, lat, boxes, *nowhere)
    which, made = np.empty(m, np.int64), np.empty((m, 3), np.int64)
    new_lon, new_lat = np.empty(m), np.empty(m)
    _try_all(lon, lat, boxes, which, new_lon, new_lat, made)
    return which, new_lon, new_lat, made


def _boxes(subject: Subject, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Around the assigned area of each row, and as much farther as the accuracy may explain. (n, 4)."""
    boxes = np.empty((len(rows), 4))
    segment, row = subject.membership.segment[rows], subject.membership.row[rows]
    for position in np.unique(segment).tolist():
        here = segment == position
        boxes[here] = subject.frame.segments[position].layers[subject.level].boxes[row[here]]
    per_lon, per_lat = metres_per_degrees(np.clip(boxes[:, 1], -89.0, 89.0))
    margin = CERTAIN_SIGMAS * subject.membership.sigma_m[rows]
    boxes[:, [0, 2]] += np.column_stack([-margin, margin]) / per_lon[:, None]
    boxes[:, [1, 3]] += np.column_stack([-margin, margin]) / per_lat[:, None]
    return boxes


@njit(cache=True, nogil=True)
def _try_all(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    boxes: NDArray[np.float64],
    which: NDArray[np.int64],
    new_lon: NDArray[np.float64],
    new_lat: NDArray[np.float64],
    made: NDArray[np.int64],
) -> int:
    """Write the changed points within their boxes as far as there is room; return how many there are."""
    n = 0
    changed, change, power_of = np.empty(128, np.int64), np.empty(128, np.int64), np.empty(128, np.int64)
    for i in range(len(lon)):
        for axis in range(2):
            value, kept = (lon[i], lat[i]) if axis == 0 else (lat[i], lon[i])
            if not boxes[i, 1 - axis] <= kept <= boxes[i, 3 - axis]:
                continue  # the other coordinate is off as well
            m = _changes(round(abs(value) * _PER_DEGREE), changed, change, power_of)
            for j in range(m):
                new = changed[j] / _PER_DEGREE * (1.0 if value >= 0 else -1.0)
                if not boxes[i, axis] <= new <= boxes[i, 2 + axis]:
                    continue
                if n < len(which):
                    which[n] = i
                    new_lon[n], new_lat[n] = (new, kept) if axis == 0 else (kept, new)
                    made[n, 0], made[n, 1], made[n, 2] = change[j], axis, power_of[j]
                n += 1
    return n


@njit(cache=True, nogil=True)
def _changes(
    number: int, changed: NDArray[np.int64], change: NDArray[np.int64], power_of: NDArray[np.int64]
) -> int:
    """Every number that one slip may have made into ``number``; return how many."""
    n = 0
    for power in range(_HIGHEST, _LOWEST - 1, -1):
        one = 10**power
        digit = number // one % 10
        for other in range(10):
            if other != digit:
                changed[n], change[n], power_of[n] = number + (other - digit) * one, 0, power
                n += 1
        above = number // (10 * one) % 10
        if power < _HIGHEST and above != digit:
            changed[n], change[n] = number + (above - digit) * one + (digit - above) * 10 * one, 1
            power_of[n] = power + 1
            n += 1
    changed[n], change[n], power_of[n] = number * 10, 2, 7
    changed[n + 1], change[n + 1], power_of[n + 1] = number // 10, 2, 7
    return n + 2


CHECK = Check(
    code="PRESUMED_SLIPPED_DIGIT",
    version=1,
    severity=Severity.INFO,
    title=Text(en="A digit may have slipped", id="Satu angka mungkin keliru tulis"),
    message=Text(
        en="As given the point is outside its area; with one slip of writing undone it lies in it.",
        id="Seperti tertulis, titik di luar wilayahnya; bila satu salah tulis dibetulkan, titik berada di "
        "dalamnya.",
    ),
    remedy=Text(
        en="Where a person typed the coordinate, compare with the original record.",
        id="Bila koordinat diketik manual, bandingkan dengan catatan asli.",
    ),
    decide=decide,
    parameters={
        "far_m": FAR_M,
        "probability": LIKELY,
    },
)
