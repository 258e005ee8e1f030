"""What the attributes of assigned areas say, asked once per area however many geotags it has."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.checks.protocol import Subject


def where_area(
    subject: Subject, rows: NDArray[np.int64], holds: Callable[[str, dict[str, Any]], bool]
) -> NDArray[np.bool_]:
    """For each of ``rows`` whether ``holds(code, attributes)`` of its assigned area; False without one."""
    return area_values(subject, rows, holds, False).astype(np.bool_)


def area_values(
    subject: Subject, rows: NDArray[np.int64], value: Callable[[str, dict[str, Any]], Any], nothing: Any
) -> NDArray[Any]:
    """For each of ``rows`` ``value(code, attributes)`` of its assigned area; ``nothing`` without one."""
    membership = subject.membership
    # A release has fewer than 2**31 areas of a level in a kabupaten.
    areas = membership.segment[rows].astype(np.int64) * 2**31 + membership.row[rows]
    _, first, which = np.unique(areas, return_index=True, return_inverse=True)
    values = np.full(len(first), nothing, object)
    for i, row in enumerate(rows[first].tolist()):
        if membership.row[row] < 0:
            continue
        layer = subject.frame.segments[int(membership.segment[row])].layers[subject.level]
        area = int(membership.row[row])
        values[i] = value(layer.codes[area].as_py(), json.loads(layer.attributes[area].as_py() or "{}"))
    return np.asarray(values[which.ravel()])
