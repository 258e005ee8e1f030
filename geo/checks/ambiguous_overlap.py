"""A geotag inside two areas of one level: the areas overlap, or lie above each other in one building."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from geo.checks.protocol import Check, Columns, Outcomes, Severity, Subject, Values
from geo.frame import Layer
from geo.kernels import INSIDE, place
from geo.text import Text
from geo.tree import query_tree

_MOST_NAMED = 5


def decide(subject: Subject, values: Values) -> Outcomes:
    """Fail where two or more areas of the level hold the point in their interior; a shared border is none."""
    points, layers, rows = _containing(subject)
    n_areas = np.bincount(points, minlength=len(subject.geotags))

    def evidence(failed: NDArray[np.int64]) -> Columns:
        codes: dict[int, list[str]] = {row: [] for row in failed.tolist()}
        floors = dict.fromkeys(codes, False)
        for point, position, row in zip(points.tolist(), layers.tolist(), rows.tolist(), strict=True):
            if point not in codes:
                continue
            layer = subject.frame.segments[position].layers[subject.level]
            codes[point].append(layer.codes[row].as_py())
            floors[point] |= _is_floor(json.loads(layer.attributes[row].as_py() or "{}"))
        return {
            "areas": n_areas[failed],
            "area_codes": pa.array(
                [sorted(found)[:_MOST_NAMED] for found in codes.values()], pa.list_(pa.string())
            ),
            "floors": np.array(list(floors.values()), np.bool_),
        }

    return Outcomes.of(n_areas >= 2, Severity.INFO, {"coordinate_unusable": ~subject.usable}, evidence)


def _containing(
    subject: Subject,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Of each geotag that several boxes hold, the areas it lies in: row of the batch, segment, row of the "
    "layer."""
    lon, lat = subject.geotags.lon, subject.geotags.lat
    found: list[tuple[NDArray[np.int64], ...]] = [(np.empty(0, np.int64),) * 3]
    for position, layer in subject.frame.layers(subject.level):
        west, south = np.nanmin(layer.boxes[:, :2], axis=0, initial=np.inf)
        east, north = np.nanmax(layer.boxes[:, 2:], axis=0, initial=-np.inf)
        with np.errstate(invalid="ignore"):
            near = subject.usable & (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
        which = np.flatnonzero(near)
        if len(which):
            points, rows = _areas_of_points(layer, lon[which], lat[which])
            found.append((which[points], np.full(len(points), position), rows))
    points, positions, rows = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return points, positions, rows


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


def _is_floor(attributes: dict[str, object]) -> bool:
    return any(str(attributes.get(name) or "").strip() not in ("", "0") for name in ("tingkat", "nm_gedung"))


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
