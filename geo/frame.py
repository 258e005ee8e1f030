"""The frame in memory: columns of codes and ragged arrays of coordinates, shared by every check.

A ``Frame`` is a tuple of ``Segment`` (one kabupaten each), a segment holds one ``Layer`` per level.
All arrays may be read-only views of a mapped file: nothing here copies or rebuilds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa
import rtree
import shapely
from numpy.typing import NDArray

from geo.centroids import fill_centroids
from geo.code_index import CodeIndex
from geo.codes import CodeScheme
from geo.errors import ValueRefused
from geo.levels import Level
from geo.lineage import Lineage
from geo.tree import PackedTree

DEFAULT_BOUNDARY_SIGMA_M = 5.0


def require_boundary_sigma(boundary_sigma_m: float) -> None:
    """Raise ``ValueRefused`` for a standard deviation that no boundary has: none, or over a kilometre."""
    if not 0 < boundary_sigma_m <= 1000:
        raise ValueRefused(where="boundary_sigma_m", value=boundary_sigma_m, wanted="0 < m <= 1000")


@dataclass(frozen=True, eq=False)
class Layer:
    """The areas of one level in one segment.

    ``codes``, ``names``, ``attributes`` (JSON text) have length n. Area ``i`` owns the rings
    ``area_offsets[i]:area_offsets[i + 1]``; ring ``r`` owns the vertices
    ``ring_offsets[r]:ring_offsets[r + 1]`` of ``xs`` and ``ys`` (degrees, WGS 84, closed).
    Exterior rings run counter-clockwise and holes clockwise. ``boxes`` is (n, 4).
    """

    level: Level
    codes: pa.StringArray
    names: pa.StringArray
    attributes: pa.StringArray
    area_offsets: NDArray[np.int64]
    ring_offsets: NDArray[np.int64]
    xs: NDArray[np.float64]
    ys: NDArray[np.float64]
    boxes: NDArray[np.float64]
    tree: PackedTree

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def centroids(self) -> NDArray[np.float64]:
        """Longitude and latitude of each area's centroid, (n, 2); NaN without surface."""
        centroids = np.empty((len(self), 2))
        fill_centroids(self.xs, self.ys, self.ring_offsets, self.area_offsets, centroids)
        return centroids

    @classmethod
    def from_geometries(
        cls,
        level: Level,
        codes: Sequence[str],
        names: Sequence[str],
        attributes: Sequence[str],
        geometries: Iterable[Any],
    ) -> Layer:
        """Build from shapely polygons or multipolygons in degrees, longitude first.

        An invalid geometry is read as GEOS reads it when it asks whether a point lies inside: in one
        of its parts, in that part's exterior (even-odd) and in none of its holes. Its rings are split
        where they cross; no vertex is moved.
        """
        shapes = np.asarray(list(geometries), dtype=object)
        invalid = ~shapely.is_valid(shapes)
        if invalid.any():
            shapes[invalid] = [_even_odd(shape) for shape in shapes[invalid]]
        shapes = shapely.orient_polygons(shapes, exterior_cw=False)
        parts, area_of_part = shapely.get_parts(shapes, return_index=True)
        rings, part_of_ring = shapely.get_rings(parts, return_index=True)
        area_of_ring = area_of_part[part_of_ring]
        xy, ring_of_vertex = shapely.get_coordinates(rings, return_index=True)
        boxes = np.ascontiguousarray(shapely.bounds(shapes).reshape(-1, 4))
        return cls(
            level=level,
            codes=pa.array(list(codes), pa.string()),
            names=pa.array(list(names), pa.string()),
            attributes=pa.array(list(attributes), pa.string()),
            area_offsets=np.searchsorted(area_of_ring, np.arange(len(shapes) + 1)).astype(np.int64),
            ring_offsets=np.searchsorted(ring_of_vertex, np.arange(len(rings) + 1)).astype(np.int64),
            xs=np.ascontiguousarray(xy[:, 0]),
            ys=np.ascontiguousarray(xy[:, 1]),
            boxes=boxes,
            tree=PackedTree.pack(boxes),
        )

    def geometry(self, row: int) -> shapely.MultiPolygon:
        """The polygons of one area: each counter-clockwise ring with the holes that follow it."""
        first, last = int(self.area_offsets[row]), int(self.area_offsets[row + 1])
        parts: list[list[NDArray[np.float64]]] = []
        for ring in range(first, last):
            span = slice(int(self.ring_offsets[ring]), int(self.ring_offsets[ring + 1]))
            xy = np.column_stack([self.xs[span], self.ys[span]])
            if shapely.is_ccw(shapely.linearrings(xy)) or not parts:
                parts.append([xy])
            else:
                parts[-1].append(xy)
        return shapely.MultiPolygon([shapely.Polygon(rings[0], rings[1:]) for rings in parts])


