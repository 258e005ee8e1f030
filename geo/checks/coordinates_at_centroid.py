"""A geotag in the very middle of its area, where tools put points whose place they do not know."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.checks.groups import Groups, as_numbers, households
from geo.checks.manual_placement import placed_by_hand
from geo.checks.protocol import Check, Outcomes, Scope, Severity, Subject, Values
from geo.geodesy import geodesic_m
from geo.membership import measure_points
from geo.parameters import Parameter
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail within ``within_m`` of the centroid of the assigned area, where a second household lies there too
    or the point is not from a receiver.

    Areas whose border comes nearer to the centroid than ``tiny_m`` are not assessed: who lives there lives
    near the middle.
    """
    n = len(subject.geotags)
    decided = subject.membership.undecided == 0
    rows = np.flatnonzero(decided)
    metres, tiny = np.full(n, np.inf), np.zeros(n, np.bool_)
    metres[rows], tiny[rows] = _from_centroids(subject, rows, values)
    near = np.flatnonzero(decided & ~tiny & (metres <= values["within_m"]))
    area = subject.membership.segment[near].astype(np.int64) * 2**31 + subject.membership.row[near]
    groups = Groups.by(area, near)
    n_households = np.zeros(n, np.int64)
    n_households[groups.rows] = groups.distinct(as_numbers(households(subject.geotags, groups.rows)))[
        groups.group_of
    ]
    return Outcomes.of(
        (n_households >= 2) | ((n_households == 1) & placed_by_hand(subject.geotags)),
        Severity.REVIEW,
        subject.undecided_masks() | {"tiny_area": tiny},
        lambda rows: {"metres": np.round(metres[rows], 1), "households": n_households[rows]},
    )


def _from_centroids(
    subject: Subject, rows: NDArray[np.int64], values: Values
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Metres of each geotag from its area's centroid, and whether the area is tiny. Only near ones are "
    "exact."""
    geotags, membership = subject.geotags, subject.membership
    metres, tiny = np.full(len(rows), np.inf), np.zeros(len(rows), np.bool_)
    for position in np.unique(membership.segment[rows]).tolist():
        layer = subject.frame.segments[position].layers[subject.level]
        of = np.flatnonzero(membership.segment[rows] == position)
        area = membership.row[rows[of]]
        lon, lat = layer.centroids[area].T
        apart_deg = np.hypot(geotags.lon[rows[of]] - lon, geotags.lat[rows[of]] - lat)
        # A degree of longitude is shorter than one of latitude: nothing near is left out.
        near = np.flatnonzero(
            apart_deg * _METRES_PER_DEGREE * np.cos(np.radians(lat)) <= values["within_m"] * 1.1
        )
        at = rows[of[near]]
        metres[of[near]] = geodesic_m(geotags.lon[at], geotags.lat[at], lon[near], lat[near])
        # The centroid of a horseshoe lies outside it, at a distance below zero: tiny it is not.
        to_border, _ = measure_points(layer, area[near], lon[near], lat[near], np.ones(len(near)))
        tiny[of[near]] = np.abs(to_border) < values["tiny_m"]
    return metres, tiny


_METRES_PER_DEGREE = 110_574.0

CHECK = Check(
    code="COORDINATES_AT_CENTROID",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="In the very middle of the area", id="Tepat di tengah wilayah"),
    message=Text(
        en="The point lies {metres:.1f} m from the centroid of its assigned area, as do {households} "
        "households.",
        id="Titik berada {metres:.1f} m dari titik tengah wilayah tugasnya, begitu pula {households} "
        "keluarga.",
    ),
    remedy=Text(
        en="See whether a tool put the point there for want of a geotag.",
        id="Periksa apakah titik itu diletakkan oleh alat karena tidak ada geotag.",
    ),
    decide=decide,
    reads=("household_key", "source"),
    parameters={
        "within_m": Parameter(5.0, "m", "catalogue of checks", least=0.0, most=15.0),
        "tiny_m": Parameter(
            25.0, "m", "a house's own plot: nearer to the border there is no middle", least=0.0
        ),
    },
    scope=Scope.PLACE,
)
