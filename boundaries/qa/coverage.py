"""The areas of one level taken together: where they overlap, and what land they leave out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import numpy as np
import shapely

from boundaries.areas import AreaTable

POLYGON = 3
"""shapely.GeometryType.POLYGON, as plain number."""

BUNDLE = 150
"""How many areas, neighbours by their codes, are merged at once: about the villages of a kabupaten."""

SAME_PLACE_DEG = 1e-9
"""An edge of an area and the same edge in a union differ by the noise of noding alone, far below this."""


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
    def _bulks(self) -> np.ndarray:
        """The union of each bundle of areas, as single Polygons: what lies inside a bundle is merged."""
        in_order = np.array(
            sorted(range(len(self.table)), key=lambda row: self.table.codes[row]), dtype=np.intp
        )
        bundles = [in_order[start : start + BUNDLE] for start in range(0, len(in_order), BUNDLE)]
        # GEOS works outside Python's lock.
        with ThreadPoolExecutor() as pool:
            parts = np.concatenate(list(pool.map(lambda rows: _merged(self.shapes[rows]), bundles)))
        return np.asarray(parts, dtype=object)

    @cached_property
    def _filled(self) -> np.ndarray:
        """The union of the bulks with their holes filled: Polygons whose holes lie between bulks."""
        return _merged(np.asarray(shapely.polygons(shapely.get_exterior_ring(self._bulks)), dtype=object))

    @cached_property
    def outer_rings(self) -> np.ndarray:
        """The outer border of the level: an array of LinearRings."""
        return np.asarray(shapely.get_exterior_ring(self._filled), dtype=object)

    @cached_property
    def holes(self) -> np.ndarray:
        """The enclosed gaps, as Polygons: interior rings of the union of all areas, less the islands in them.

        Found in two steps, for one union of a whole country takes minutes: holes inside a bulk, less
        what other bulks cover of them, and holes between bulks.
        """
        inside, bulk_of = _interior_rings(self._bulks)
        covering, covered = shapely.STRtree(inside).query(self._bulks, predicate="intersects")
        others = bulk_of[covered] != covering
        covering, covered = covering[others], covered[others]
        for hole in np.unique(covered):
            cover = shapely.union_all(self._bulks[covering[covered == hole]])
            inside[hole] = polygonal(shapely.difference(inside[hole], cover))
        pieces = np.concatenate([shapely.get_parts(inside), _interior_rings(self._filled)[0]])
        # A bulk in the hole of another and with a hole itself: its hole was found from both.
        first, again = shapely.STRtree(pieces).query(shapely.point_on_surface(pieces), predicate="within")
        return np.asarray(np.delete(pieces, np.unique(first[again < first])), dtype=object)

    @cached_property
    def hole_tree(self) -> shapely.STRtree:
        """Over ``holes``."""
        return shapely.STRtree(self.holes)

    def shared_land(self, pairs: np.ndarray) -> np.ndarray:
        """Per pair of positions what both shapes hold: an object array of geometries, some empty."""
        blocks = np.array_split(pairs, max(1, len(pairs) // 2000))
        with ThreadPoolExecutor() as pool:
            shared = pool.map(
                lambda block: shapely.intersection(self.shapes[block[:, 0]], self.shapes[block[:, 1]]), blocks
            )
            return np.concatenate(list(shared))

    def neighbours(self, shapes: np.ndarray) -> list[list[int]]:
        """Per gap the positions of the areas along it: two by their codes, more by their shared border.

        ``shapes`` are Polygons that lie between the areas, as ``holes`` does.
        """
        found: list[list[int]] = [[] for _ in shapes]
        shape, area = self.tree.query(shapes, predicate="dwithin", distance=SAME_PLACE_DEG)
        for position, row in zip(shape.tolist(), area.tolist(), strict=True):
            found[position].append(row)
        many = [position for position, rows in enumerate(found) if len(rows) > 2]
        borders = dict(zip(many, self._shared_borders(shapes[many]), strict=True))
        codes, file_rows = self.table.codes, self.table.file_rows

        def rank(position: int, row: int) -> tuple[float, str, int]:
            # Rounded, for the sum of the same lengths in another order differs in the last digits.
            length = round(borders[position].get(row, 0.0), 9) if position in borders else 0.0
            return -length, codes[row], file_rows[row]

        return [
            sorted(borders.get(position, rows), key=lambda row, position=position: rank(position, row))
            for position, rows in enumerate(found)
        ]

    def _shared_borders(self, shapes: np.ndarray) -> list[dict[int, float]]:
        """Per polygon: position of a nearest area -> degrees of the outline that are nearest to it."""
        rings, of_shape = shapely.get_rings(shapes, return_index=True)
        xy, of_ring = shapely.get_coordinates(rings, return_index=True)
        same_ring = of_ring[1:] == of_ring[:-1]
        start, end, owner = xy[:-1][same_ring], xy[1:][same_ring], of_shape[of_ring[1:][same_ring]]
        found: list[dict[int, float]] = [{} for _ in shapes]
        if len(owner):
            position, area = self.tree.query_nearest(shapely.points((start + end) / 2))
            lengths = np.hypot(*(end - start).T)[position]
            for shape, row, length in zip(
                owner[position].tolist(), area.tolist(), lengths.tolist(), strict=True
            ):
                found[shape][row] = found[shape].get(row, 0.0) + length
        return found


def _merged(shapes: np.ndarray) -> np.ndarray:
    """The parts of the union of some polygons, as an array of Polygons."""
    parts = shapely.get_parts(shapely.disjoint_subset_union_all(shapes))
    return np.asarray(parts[shapely.get_type_id(parts) == POLYGON], dtype=object)


def _interior_rings(polygons: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every hole as a Polygon, and the position of the polygon it is in."""
    rings, owner = shapely.get_rings(polygons, return_index=True)
    is_hole = np.zeros(len(owner), dtype=bool)
    is_hole[1:] = owner[1:] == owner[:-1]
    return np.asarray(shapely.polygons(rings[is_hole]), dtype=object), owner[is_hole]


def polygonal(geometry: shapely.Geometry) -> shapely.MultiPolygon:
    """The polygons of a geometry as a MultiPolygon, without its points and lines."""
    parts = shapely.get_parts(geometry)
    while np.any(shapely.get_type_id(parts) > POLYGON):
        parts = shapely.get_parts(parts)
    return shapely.MultiPolygon(list(parts[shapely.get_type_id(parts) == POLYGON]))


def _valid_copy(geometry: shapely.Geometry) -> shapely.MultiPolygon:
    try:
        return polygonal(shapely.make_valid(geometry))
    except shapely.errors.GEOSException:
        # Seen with parts that are flat: make_valid then mixes dimensions and gives up.
        return polygonal(shapely.buffer(geometry, 0))
