"""Large outlines (a country, the sea), asked about many points: inside or not, and how near the edge is.

An outline of half a million vertices is cut into runs of edges under a tree of boxes. Whether a point lies
inside is counted along a ray to the east, over the runs that the ray meets; how far the edge is, over the
runs within reach.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.frame import Layer
from geo.geodesy import metres_per_degrees
from geo.kernels import nearest
from geo.orientation import orientation
from geo.tree import PackedTree, query_tree

_EDGES_PER_RUN = 64


@dataclass(frozen=True, eq=False)
class Regions:
    """The edges of some areas in runs: run r is of ``area[r]`` and owns ``offsets[r]:offsets[r + 1]``."""

    xs: NDArray[np.float64]
    ys: NDArray[np.float64]
    offsets: NDArray[np.int64]
    area: NDArray[np.int64]
    tree: PackedTree

    @classmethod
    def of(cls, layer: Layer) -> Regions:
        """The areas of a layer; they may overlap."""
        starts, lengths, areas = [], [], []
        for area in range(len(layer)):
            for ring in range(int(layer.area_offsets[area]), int(layer.area_offsets[area + 1])):
                first, last = int(layer.ring_offsets[ring]), int(layer.ring_offsets[ring + 1])
                for start in range(first, last - 1, _EDGES_PER_RUN):
                    starts.append(start)
                    lengths.append(min(_EDGES_PER_RUN, last - 1 - start) + 1)
                    areas.append(area)
        offsets = np.r_[0, np.cumsum(lengths)].astype(np.int64)
        # Runs share the vertex between them.
        vertices = np.repeat(np.array(starts, np.int64) - offsets[:-1], lengths) + np.arange(offsets[-1])
        xs, ys = layer.xs[vertices], layer.ys[vertices]
        boxes = np.empty((len(starts), 4))
        if len(starts):
            boxes[:, 0], boxes[:, 1] = (np.minimum.reduceat(of, offsets[:-1]) for of in (xs, ys))
            boxes[:, 2], boxes[:, 3] = (np.maximum.reduceat(of, offsets[:-1]) for of in (xs, ys))
        return cls(xs, ys, offsets, np.array(areas, np.int64), PackedTree.pack(boxes))

    def depth_m(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64], reach_m: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Metres from each point to the edge, positive inside an area.

        Infinity (with its sign) beyond ``reach_m``. Edges are straight in longitude and latitude, metres
        those in the plane of the point's own radii.
        """
        per_lon, per_lat = metres_per_degrees(lat)
        depth = np.empty(len(lon))
        _fill_depths(
            self.xs, self.ys, self.offsets, self.area, self.tree.boxes, self.tree.items,
            lon, lat, reach_m, reach_m / np.maximum(per_lon, 1.0), reach_m / per_lat, depth,
        )  # fmt: skip
        return depth


@njit(cache=True, nogil=True)
def _fill_depths(
    xs: NDArray[np.float64],
    ys: NDArray[np.float64],
    offsets: NDArray[np.int64],
    area: NDArray[np.int64],
    boxes: NDArray[np.float64],
    items: NDArray[np.int32],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    reach_m: NDArray[np.float64],
    reach_lon: NDArray[np.float64],
    reach_lat: NDArray[np.float64],
    depth: NDArray[np.float64],
) -> None:
    found = np.empty(1024, np.int32)
    for i in range(len(lon)):
        x, y = lon[i], lat[i]
        count = query_tree(boxes, items, x, y, 1e9, y, found)
        if count > len(found):
            found = np.empty(2 * count, np.int32)
            count = query_tree(boxes, items, x, y, 1e9, y, found)
        inside = _is_inside(xs, ys, offsets, area, found[:count], x, y)
        count = query_tree(
            boxes, items, x - reach_lon[i], y - reach_lat[i], x + reach_lon[i], y + reach_lat[i], found
        )
        if count > len(found):
            found = np.empty(2 * count, np.int32)
            query_tree(
                boxes, items, x - reach_lon[i], y - reach_lat[i], x + reach_lon[i], y + reach_lat[i], found
            )
        metres = np.inf
        for run in found[:count]:
            metres = min(metres, nearest(xs, ys, offsets, run, run + 1, x, y)[0])
        if metres > reach_m[i]:
            metres = np.inf
        depth[i] = metres if inside else -metres


@njit(cache=True, nogil=True)
def _is_inside(
    xs: NDArray[np.float64],
    ys: NDArray[np.float64],
    offsets: NDArray[np.int64],
    area: NDArray[np.int64],
    runs: NDArray[np.int32],
    x: float,
    y: float,
) -> bool:
    """Whether the ray to the east crosses the edges of some area an odd number of times; exact."""
    order = np.argsort(area[runs])
    odd, last = False, -1
    for k in order:
        run = runs[k]
        if area[run] != last:
            if odd:
                return True
            odd, last = False, area[run]
        for i in range(offsets[run], offsets[run + 1] - 1):
            if (ys[i] > y) != (ys[i + 1] > y):
                side = orientation(xs[i], ys[i], xs[i + 1], ys[i + 1], x, y)
                if side == 0 or (side > 0) == (ys[i + 1] > ys[i]):
                    odd = not odd
    return odd
