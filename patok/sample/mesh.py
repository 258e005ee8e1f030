"""A mesh of small cells with crooked borders: every border line exists once and both neighbours use it.

Cells are the Voronoi cells of their seeds. The straight edge between two seeds is replaced by a
crooked line inside the two triangles that the edge spans with its seeds. Those triangles never
overlap for two edges, so no two lines cross, and whatever is dissolved from cells is a coverage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from patok.sample.plane import Floats, LocalPlane

Ints = NDArray[np.int64]

GRID_DECIMALS = 6
_RELAXATIONS = 3
_LEVELS = 3  # 2**3 = 8 steps on a long edge, 4 on one below _SHORT_EDGE_M
_SHORT_EDGE_M = 450.0
_STRAIGHT_EDGE_M = 4.0
# Keeps a line off the rim of its two triangles, so that rounding to 1e-6 degree (0.06 m) crosses nothing.
_ROOM = 0.8


@dataclass(frozen=True)
class Mesh:
    """``seeds`` (n, 2) metres; ``sides`` (m, 2) the two cells of each edge; ``ends`` (m, 2) its two corners.

    ``lines`` are the m crooked lines from the first corner to the second in longitude/latitude on the
    1e-6 degree grid; ``lengths_m`` those of the straight edges.
    """

    seeds: Floats
    sides: Ints
    ends: Ints
    lengths_m: Floats
    lines: list[Floats]

    def polygons(self, cells: Ints) -> np.ndarray:
        """The polygons of some cells, none of them at the rim of the mesh."""
        wanted = np.zeros(len(self.seeds), bool)
        wanted[cells] = True
        edges_of: dict[int, list[int]] = {int(c): [] for c in cells}
        for edge in np.flatnonzero(wanted[self.sides].any(axis=1)).tolist():
            for side in self.sides[edge].tolist():
                if wanted[side]:
                    edges_of[side].append(edge)
        return shapely.polygons([self._ring(edges_of[int(c)]) for c in cells])

    def _ring(self, edges: list[int]) -> shapely.LinearRing:
        at: dict[int, list[int]] = {}
        for edge in edges:
            for corner in self.ends[edge].tolist():
                at.setdefault(corner, []).append(edge)
        edge, corner, parts = edges[0], int(self.ends[edges[0], 0]), []
        for _ in edges:
            forward = corner == self.ends[edge, 0]
            parts.append(self.lines[edge][:-1] if forward else self.lines[edge][:0:-1])
            corner = int(self.ends[edge, 1] if forward else self.ends[edge, 0])
            one, other = at[corner]
            edge = other if edge == one else one
        ring = np.concatenate(parts)
        kept = np.any(ring != np.roll(ring, 1, axis=0), axis=1)
        return shapely.LinearRing(ring[kept])


def scatter_seeds(
    spacing_m: Callable[[Floats], Floats],
    low: tuple[float, float],
    high: tuple[float, float],
    rng: np.random.Generator,
) -> Floats:
    """Seeds (n, 2) in a rectangle, about ``spacing_m(seeds)`` apart: squares are quartered down to it."""
    top = 1_600.0
    counts = np.ceil((np.array(high) - low) / top).astype(int)
    corners = (
        np.stack(np.meshgrid(*(np.arange(c) for c in counts), indexing="ij"), -1).reshape(-1, 2) * top + low
    )
    size, leaves = top, []
    while len(corners):
        # A random threshold blurs the steps between powers of two.
        split = size > spacing_m(corners + size / 2) * rng.uniform(0.75, 1.5, len(corners))
        leaves.append(corners[~split] + size * rng.uniform(0.15, 0.85, ((~split).sum(), 2)))
        size /= 2
        corners = (corners[split][:, None, :] + size * np.array([[0, 0], [1, 0], [0, 1], [1, 1]])).reshape(
            -1, 2
        )
    return np.concatenate(leaves)


def make_mesh(seeds: Floats, plane: LocalPlane, rng: np.random.Generator) -> Mesh:
    """The mesh of the given seeds, made a little more even first."""
    for _ in range(_RELAXATIONS):
        seeds = _evened(seeds, _triangles(seeds))
    triangles = _triangles(seeds)
    sides, ends = _edges(triangles)
    corners = _circumcentres(seeds[triangles])
    lengths = np.hypot(*(corners[ends[:, 1]] - corners[ends[:, 0]]).T)
    return Mesh(seeds, sides, ends, lengths, _crooked_lines(seeds, sides, corners[ends], plane, rng))


def _triangles(seeds: Floats) -> Ints:
    found = shapely.get_parts(shapely.delaunay_triangles(shapely.multipoints(seeds)))
    corners = shapely.get_coordinates(found).reshape(-1, 4, 2)[:, :3].reshape(-1, 2)
    order = np.lexsort((seeds[:, 1], seeds[:, 0]))
    keys = seeds.astype("f8").view("c16").ravel()
    # Complex numbers sort by real, then imaginary part: the same order as lexsort's.
    where = np.searchsorted(keys[order], np.ascontiguousarray(corners).view("c16").ravel())
    return order[where].reshape(-1, 3)


def _edges(triangles: Ints) -> tuple[Ints, Ints]:
    """Pairs of seeds that two triangles share, and those two triangles."""
    pairs = np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    owner = np.repeat(np.arange(len(triangles)), 3)
    order = np.lexsort((owner, pairs[:, 1], pairs[:, 0]))
    pairs, owner = pairs[order], owner[order]
    first = np.flatnonzero((pairs[1:] == pairs[:-1]).all(axis=1))
    return pairs[first], np.stack([owner[first], owner[first + 1]], axis=1)


def _evened(seeds: Floats, triangles: Ints) -> Floats:
    sides, _ = _edges(triangles)
    total, count = np.zeros_like(seeds), np.zeros(len(seeds))
    for here, there in (sides.T, sides.T[::-1]):
        np.add.at(total, here, seeds[there])
        np.add.at(count, here, 1)
    return 0.5 * seeds + 0.5 * total / np.maximum(count, 1)[:, None]


def _circumcentres(corners: Floats) -> Floats:
    a = corners[:, 0]
    b, c = corners[:, 1] - a, corners[:, 2] - a
    d = 2 * (b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0])
    b2, c2 = (b**2).sum(1), (c**2).sum(1)
    offset = np.stack([c[:, 1] * b2 - b[:, 1] * c2, b[:, 0] * c2 - c[:, 0] * b2], axis=1)
    return a + offset / np.where(d == 0, np.finfo(float).tiny, d)[:, None]


def _crooked_lines(
    seeds: Floats, sides: Ints, ends: Floats, plane: LocalPlane, rng: np.random.Generator
) -> list[Floats]:
    along = ends[:, 1] - ends[:, 0]
    length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)
    along = along / length[:, None]
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    t = np.linspace(0, 1, 2**_LEVELS + 1)
    wave = _displaced_midpoints(len(length), rng)
    room = np.zeros((2, len(length), len(t)))
    for side in range(2):
        apex = seeds[sides[:, side]] - ends[:, 0]
        height = (apex * across).sum(1)
        reach = _triangle_height(t * length[:, None], (apex * along).sum(1), np.abs(height), length)
        room[0] = np.where(height[:, None] > 0, reach, room[0])
        room[1] = np.where(height[:, None] > 0, room[1], reach)
    limit = _ROOM * np.where(wave > 0, room[0], room[1])
    offset = limit * np.tanh(wave * length[:, None] / np.maximum(limit, 1e-9))
    points = (
        ends[:, :1] + (t * length[:, None])[..., None] * along[:, None] + offset[..., None] * across[:, None]
    )
    points[:, 0], points[:, -1] = ends[:, 0], ends[:, 1]
    degrees = np.round(plane.to_degrees(points.reshape(-1, 2)), GRID_DECIMALS).reshape(points.shape)
    step = np.where(length < _STRAIGHT_EDGE_M, len(t) - 1, np.where(length < _SHORT_EDGE_M, 2, 1))
    return [line[::s] for line, s in zip(degrees, step.tolist(), strict=True)]


def _displaced_midpoints(n: int, rng: np.random.Generator) -> Floats:
    """(n, 2**_LEVELS + 1) offsets in shares of the length, 0 at both ends."""
    wave, size = np.zeros((n, 2)), 0.22
    for _ in range(_LEVELS):
        middle = (wave[:, 1:] + wave[:, :-1]) / 2 + rng.normal(0, size, (n, wave.shape[1] - 1))
        finer = np.zeros((n, 2 * wave.shape[1] - 1))
        finer[:, ::2], finer[:, 1::2] = wave, middle
        wave, size = finer, size * 0.5
    return wave


def _triangle_height(x: Floats, apex_x: Floats, apex_y: Floats, length: Floats) -> Floats:
    """Height above the base at ``x`` (n, k) of triangles with base 0..length and apex (apex_x, apex_y)."""
    p, h, w = apex_x[:, None], apex_y[:, None], length[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        rising = np.where(p > 0, h * x / p, np.inf)
        falling = np.where(p < w, h * (w - x) / (w - p), np.inf)
    height: Floats = np.maximum(np.nan_to_num(np.minimum(rising, falling), nan=0.0, posinf=0.0), 0.0)
    return height
