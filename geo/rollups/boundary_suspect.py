"""A boundary that geotags of several enumerators cross at one edge: it may run elsewhere on the ground."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from geo.checks.groups import as_numbers
from geo.checks.manual_placement import placed_by_hand
from geo.checks.outside import clearly_outside, contained_elsewhere, points_of
from geo.checks.protocol import Outcomes, Severity, Values
from geo.geodesy import metres_per_degree
from geo.geotags import MOCK_YES
from geo.levels import Level
from geo.membership import find_areas, nearest_boundary
from geo.parameters import Parameter
from geo.rollups.protocol import About, Decided, RollUp, Setting
from geo.text import Text

if TYPE_CHECKING:
    from geo.engine import Checked

Floats = NDArray[np.float64]

SUMS = pa.schema(
    [
        ("area_code", pa.string()),
        ("other_area_code", pa.string()),
        ("enumerator_id", pa.string()),
        ("offset_cm", pa.int64()),
        ("at_lon_e7", pa.int64()),
        ("at_lat_e7", pa.int64()),
        ("geotags", pa.int64()),
    ]
)
_E7 = 1e7
SAME_EDGE_M = 1.0
"""Two areas share an edge where their boundaries are this near: ten steps of the canonical grid of 1e-6
degree, so that layers which were rounded apart still share it."""
_LEAST_EDGE_M = 10.0
"""Areas that touch in a corner have boundaries within a metre for a few metres: no edge."""
_SEA = "6"  # the first of the four digits of an SLS of the kind sea


def collect(checked: Checked) -> pa.Table:
    """The geotags clearly outside their area and in another one, with the boundary point next to each.

    One row for each (equal ones are counted): a median needs them all, and they are few. Mock positions
    and points placed by hand are left out.
    """
    subject, geotags = checked.subject, checked.subject.geotags
    left_out = placed_by_hand(geotags) | (geotags.is_mock == MOCK_YES)
    rows = np.flatnonzero(clearly_outside(subject) & contained_elsewhere(subject) & ~left_out)
    lon, lat = nearest_boundary(checked.membership, geotags, subject.frame, subject.level, rows)
    columns = [
        geotags.assigned_area.take(pa.array(rows)),
        subject.candidates.likeliest(points_of(subject, rows)),
        geotags.enumerator_id.take(pa.array(rows)),
        np.rint(-checked.membership.distance_m[rows] * 100).astype(np.int64),
        np.rint(lon * _E7).astype(np.int64),
        np.rint(lat * _E7).astype(np.int64),
        np.ones(len(rows), np.int64),
    ]
    return ROLL_UP.add_up([pa.table(columns, schema=SUMS)])


@dataclass(frozen=True, eq=False)
class _Pair:
    """The outside geotags of one pair of areas, m rows of the sums."""

    area_code: str
    other_area_code: str
    enumerators: NDArray[np.int64]
    offset_m: Floats
    at: Floats
    geotags: NDArray[np.int64]

    def take(self, which: NDArray[Any]) -> _Pair:
        """Some of the rows."""
        return _Pair(
            self.area_code,
            self.other_area_code,
            self.enumerators[which],
            self.offset_m[which],
            self.at[which],
            self.geotags[which],
        )

    def suffices(self, values: Values) -> bool:
        """Enough geotags of enough enumerators; those without a name count as geotags only."""
        named = np.unique(self.enumerators[self.enumerators >= 0])
        enough = self.geotags.sum() >= values["least_geotags"]
        return bool(enough and len(named) >= values["least_enumerators"])

    def median_m(self) -> float:
        """The median offset over all geotags."""
        return float(np.median(np.repeat(self.offset_m, self.geotags)))


def decide(sums: pa.Table, values: Values, setting: Setting) -> Decided:
    """Fail where enough geotags of enough enumerators lie beyond one shared edge, and not far off.

    An edge is one connected piece of the boundary that both areas have; a geotag belongs to the edge on
    which the nearest point of its own area's boundary lies. The median of the offsets must be between
    ``least_offset_m`` and ``most_offset_m``: nearer, it is noise; farther, it is not the line that is wrong.
    A subject is a pair of areas, in the direction from the assigned one; its edge with most geotags counts.
    """
    pairs = list(_pairs(sums))
    fails, coast = np.zeros(len(pairs), np.bool_), np.zeros(len(pairs), np.bool_)
    told: list[dict[str, Any]] = []
    for i, pair in enumerate(pairs):
        coast[i] = _has_sea(pair, setting)
        told.append({})
        if coast[i] or not pair.suffices(values):
            continue
        for on_edge, length_m in _edges(pair, setting):
            median_m = on_edge.median_m() if on_edge.suffices(values) else np.nan
            if not values["least_offset_m"] <= median_m <= values["most_offset_m"]:
                continue
            if _is_coast(on_edge, setting, values["coast_m"]):
                coast[i] = not fails[i]
            elif on_edge.geotags.sum() > told[i].get("geotags", 0):
                fails[i], coast[i] = True, False
                told[i] = _evidence(on_edge, median_m, length_m)
    subjects = pa.table(
        {
            "area_code": pa.array([pair.area_code for pair in pairs], pa.string()),
            "other_area_code": pa.array([pair.other_area_code for pair in pairs], pa.string()),
        }
    )
    outcomes = Outcomes.of(
        fails,
        Severity.INFO,
        {"coastline": coast},
        lambda rows: {
            name: [told[row][name] for row in rows.tolist()]
            for name in ("geotags", "enumerators", "median_offset_m", "edge_m")
        },
    )
    return Decided(subjects, outcomes)


def _pairs(sums: pa.Table) -> Iterator[_Pair]:
    """The rows of each pair of areas, which stand together in sums."""
    codes = [sums.column(name).combine_chunks() for name in SUMS.names[:2]]
    number = as_numbers(pc.binary_join_element_wise(*codes, "\x1f"))
    names = sums.column("enumerator_id").combine_chunks()
    enumerators = np.where(np.asarray(pc.equal(names, "")), -1, as_numbers(names))
    offset_m = np.asarray(sums.column("offset_cm")) / 100
    at = np.column_stack([np.asarray(sums.column(name)) / _E7 for name in ("at_lon_e7", "at_lat_e7")])
    geotags = np.asarray(sums.column("geotags"))
    edges = np.flatnonzero(np.diff(number)) + 1
    for start, end in zip(np.r_[0, edges].tolist(), np.r_[edges, len(number)].tolist(), strict=True):
        if end > start:
            area_code, other = (code[start].as_py() for code in codes)
            some = slice(start, end)
            yield _Pair(area_code, other, enumerators[some], offset_m[some], at[some], geotags[some])


def _evidence(on_edge: _Pair, median_m: float, length_m: float) -> dict[str, Any]:
    return {
        "geotags": int(on_edge.geotags.sum()),
        "enumerators": len(np.unique(on_edge.enumerators[on_edge.enumerators >= 0])),
        "median_offset_m": round(median_m, 1),
        "edge_m": round(length_m),
    }


def _edges(pair: _Pair, setting: Setting) -> Iterator[tuple[_Pair, float]]:
    """The geotags of each shared edge, with its length in metres."""
    codes = pa.array([pair.area_code, pair.other_area_code])
    segment, row = find_areas(codes, setting.frame, setting.level)
    if (row < 0).any():
        return
    layers = [setting.frame.segments[position].layers[setting.level] for position in segment.tolist()]
    origin = layers[0].boxes[row[0], :2]
    per_degree = np.array(metres_per_degree(float(origin[1])))
    lines = [
        shapely.transform(layer.geometry(int(one)).boundary, lambda xy: (xy - origin) * per_degree)
        for layer, one in zip(layers, row, strict=True)
    ]
    shared = shapely.line_merge(shapely.intersection(lines[0], lines[1].buffer(SAME_EDGE_M)))
    edges = [edge for edge in shapely.get_parts(shared) if edge.length >= _LEAST_EDGE_M]
    if not edges:
        return
    points = shapely.points((pair.at - origin) * per_degree)
    distance = np.stack([shapely.distance(points, edge) for edge in edges])
    nearest = distance.argmin(axis=0)
    for i, edge in enumerate(edges):
        on_it = np.flatnonzero((nearest == i) & (distance[i] <= SAME_EDGE_M))
        if len(on_it):
            yield pair.take(on_it), float(edge.length)


def _has_sea(pair: _Pair, setting: Setting) -> bool:
    """Whether one of the two is an area of the sea (kdsls 6xxx)."""
    widths = setting.frame.scheme.widths
    if Level.SLS not in widths:
        return False
    first = widths[Level.DESA]
    return any(
        len(code) >= widths[Level.SLS] and code[first] == _SEA
        for code in (pair.area_code, pair.other_area_code)
    )


def _is_coast(on_edge: _Pair, setting: Setting, coast_m: float) -> bool:
    """Whether more than half of the geotags' boundary points lie within ``coast_m`` of a water layer."""
    water = setting.context.water
    if water is None:
        return False
    lon, lat = on_edge.at.T
    near = water.depth_m(lon, lat, np.full(len(lon), coast_m)) > -np.inf
    return bool(on_edge.geotags[near].sum() * 2 > on_edge.geotags.sum())


