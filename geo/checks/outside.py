"""What the checks about lying outside share: how sure it is, and what else contains the point."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.checks.protocol import Columns, Subject


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
    """What a person needs to see: metres outside, the nearest areas, how their codes differ."""
    membership = subject.membership
    return {
        "outside_m": np.round(-membership.distance_m[rows], 2),
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
