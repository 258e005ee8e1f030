"""A geotag inside two areas of one level: the areas overlap, or lie above each other in one building."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit
from numpy.typing import NDArray

from geo.box_pairs import box_pairs, held_by_another
from geo.checks.groups import Groups, as_numbers
from geo.checks.protocol import Check, Columns, Outcomes, Severity, Subject, Values
from geo.floors import floor_of
from geo.frame import Layer
from geo.kernels import INSIDE, place
from geo.membership import by_area
from geo.text import Text
from geo.tree import query_tree

_MOST_NAMED = 5


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where two or more areas of the level hold the point in their interior; a shared border is none.

    ``floors`` in the evidence tells that they are all on different floors of a building (``tingkat``): those
    may lie above each other.
    """
    asked = _doubtful(subject)
    lon, lat = subject.geotags.lon[asked], subject.geotags.lat[asked]
    held = [
        _Held(layer, of[points], rows)
        for layer, of in subject.frame.layers_of_boxes(subject.level, np.column_stack([lon, lat, lon, lat]))
        for points, rows in [_areas_of_points(layer, lon[of], lat[of])]
    ]
    n_areas = np.zeros(len(subject.geotags), np.int64)
    n_areas[asked] = sum((np.bincount(one.points, minlength=len(asked)) for one in held), np.array(0))

    def evidence(failed: NDArray[np.int64]) -> Columns:
        number = np.full(len(asked), -1)
        number[np.searchsorted(asked, failed)] = np.arange(len(failed))
        return {"areas": n_areas[failed], **_named(held, number, len(failed))}

    return Outcomes.of(n_areas >= 2, Severity.INFO, {"coordinate_unusable": ~subject.usable}, evidence)


@dataclass(frozen=True, eq=False)
class _Held:
    """Areas that hold points: row ``rows[i]`` of the layer holds the point with number ``points[i]``."""

    layer: Layer
    points: NDArray[np.int64]
    rows: NDArray[np.int64]


def _doubtful(subject: Subject) -> NDArray[np.int64]:
    """The geotags that may be in several areas: all but those inside their own and in no other of its layer,
    where no box of another layer reaches its box. Most are told apart here."""
    membership = subject.membership
    inside = np.flatnonzero(membership.distance_m > 0)
    doubtful = subject.usable.copy()
    for position, rows in by_area(membership.segment, membership.row, inside):
        layer, area = subject.frame.segments[position].layers[subject.level], membership.row[rows]
        pairs = box_pairs(subject.frame, subject.level, position)
        held = held_by_another(layer, pairs, area, subject.geotags.lon[rows], subject.geotags.lat[rows])
        doubtful[rows] = held | pairs.beyond[area]
    return np.flatnonzero(doubtful)


def _named(held: list[_Held], number: NDArray[np.int64], n: int) -> Columns:
    """The codes of the areas that hold each of n points, smallest first, and whether they are on different
    floors. ``number`` tells which point is meant, -1 for none."""
    parts = [(number[one.points], one.layer, one.rows) for one in held]
    parts = [(point[point >= 0], layer, rows[point >= 0]) for point, layer, rows in parts]
    point = np.concatenate([part[0] for part in parts])
    codes = pa.concat_arrays([layer.codes.take(pa.array(rows)) for _, layer, rows in parts])
    floors = np.concatenate([_floors(layer, rows) for _, layer, rows in parts])
    order = np.lexsort((pc.rank(codes, tiebreaker="dense").to_numpy(), point))
    point, codes, floors = point[order], codes.take(pa.array(order)), floors[order]
    sizes = np.bincount(point, minlength=n)
    rank = np.arange(len(point)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    offsets = np.r_[0, np.cumsum(np.minimum(sizes, _MOST_NAMED))].astype(np.int32)
    of_point = Groups.by(point, np.arange(len(point)))
    return {
        "area_codes": pa.ListArray.from_arrays(offsets, codes.filter(pa.array(rank < _MOST_NAMED))),
        "floors": of_point.distinct(as_numbers(pa.array(floors, pa.string()))) == sizes,
    }


def _floors(layer: Layer, rows: NDArray[np.int64]) -> NDArray[np.object_]:
    """The floor of each of some areas; each area is read once."""
    areas, which = np.unique(rows, return_inverse=True)
    texts = layer.attributes.take(pa.array(areas)).to_pylist()
    return np.array([floor_of(json.loads(text or "{}")) for text in texts], object)[which]


def _areas_of_points(
    layer: Layer, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    points, rows = np.empty(2 * len(lon) + 64, np.int64), np.empty(2 * len(lon) + 64, np.int64)
    while True:
        total = _fill(
            layer.xs, layer.ys, layer.ring_offsets, layer.area_offsets, layer.tree.boxes, layer.tree.items,
            lon, lat, points, rows,
        )  # fmt: skip
        if total <= len(points):
            return points[:total], rows[:total]
        points, rows = np.empty(total, np.int64), np.empty(total, np.int64)


@njit(cache=True, nogil=True)
def _fill(
    xs: NDArray[np.float64],
    ys: NDArray[np.float64],
    ring_offsets: NDArray[np.int64],
    area_offsets: NDArray[np.int64],
    boxes: NDArray[np.float64],
    items: NDArray[np.int32],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    points: NDArray[np.int64],
    rows: NDArray[np.int64],
) -> int:
    """Write point and area for each area that holds a point; return how many there are."""
    total = 0
    found = np.empty(256, np.int32)
    for point in range(len(lon)):
        count = query_tree(boxes, items, lon[point], lat[point], lon[point], lat[point], found)
        if count > len(found):
            found = np.empty(count, np.int32)
            query_tree(boxes, items, lon[point], lat[point], lon[point], lat[point], found)
        for k in range(count):
            first, last = area_offsets[found[k]], area_offsets[found[k] + 1]
            if place(xs, ys, ring_offsets, first, last, lon[point], lat[point]) == INSIDE:
                if total < len(points):
                    points[total], rows[total] = point, found[k]
                total += 1
    return total


CHECK = Check(
    code="AMBIGUOUS_OVERLAP",
    version=1,
    severity=Severity.INFO,
    title=Text(en="In two areas at once", id="Di dua wilayah sekaligus"),
    message=Text(
        en="{areas} areas of the frame contain the point.",
        id="{areas} wilayah dalam kerangka memuat titik ini.",
    ),
    remedy=Text(
        en="Nothing to do for areas on several floors of one building; else the boundaries overlap here.",
        id="Tidak perlu tindakan untuk wilayah di beberapa lantai satu gedung; jika bukan, batasnya "
        "bertampalan.",
    ),
    decide=decide,
)
