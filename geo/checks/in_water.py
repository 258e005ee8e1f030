"""A geotag on open water."""

from __future__ import annotations

import numpy as np

from geo.checks.protocol import Check, Outcomes, Severity, Subject, Values
from geo.checks.special import is_of_kind
from geo.parameters import Parameter
from geo.special_areas import ON_WATER
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail farther inside a water layer than the 95 % radius and ``beyond_m`` together.

    Not assessed nearer to the shore than ``shore_m``, where shores move and houses stand on stilts, and in
    areas of boat houses.
    """
    n = len(subject.geotags)
    regions = subject.context.water
    depth_m = np.full(n, np.nan)
    rows = np.flatnonzero(subject.usable)
    if regions is not None:
        reach_m = np.maximum(subject.r95_m[rows] + values["beyond_m"], values["shore_m"])
        depth_m[rows] = regions.depth_m(subject.geotags.lon[rows], subject.geotags.lat[rows], reach_m)
    on_water = np.zeros(n, np.bool_)
    wet = np.flatnonzero(depth_m > 0)
    on_water[wet] = is_of_kind(subject, wet, ON_WATER)
    return Outcomes.of(
        depth_m > subject.r95_m + values["beyond_m"],
        Severity.REVIEW,
        {
            "no_water": np.full(n, regions is None),
            "coordinate_unusable": ~subject.usable,
            "special_area": on_water,
            "near_shore": (depth_m > 0) & (depth_m <= values["shore_m"]),
        },
        lambda rows: {"r95_m": np.round(subject.r95_m[rows])},
    )


CHECK = Check(
    code="IN_WATER",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="On open water", id="Di perairan"),
    message=Text(
        en="The point lies on water, farther from the shore than its accuracy of {r95_m:.0f} m (95 %) "
        "explains.",
        id="Titik berada di perairan, lebih jauh dari pantai daripada akurasinya {r95_m:.0f} m (95 %).",
    ),
    remedy=Text(
        en="See whether the household lives in a boat house or on stilts, and exempt it; else take it again.",
        id="Periksa apakah keluarga tinggal di rumah perahu atau panggung lalu kecualikan; jika tidak, ambil "
        "ulang.",
    ),
    decide=decide,
    parameters={
        "beyond_m": Parameter(30.0, "m", "catalogue of checks", least=0.0),
        "shore_m": Parameter(100.0, "m", "catalogue of checks: coast within 100 m", least=0.0),
    },
)
