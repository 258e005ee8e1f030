"""What the two checks for a lost sign share: does the flipped point lie in the assigned area?"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.checks.proposals import as_evidence, measure_proposals
from geo.checks.protocol import Outcomes, Severity, Subject, Values
from geo.parameters import Parameter

FAR_M = Parameter(1000.0, "m", "catalogue of checks: the given point is more than 1 km off", least=0.0)
LIKELY = Parameter(
    0.5, "", "catalogue of checks: the proposed point is rather in than out", least=0.0, most=1.0
)


def flipped_into_area(
    subject: Subject,
    flipped: tuple[NDArray[np.float64], NDArray[np.float64]],
    values: Values,
    severity: Severity,
    not_assessed: dict[str, NDArray[np.bool_]],
    proposal: str,
) -> Outcomes:
    """Fail where the given point is far outside its area and the flipped one, longitude and latitude of the
    length of the batch, probably inside."""
    lon, lat = flipped
    n = len(lon)
    far = np.flatnonzero(subject.membership.distance_m < -values["far_m"])
    distance_m, probability = np.full(n, np.nan), np.full(n, np.nan)
    distance_m[far], probability[far] = measure_proposals(subject, far, lon[far], lat[far])
    return Outcomes.of(
        probability >= values["probability"],
        severity,
        not_assessed,
        lambda rows: {
            "proposal": pa.repeat(proposal, len(rows)),
            **as_evidence(distance_m[rows], probability[rows]),
        },
    )
