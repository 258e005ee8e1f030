"""What the two checks for a lost sign share: does the flipped point lie in the assigned area?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.checks.protocol import Subject, Values
from geo.membership import measure_points
from geo.parameters import Parameter

FAR_M = Parameter(1000.0, "m", "catalogue of checks: the given point is more than 1 km off", least=0.0)
LIKELY = Parameter(
    0.5, "", "catalogue of checks: the flipped point is rather in than out", least=0.0, most=1.0
)


def flipped_into_area(
    subject: Subject, lon: NDArray[np.float64], lat: NDArray[np.float64], values: Values
) -> NDArray[np.bool_]:
    """Where the given point is far outside its area and the point (lon, lat) probably inside. Shape (n,)."""
    membership = subject.membership
    fails = np.zeros(len(lon), np.bool_)
    far = np.flatnonzero(membership.distance_m < -values["far_m"])
    for position in np.unique(membership.segment[far]):
        rows = far[membership.segment[far] == position]
        layer = subject.frame.segments[int(position)].layers[subject.level]
        _, probability = measure_points(
            layer, membership.row[rows], lon[rows], lat[rows], membership.sigma_m[rows]
        )
        fails[rows] = probability >= values["probability"]
    return fails
