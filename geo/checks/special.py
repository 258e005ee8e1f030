"""Geotags assigned to special areas."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import numpy as np
from numpy.typing import NDArray

from geo.checks.attributes import where_area
from geo.checks.protocol import Subject
from geo.special_areas import kind_of


def is_of_kind(subject: Subject, rows: NDArray[np.int64], kinds: AbstractSet[str]) -> NDArray[np.bool_]:
    """For each of ``rows`` whether its assigned area is of one of the kinds of ``geo.special_areas``."""
    column = subject.context.kind_column
    return where_area(subject, rows, lambda _, attributes: kind_of(attributes, column) in kinds)