def _even_odd(shape: Any) -> Any:
    """The polygons of an invalid shape: of the faces between its rings those that lie inside a part."""
    parts = shapely.get_parts(shape)
    # A ring without a face (a spike, a point three times) divides nothing and is gone.
    lines = shapely.get_parts(shapely.union_all(shapely.boundary(parts)))
    faces = shapely.get_parts(shapely.polygonize(lines))
    at = _inner_points(faces, lines)
    inside = np.zeros(len(faces), np.bool_)
    for part in parts:
        within = _in_ring(part.exterior, at)
        for hole in part.interiors:
            within &= ~_in_ring(hole, at)
        inside |= within
    polygons = [p for p in shapely.get_parts(shapely.union_all(faces[inside])) if p.geom_type == "Polygon"]
    return shapely.MultiPolygon(polygons)


def _inner_points(faces: NDArray[Any], lines: NDArray[Any]) -> NDArray[Any]:
    """A point inside each face and on none of the lines: a spike enters a face and does not divide it."""
    at = shapely.point_on_surface(faces)
    drawn = shapely.union_all(lines)
    for face in np.flatnonzero(shapely.intersects(drawn, at)).tolist():
        middles = shapely.centroid(shapely.get_parts(shapely.constrained_delaunay_triangles(faces[face])))
        free = middles[~shapely.intersects(drawn, middles)]
        at[face] = free[0] if len(free) else at[face]
    return np.asarray(at)


def _in_ring(ring: Any, points: NDArray[Any]) -> NDArray[np.bool_]:
    # Not contains_xy: it prepares the ring, and prepared rings of spikes hold points that are outside.
    return np.asarray(shapely.relate_pattern(shapely.Polygon(ring), points, "0********"))


