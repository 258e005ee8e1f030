"""A geotag in the very middle of its area or village, where tools put points whose place they do not know."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.checks.groups import Groups, as_numbers, households
from geo.checks.manual_placement import placed_by_hand
from geo.checks.protocol import Check, Outcomes, Scope, Severity, Subject, Values
from geo.geodesy import geodesic_m
from geo.levels import Level
from geo.membership import by_area, find_areas, measure_points
from geo.parameters import Parameter
from geo.text import Text


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail within ``within_m`` of the centroid of the assigned area, or of an area of the frame above it,
    where a second household of that area lies there too or the point is not from a receiver.

    Areas whose border comes nearer to the centroid than ``tiny_m`` are not assessed: who lives there lives
    near the middle. The evidence names the lowest area whose centroid it is.
    """
    n = len(subject.geotags)
    by_hand = placed_by_hand(subject.geotags)
    fails, tiny = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    metres, n_households, code = np.full(n, np.inf), np.zeros(n, np.int64), np.full(n, "", object)
    for level, segment, row in _levels(subject):
        to_centroid, is_tiny = _from_centroids(
            subject, level, segment, row, values["within_m"], values["tiny_m"]
        )
        tiny |= is_tiny
        near = np.flatnonzero((to_centroid <= values["within_m"]) & ~is_tiny)
        there = Groups.by(segment[near].astype(np.int64) * 2**31 + row[near], near)
        found = there.distinct(as_numbers(households(subject.geotags, there.rows)))[there.group_of]
        some = ((found >= 2) | by_hand[there.rows]) & ~fails[there.rows]
        rows = there.rows[some]
        fails[rows] = True
        metres[rows], n_households[rows] = to_centroid[rows], found[some]
        assigned = subject.geotags.assigned_area.take(pa.array(rows))
        codes = pc.utf8_slice_codeunits(assigned, 0, subject.frame.scheme.widths[level])
        code[rows] = codes.to_numpy(zero_copy_only=False)
    return Outcomes.of(
        fails,
        Severity.REVIEW,
        subject.undecided_masks() | {"tiny_area": tiny & ~fails},
        lambda rows: {
            "area_code": pa.array(code[rows], pa.string()),
            "metres": np.round(metres[rows], 1),
            "households": n_households[rows],
        },
    )


def _levels(subject: Subject) -> Iterator[tuple[Level, NDArray[np.int32], NDArray[np.int64]]]:
    """The level of the assigned areas and each above it that the frame holds, lowest first, with segment and
    row of every geotag's area there; -1 where it has none."""
    frame, level, membership = subject.frame, subject.level, subject.membership
    row = np.where(membership.undecided == 0, membership.row, -1)
    yield level, membership.segment, row
    above = [one for one in level.above() if one in frame.scheme.widths and frame.layers(one)]
    decided = np.flatnonzero(row >= 0)
    if not above or not len(decided):
        return
    areas = membership.segment[decided].astype(np.int64) * 2**31 + row[decided]
    _, first, which = np.unique(areas, return_index=True, return_inverse=True)
    codes = subject.geotags.assigned_area.take(pa.array(decided[first]))
    for one in above:
        of_area = find_areas(pc.utf8_slice_codeunits(codes, 0, frame.scheme.widths[one]), frame, one)
        segments, rows = np.full(len(row), -1, np.int32), np.full(len(row), -1)
        segments[decided], rows[decided] = of_area[0][which], of_area[1][which]
        yield one, segments, rows


def _from_centroids(
    subject: Subject,
    level: Level,
    segment: NDArray[np.int32],
    row: NDArray[np.int64],
    within_m: float,
    tiny_m: float,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Metres of each geotag from the centroid of its area of a level, infinite beyond ``within_m``, and
    whether it is near that of a tiny area."""
    geotags = subject.geotags
    metres, tiny = np.full(len(geotags), np.inf), np.zeros(len(geotags), np.bool_)
    for position, of in by_area(segment, row, np.flatnonzero(row >= 0)):
        layer = subject.frame.segments[position].layers[level]
        lon, lat = layer.centroids[row[of]].T
        apart_deg = np.hypot(geotags.lon[of] - lon, geotags.lat[of] - lat)
        # A degree of longitude is shorter than one of latitude: nothing near is left out.
        some = np.flatnonzero(apart_deg * _METRES_PER_DEGREE * np.cos(np.radians(lat)) <= within_m * 1.1)
        exact = geodesic_m(geotags.lon[of[some]], geotags.lat[of[some]], lon[some], lat[some])
        some, exact = some[exact <= within_m], exact[exact <= within_m]
        metres[of[some]] = exact
        # The centroid of a horseshoe lies outside it, at a distance below zero: tiny it is not.
        to_border, _ = measure_points(layer, row[of[some]], lon[some], lat[some], np.ones(len(some)))
        tiny[of[some]] = np.abs(to_border) < tiny_m
    return metres, tiny


_METRES_PER_DEGREE = 110_574.0  # of latitude at the equator, the least there is

CHECK = Check(
    code="COORDINATES_AT_CENTROID",
    version=1,
    severity=Severity.REVIEW,
    title=Text(en="In the very middle of the area", id="Tepat di tengah wilayah"),
    message=Text(
        en="The point lies {metres:.1f} m from the centroid of area {area_code}. Households there: "
        "{households}.",
        id="Titik berada {metres:.1f} m dari titik tengah wilayah {area_code}. Keluarga di sana: "
        "{households}.",
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
