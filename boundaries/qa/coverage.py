"""The areas of one level taken together: where they overlap, and what land they leave out."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import shapely

from boundaries.areas import AreaTable


class LevelCoverage:
    """The outlines of one level as shapes that can be measured, with what several checks need of them.

    An invalid outline takes part as a repaired copy (GEOS make_valid, crossing lines become lobes):
    left out, its whole land would seem to be a gap. The copy is for measuring only.
    """

    def __init__(self, table: AreaTable) -> None:
        self.table = table
        self.repaired: np.ndarray = ~np.asarray(shapely.is_valid(table.geometries), dtype=bool)
        self.shapes: np.ndarray = table.geometries.copy()
        for row in np.flatnonzero(self.repaired):
            self.shapes[row] = _valid_copy(self.shapes[row])
        self._invalid_edges: dict[float, np.ndarray] = {}

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Over ``shapes``; its positions are the table's."""
        return shapely.STRtree(self.shapes)

    def invalid_edges(self, gap_width_deg: float) -> np.ndarray:
        """Per area the edges that do not match its neighbours', or that line a gap under this width.

        Finds every overlap (a contained area is flagged alone) but no gap that is wider or enclosed.
        """
        if gap_width_deg not in self._invalid_edges:
            edges = shapely.coverage_invalid_edges(self.shapes, gap_width_deg)
            self._invalid_edges[gap_width_deg] = np.asarray(edges, dtype=object)
        return self._invalid_edges[gap_width_deg]

    @cached_property
    def overlapping_pairs(self) -> np.ndarray:
        """(n, 2) positions, smaller first, of areas that may overlap.

        The border of an overlap consists of edges of one area inside the other, so one of the two has
        an invalid edge that meets the other.
        """
        edges = self.invalid_edges(0.0)
        flagged = np.flatnonzero(~shapely.is_empty(edges))
        edge_of, area = self.tree.query(edges[flagged], predicate="intersects")
        pairs = np.sort(np.column_stack([flagged[edge_of], area]), axis=1)
        return np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)

    @cached_property
    def union(self) -> np.ndarray:
        """The parts of the union of all areas: an array of Polygons."""
        clean = shapely.is_empty(self.invalid_edges(0.0))
        # Areas without an invalid edge match each other vertex by vertex: their union is quick.
        joined = shapely.get_parts(shapely.coverage_union_all(self.shapes[clean])) if clean.any() else []
        parts = np.append(self.shapes[~clean], joined)
        whole = shapely.union_all(parts) if (~clean).any() else shapely.multipolygons(parts)
        parts = shapely.get_parts(whole)
        return np.asarray(parts[shapely.get_type_id(parts) == 3], dtype=object)

    @cached_property
    def holes(self) -> np.ndarray:
        """The enclosed gaps: each interior ring of the union, as a Polygon."""
        rings, owner = shapely.get_rings(self.union, return_index=True)
        first_of_part = (
            np.concatenate([[True], owner[1:] != owner[:-1]]) if len(owner) else owner.astype(bool)
        )
        return np.asarray(shapely.polygons(rings[~first_of_part]), dtype=object)

    @cached_property
    def hole_tree(self) -> shapely.STRtree:
        """Over ``holes``."""
        return shapely.STRtree(self.holes)

    def neighbours(self, shapes: np.ndarray) -> list[list[int]]:
        """Per polygon the positions of the areas along its outline, the longest shared border first."""
        rings, of_shape = shapely.get_rings(shapes, return_index=True)
        xy, of_ring = shapely.get_coordinates(rings, return_index=True)
        same_ring = of_ring[1:] == of_ring[:-1]
        start, end, owner = xy[:-1][same_ring], xy[1:][same_ring], of_shape[of_ring[1:][same_ring]]
        found: list[dict[int, float]] = [{} for _ in shapes]
        if len(owner):
            position, area = self.tree.query_nearest(shapely.points((start + end) / 2), all_matches=False)
            lengths = np.hypot(*(end - start).T)[position]
            for shape, row, length in zip(
                owner[position].tolist(), area.tolist(), lengths.tolist(), strict=True
            ):
                found[shape][row] = found[shape].get(row, 0.0) + length
        codes = self.table.codes
        return [sorted(borders, key=lambda row: (-borders[row], codes[row], row)) for borders in found]


def polygonal(geometry: shapely.Geometry) -> shapely.MultiPolygon:
    """The polygons of a geometry as a MultiPolygon, without its points and lines."""
    parts = shapely.get_parts(geometry)
    while np.any(shapely.get_type_id(parts) > 3):
        parts = shapely.get_parts(parts)
    return shapely.MultiPolygon(list(parts[shapely.get_type_id(parts) == 3]))


def _valid_copy(geometry: shapely.Geometry) -> shapely.MultiPolygon:
    try:
        return polygonal(shapely.make_valid(geometry))
    except shapely.errors.GEOSException:
        # Seen with parts that are flat: make_valid then mixes dimensions and gives up.
        return polygonal(shapely.buffer(geometry, 0))
