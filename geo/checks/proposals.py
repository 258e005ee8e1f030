"""How proposed positions lie to the assigned areas: distance and probability of each proposal."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.checks.protocol import Columns, Subject
from geo.membership import measure_points


def measure_proposals(
    subject: Subject, rows: NDArray[np.int64], lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Signed distance (m, positive inside) and probability of the point (lon, lat) proposed for each of
    ``rows`` against its assigned area. NaN where that has no surface or is not known. Both (len(rows),)."""
    membership = subject.membership
    distance_m, probability = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    for position in np.unique(membership.segment[rows][membership.row[rows] >= 0]).tolist():
        at = np.flatnonzero((membership.segment[rows] == position) & (membership.row[rows] >= 0))
        distance_m[at], probability[at] = measure_points(
            subject.frame.segments[position].layers[subject.level],
            membership.row[rows[at]],
            lon[at],
            lat[at],
            membership.sigma_m[rows[at]],
        )
    return distance_m, probability


def as_evidence(distance_m: NDArray[np.float64], probability: NDArray[np.float64]) -> Columns:
    """What a finding says of its proposal; null where it could not be measured."""
    return {
        "proposed_distance_m": pa.array(np.round(distance_m, 1), from_pandas=True),
        "proposed_probability": pa.array(np.round(probability, 6), from_pandas=True),
    }
