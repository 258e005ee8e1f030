"""What the checks about lying outside share: how sure it is, and what else contains the point."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.checks.protocol import Columns, Subject


def clearly_outside(subject: Subject) -> NDArray[np.bool_]:
    """Outside the assigned area by more than the accuracy explains. Shape (n,)."""
    membership = subject.membership
    return np.asarray((membership.distance_m < 0) & (membership.probability < subject.least_probability))


def contained_elsewhere(subject: Subject) -> dict[int, str]:
    """The code of the other area that contains the point, by row; rows in no area are absent."""
    return {
        row: areas[0].area_code
        for row, areas in subject.candidates.items()
        if areas and areas[0].distance_m >= 0
    }


def evidence_of(subject: Subject, rows: NDArray[np.int64]) -> Columns:
    """What a person needs to see: metres outside, the nearest areas, how their codes differ."""
    membership = subject.membership
    return {
        "outside_m": np.round(-membership.distance_m[rows], 2),
        "sigma_m": np.round(membership.sigma_m[rows], 2),
        "candidates": candidates_of(subject, rows),
    }


def candidates_of(subject: Subject, rows: NDArray[np.int64]) -> list[list[dict[str, object]]]:
    """The probable areas of each row, best first."""
    return [[area.as_evidence() for area in subject.candidates.get(row, [])] for row in rows.tolist()]