@dataclass(frozen=True, eq=False)
class Segment:
    """The areas of one kabupaten, all levels. ``withheld`` codes were used twice and are not here."""

    key: str
    layers: dict[Level, Layer]
    withheld: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class CodesOfLevel:
    """All codes of one level, and segment and row of the area that each names; -1 behind the last."""

    index: CodeIndex
    segments: NDArray[np.int32]
    rows: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Frame:
    """A release of a frame, ready for the kernels.

    ``boundary_sigma_m`` is the standard deviation of the boundaries themselves (5 m by default,
    30 m for sketch-digitised layers). ``release`` is the label that every verdict names. ``lineage`` tells
    what became of areas that earlier releases had, where that is known.
    """

    scheme: CodeScheme
    segments: tuple[Segment, ...]
    boundary_sigma_m: float = DEFAULT_BOUNDARY_SIGMA_M
    release: str = ""
    lineage: Lineage | None = None
    _boxes_of_level: dict[Level, Any] = field(default_factory=dict, init=False, repr=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)
    _codes_of_level: dict[Level, CodesOfLevel] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def segment_of_key(self) -> dict[str, int]:
        """The position of each segment by its key."""
        return {segment.key: i for i, segment in enumerate(self.segments)}

    @cached_property
    def withheld(self) -> frozenset[str]:
        """Every withheld code of the release."""
        return frozenset().union(*(segment.withheld for segment in self.segments))

    def levels(self) -> list[Level]:
        """The levels that at least one segment has, highest first."""
        return [level for level in Level if any(level in s.layers for s in self.segments)]

    def layers(self, level: Level) -> list[tuple[int, Layer]]:
        """The layers of one level with the position of their segments."""
        return [(i, s.layers[level]) for i, s in enumerate(self.segments) if level in s.layers]

    def codes(self, level: Level) -> CodesOfLevel:
        """Every code of a level, made ready for search when it is first asked for."""
        if level not in self._codes_of_level:
            layers = self.layers(level)
            sizes = [len(layer) for _, layer in layers]
            codes = pa.chunked_array([layer.codes for _, layer in layers], pa.string()).combine_chunks()
            self._codes_of_level[level] = CodesOfLevel(
                CodeIndex.of(codes, self.scheme.widths[level], digits=not self.scheme.separator),
                np.r_[np.repeat([position for position, _ in layers], sizes), -1].astype(np.int32),
                np.concatenate([*(np.arange(size) for size in sizes), [-1]]).astype(np.int64),
            )
        return self._codes_of_level[level]

    def layers_touching(self, level: Level, box: tuple[float, float, float, float]) -> list[Layer]:
        """The layers of one level whose extent touches a box in degrees, for searching beyond a kabupaten."""
        with self._lock:
            hits = sorted(self._index(level).intersection(box))
        return [self.segments[position].layers[level] for position in hits]

    def layers_of_boxes(
        self, level: Level, boxes: NDArray[np.float64]
    ) -> list[tuple[Layer, NDArray[np.int64]]]:
        """``layers_touching`` of many boxes (n, 4): each layer with the numbers of the boxes it touches."""
        if not len(boxes):
            return []
        # The index takes rows of its own memory only.
        low, high = np.ascontiguousarray(boxes[:, :2]), np.ascontiguousarray(boxes[:, 2:])
        with self._lock:
            positions, counts = self._index(level).intersection_v(low, high)
        numbers = np.repeat(np.arange(len(boxes)), counts.astype(np.int64))
        order = np.lexsort((numbers, positions))
        positions, numbers = positions[order], numbers[order]
        touched, starts = np.unique(positions, return_index=True)
        return [
            (self.segments[position].layers[level], some)
            for position, some in zip(touched.tolist(), np.split(numbers, starts[1:]), strict=False)
        ]

    def _index(self, level: Level) -> Any:
        """Only to be asked under the lock: libspatialindex is not made for several threads."""
        if level not in self._boxes_of_level:
            # Releases and reverts swap segments one by one: the small mutable tree suits that, the
            # packed tree inside each segment never changes.
            index = rtree.index.Index()
            for position, layer in self.layers(level):
                around = _around(layer.boxes)
                if around[0] <= around[2]:
                    index.insert(position, around)
            self._boxes_of_level[level] = index
        return self._boxes_of_level[level]

    def extent(self) -> tuple[float, float, float, float]:
        """Min longitude, min latitude, max longitude, max latitude of everything loaded.

        Of nothing: plus infinity twice, then minus infinity twice.
        """
        return self._extent

    @cached_property
    def _extent(self) -> tuple[float, float, float, float]:
        boxes = [layer.boxes for segment in self.segments for layer in segment.layers.values()]
        return _around(np.concatenate([np.empty((0, 4)), *boxes]))


def _around(boxes: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """The box around boxes; areas whose geometry collapsed have a box of NaN and do not count."""
    known = boxes[~np.isnan(boxes[:, 0])]
    west, south = known[:, :2].min(axis=0, initial=np.inf).tolist()
    east, north = known[:, 2:].max(axis=0, initial=-np.inf).tolist()
    return west, south, east, north