ROLL_UP = RollUp(
    code="BOUNDARY_SUSPECT",
    version=1,
    severity=Severity.INFO,
    about=About.AREA_PAIR,
    title=Text(en="The boundary may run elsewhere", id="Batas mungkin tidak di sini"),
    message=Text(
        en="{geotags} geotags of {enumerators} enumerators lie beyond one edge of {edge_m} m, half of them "
        "more than {median_offset_m:.0f} m.",
        id="{geotags} geotag dari {enumerators} petugas berada di seberang satu garis batas sepanjang "
        "{edge_m} m, separuhnya lebih dari {median_offset_m:.0f} m.",
    ),
    remedy=Text(
        en="Compare the edge with imagery and ask on the spot; if it runs elsewhere, change the boundary and "
        "not the points.",
        id="Bandingkan garis batas dengan citra dan tanyakan di lapangan; jika letaknya lain, ubah batasnya, "
        "bukan titiknya.",
    ),
    sums=SUMS,
    n_keys=6,
    collect=collect,
    decide=decide,
    reads=("is_mock", "source", "enumerator_id"),
    parameters={
        "least_geotags": Parameter(10, "", "catalogue of checks", least=1),
        "least_enumerators": Parameter(2, "", "catalogue of checks: no one person's habit", least=1),
        "least_offset_m": Parameter(5.0, "m", "catalogue of checks: nearer is noise", least=0.0),
        "most_offset_m": Parameter(150.0, "m", "catalogue of checks: farther is no drawing error", least=0.0),
        "coast_m": Parameter(100.0, "m", "catalogue of checks: the coast, of IN_WATER", least=0.0),
    },
)
