"""Geotags of an enumerator in an area that are spaced more evenly than houses are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.checks.attributes import where_area
from geo.checks.groups import as_numbers
from geo.checks.protocol import Outcomes, Scope, Severity, Subject, Values
from geo.checks.special import DOMINAN
from geo.geodesy import metres_per_degrees
from geo.parameters import Parameter
from geo.rollups.protocol import About, Decided, RollUp, Setting
from geo.rollups.spacing import measure_outlines, measure_spacing
from geo.text import Text

if TYPE_CHECKING:
    from geo.engine import Checked

Floats = NDArray[np.float64]

SUMS = pa.schema(
    [
        ("enumerator_id", pa.string()),
        ("area_code", pa.string()),
        ("geotags", pa.int64()),
        ("planned", pa.int64()),
        ("ratio", pa.float64()),
        ("off_line", pa.float64()),
        ("gap_variation", pa.float64()),
    ]
)
# dominan 2 elite settlement: houses built to a plan, on plots of one size.
_PLANNED_DOMINAN = frozenset({"2"})
_DIGITS = 9


def collect(checked: Checked) -> pa.Table:
    """Clark and Evans' ratio and the evenness along a line, of each enumerator's geotags in each area.

    Only geotags that lie in their assigned area count. The groups must be whole: a ratio is no sum.
    """
    subject, membership = checked.subject, checked.membership
    geotags = subject.geotags
    rows = np.flatnonzero(membership.distance_m >= 0)
    area = membership.segment[rows].astype(np.int64) * 2**31 + membership.row[rows]
    box_lon, box_lat = _corners(subject, rows)
    per_lon, per_lat = metres_per_degrees(box_lat)
    x, y = (geotags.lon[rows] - box_lon) * per_lon, (geotags.lat[rows] - box_lat) * per_lat
    enumerator = as_numbers(geotags.enumerator_id)[rows]
    order = np.lexsort((y, x, enumerator, area))
    rows, area, enumerator = rows[order], area[order], enumerator[order]
    new = np.r_[True, (np.diff(area) != 0) | (np.diff(enumerator) != 0)][: len(rows)]
    first = np.flatnonzero(new)
    starts = np.r_[first, len(rows)].astype(np.int64)
    nearest_m, off_line, variation = (np.empty(len(first)) for _ in range(3))
    measure_spacing(x[order], y[order], starts, nearest_m, off_line, variation)
    n = np.diff(starts)
    at = rows[first]
    area_m2, perimeter_m = _outlines(subject, at, per_lon[order][first], per_lat[order][first])
    ratio = nearest_m / expected_nearest_m(n, area_m2, perimeter_m)
    columns = [
        geotags.enumerator_id.take(pa.array(at)),
        geotags.assigned_area.take(pa.array(at)),
        n,
        where_area(subject, at, DOMINAN, _PLANNED_DOMINAN).astype(np.int64),
        *(np.round(values, _DIGITS) for values in (ratio, off_line, variation)),
    ]
    return ROLL_UP.add_up([pa.table(columns, schema=SUMS)])


def expected_nearest_m(n: NDArray[np.int64], area_m2: Floats, perimeter_m: Floats) -> Floats:
    """The mean distance to the nearest neighbour of n points thrown at random into an area, in metres.

    Clark and Evans (1954) with the correction for edges of Donnelly (1978, "Simulations to determine the
    variance and edge effect of total nearest neighbour distance"): without it every small area looks
    regular. In a strip much narrower than the gaps the neighbours are those along it: then the expectation
    of points on a line of half the perimeter, which is the greater one there.
    """
    plane = 0.5 * np.sqrt(area_m2 / n) + (0.0514 + 0.041 / np.sqrt(n)) * perimeter_m / n
    line = perimeter_m / 2 * (n + 2) / (2 * n * (n + 1))
    return np.asarray(np.maximum(plane, line))


def _corners(subject: Subject, rows: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """The south-west corner of each row's assigned area, the origin of its plane."""
    lon, lat = np.empty(len(rows)), np.empty(len(rows))
    segment, row = subject.membership.segment[rows], subject.membership.row[rows]
    for position in np.unique(segment).tolist():
        here = segment == position
        boxes = subject.frame.segments[position].layers[subject.level].boxes[row[here]]
        lon[here], lat[here] = boxes[:, 0], boxes[:, 1]
    return lon, lat


def _outlines(
    subject: Subject, rows: NDArray[np.int64], per_lon: Floats, per_lat: Floats
) -> tuple[Floats, Floats]:
    """Surface (m2) and perimeter (m) of each row's assigned area."""
    area_m2, perimeter_m = np.empty(len(rows)), np.empty(len(rows))
    segment, row = subject.membership.segment[rows], subject.membership.row[rows]
    for position in np.unique(segment).tolist():
        here = np.flatnonzero(segment == position)
        layer = subject.frame.segments[position].layers[subject.level]
        found = np.empty(len(here)), np.empty(len(here))
        rings = layer.xs, layer.ys, layer.ring_offsets, layer.area_offsets
        measure_outlines(*rings, row[here], per_lon[here], per_lat[here], *found)
        area_m2[here], perimeter_m[here] = found
    return area_m2, perimeter_m


def decide(sums: pa.Table, values: Values, setting: Setting) -> Decided:
    """Fail where the ratio is above ``most_ratio``, or the points stand in one line at equal gaps.

    The ratio is 1 for points by chance, 0 for all at one place and 2.15 for the most even there can be.
    Equal gaps: both the distances from the line and the differences of the gaps are below
    ``most_variation`` of the mean gap.
    """
    n, ratio, off_line, variation = (
        np.asarray(sums.column(name)) for name in ("geotags", "ratio", "off_line", "gap_variation")
    )
    with np.errstate(invalid="ignore"):
        in_line = (off_line < values["most_variation"]) & (variation < values["most_variation"])
        fails = (ratio > values["most_ratio"]) | in_line
    return Decided(
        sums.select(["enumerator_id", "area_code"]),
        Outcomes.of(
            fails,
            Severity.INFO,
            {
                "no_enumerator": np.asarray(pc.equal(sums.column("enumerator_id"), "")),
                "few_geotags": n < values["least_geotags"],
                "planned_housing": np.asarray(sums.column("planned")) > 0,
            },
            lambda rows: {
                "geotags": n[rows],
                "ratio": np.round(ratio[rows], 3),
                "in_line": in_line[rows],
                "off_line": np.round(off_line[rows], 3),
                "gap_variation": np.round(variation[rows], 3),
            },
        ),
    )


ROLL_UP = RollUp(
    code="TOO_REGULAR",
    version=1,
    severity=Severity.INFO,
    about=About.ENUMERATOR_AREA,
    title=Text(en="Evenly spaced geotags", id="Jarak antargeotag terlalu rata"),
    message=Text(
        en="The {geotags} geotags are spaced more evenly than houses usually are.",
        id="Jarak antara {geotags} geotag ini lebih rata daripada jarak rumah pada umumnya.",
    ),
    remedy=Text(
        en="Look at them on the map. Where houses were built to a plan this is right; else ask the "
        "enumerator how the geotags were taken.",
        id="Lihat pada peta. Di perumahan yang dirancang hal ini wajar; selain itu tanyakan kepada petugas "
        "cara pengambilan geotag.",
    ),
    sums=SUMS,
    n_keys=2,
    collect=collect,
    decide=decide,
    reads=("enumerator_id",),
    parameters={
        "least_geotags": Parameter(20, "", "catalogue of checks", least=5),
        "most_ratio": Parameter(
            1.7,
            "",
            "catalogue of checks: Clark and Evans' ratio; six standard errors at 20 points",
            least=1.0,
        ),
        "most_variation": Parameter(
            0.1,
            "",
            "share of the mean gap: a phone's own scatter of 3 to 5 m on plots of 10 to 20 m is three times "
            "that",
            least=0.0,
        ),
    },
    scope=Scope.AREA,
)
