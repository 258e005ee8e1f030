"""Geotags assigned to special areas."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.checks.attributes import AreaFact, where_area
from geo.checks.protocol import Subject
from geo.special_areas import as_code, attributes_read, kind_of


@cache
def kind_fact(column: str) -> AreaFact:
    """The kind of a special area, where ``column`` is the attribute that names it."""
    return AreaFact(attributes_read(column), lambda attributes: kind_of(attributes, column))


def _dominan(attributes: Mapping[str, Any]) -> str:
    return as_code(attributes.get("dominan"))


DOMINAN = AreaFact(("dominan",), _dominan)
"""The code of what an area is mostly used for."""


def is_of_kind(subject: Subject, rows: NDArray[np.int64], kinds: AbstractSet[str]) -> NDArray[np.bool_]:
    """For each of ``rows`` whether its assigned area is of one of the kinds of ``geo.special_areas``."""
    return where_area(subject, rows, kind_fact(subject.context.kind_column), kinds)
