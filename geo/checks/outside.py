"""What the checks about lying outside share: how sure it is, and what else contains the point."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.checks.protocol import Columns, Subject
from geo.geodesy import WGS84
from geo.membership import nearest_boundary


def clearly_outside(subject: Subject) -> NDArray[np.bool_]:
    """Outside the assigned area by more than the accuracy explains. Shape (n,)."""
    membership = subject.membership
    return np.asarray((membership.distance_m < 0) & (membership.probability < subject.least_probability))


def contained_elsewhere(subject: Subject) -> NDArray[np.bool_]:
    """Where another area of the level contains the point. Shape (n,)."""
    contained = np.zeros(len(subject.geotags), np.bool_)
    contained[subject.rows_with_candidates] = subject.candidates.contained
    return contained


def evidence_of(subject: Subject, rows: NDArray[np.int64]) -> Columns:
    """What a person needs to see: how far outside and which way, the nearest areas, how their codes differ.

    ``toward_deg`` is the direction of the nearest boundary point of the assigned area, clockwise from north:
    it lies ``outside_m`` from the geotag that way.
    """
    membership = subject.membership
    lon, lat = subject.geotags.lon[rows], subject.geotags.lat[rows]
    nearest = nearest_boundary(membership, subject.geotags, subject.frame, subject.level, rows)
    toward_deg, _, _ = WGS84.inv(lon, lat, *nearest)
    return {
        "outside_m": np.round(-membership.distance_m[rows], 2),
        "toward_deg": np.round(toward_deg).astype(np.int64) % 360,
        "sigma_m": np.round(membership.sigma_m[rows], 2),
        "candidates": candidates_of(subject, rows),
    }


def candidates_of(subject: Subject, rows: NDArray[np.int64]) -> pa.ListArray:
    """The probable areas of each row, best first; none for rows that were not searched for."""
    searched = np.isin(rows, subject.rows_with_candidates)
    return subject.candidates.of(np.where(searched, points_of(subject, rows), -1))


def points_of(subject: Subject, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The number that each of ``rows_with_candidates`` has among the points of ``candidates``."""
    return np.searchsorted(subject.rows_with_candidates, rows)
