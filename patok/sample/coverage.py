"""The geometry of the sample: cells of land gathered into kecamatan, desa and sub-SLS without a gap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from patok.sample.division import (
    apportion,
    components,
    depth_inside,
    divide,
    neighbours_of,
    spread_out,
    spread_starts,
    within,
)
from patok.sample.mesh import Ints, Mesh, make_mesh, scatter_seeds
from patok.sample.plane import Floats, tree_of_points
from patok.sample.terrain import PLANE, Terrain

# Eight cells give a sub-SLS some 75 vertices, and a shape that is not a Voronoi cell's.
_CELLS_PER_SUBSLS = 8.0
_LEAST_BORDER_M = 3.0
_DESA_ISLAND_CELLS = 40


@dataclass(frozen=True, eq=False)
class Coverage:
    """Sub-SLS as shapely polygons, and who belongs to whom. ``beside`` are the neighbours of each sub-SLS."""

    polygons: np.ndarray
    desa: Ints
    kec_of_desa: Ints
    beside: list[list[int]]
    centres_m: Floats
    enclosed: frozenset[int]
    """Sub-SLS made to lie wholly inside another one."""
    terrain: Terrain


def make_coverage(rng: np.random.Generator, n_kec: int, n_desa: int, n_subsls: int) -> Coverage:
    """Divide an invented land; the number of parts at each level is exactly as asked."""
    terrain = Terrain.make(n_subsls, n_kec, rng)
    mesh, land = _land_cells(terrain, n_subsls, rng)
    plan = _Plan.of(mesh, land)
    kec_parts = _divide_kec(plan, terrain, rng)
    desa_parts, kec_of_desa = _divide_desa(plan, kec_parts, n_desa, rng)
    parts, desa, enclosed = _divide_subsls(plan, desa_parts, n_subsls, rng)
    part_of = np.full(len(mesh.seeds), -1)
    for i, part in enumerate(parts):
        part_of[part] = i
    cells = np.flatnonzero(part_of >= 0)
    polygons = mesh.polygons(cells)
    row_of = np.full(len(mesh.seeds), -1)
    row_of[cells] = np.arange(len(cells))
    merged = np.array([shapely.coverage_union_all(polygons[row_of[part]]) for part in parts], object)
    pairs = np.sort(part_of[mesh.sides[mesh.lengths_m > _LEAST_BORDER_M]], axis=1)
    pairs = np.unique(pairs[(pairs[:, 0] >= 0) & (pairs[:, 0] != pairs[:, 1])], axis=0)
    centres = np.array([mesh.seeds[part].mean(axis=0) for part in parts])
    return Coverage(
        merged, desa, np.array(kec_of_desa), neighbours_of(len(parts), pairs), centres, enclosed, terrain
    )


def _land_cells(terrain: Terrain, n_subsls: int, rng: np.random.Generator) -> tuple[Mesh, np.ndarray]:
    """A mesh with about eight cells of land per sub-SLS, and which of its cells are land."""
    wanted = _CELLS_PER_SUBSLS * n_subsls
    seed = int(rng.integers(2**32))
    factor = 1.0
    for _ in range(5):
        # The number of cells falls with the square of their distance; towns keep their grain less well.
        seeds = _scattered(terrain, factor, seed)
        factor *= (terrain.is_land(seeds).sum() / wanted) ** 0.5
    mesh = make_mesh(_scattered(terrain, factor, seed), PLANE, rng)
    land = terrain.is_land(mesh.seeds)
    beside = neighbours_of(len(land), mesh.sides[mesh.lengths_m > _LEAST_BORDER_M])
    # What the sea (and the land beyond the border) does not reach from outside is land: no enclosed gaps.
    for hole in components(np.flatnonzero(~land).tolist(), beside)[1:]:
        land[hole] = True
    for rock in components(np.flatnonzero(land).tolist(), beside)[1:]:
        if len(rock) < 3 or not terrain.is_island(mesh.seeds[rock]).all():
            land[rock] = False
    return mesh, land


def _scattered(terrain: Terrain, factor: float, seed: int) -> Floats:
    def spacing(xy: Floats) -> Floats:
        return terrain.spacing_m(xy) * factor

    return scatter_seeds(spacing, terrain.low, terrain.high, np.random.default_rng(seed))


@dataclass(frozen=True, eq=False)
class _Plan:
    """Cells of land with their neighbours.

    ``around`` counts cells of the sea as neighbours too; ``touching`` only land; ``beside`` has
    ferries to the islands on top.
    """

    positions: Floats
    around: list[list[int]]
    touching: list[list[int]]
    beside: list[list[int]]
    mainland: list[int]
    islands: list[tuple[list[int], int]]
    """Cells of each island and the cell of land across the water, largest island first."""

    @classmethod
    def of(cls, mesh: Mesh, land: np.ndarray) -> _Plan:
        around = neighbours_of(len(land), mesh.sides)
        kept = land[mesh.sides].all(axis=1) & (mesh.lengths_m > _LEAST_BORDER_M)
        touching = neighbours_of(len(land), mesh.sides[kept])
        mainland, *others = components(np.flatnonzero(land).tolist(), touching)
        beside = [list(b) for b in touching]
        islands, reached = [], list(mainland)
        for island in others:
            gaps = tree_of_points(mesh.seeds[reached])
            nearest = gaps.nearest(shapely.points(mesh.seeds[island]))
            landings = np.array(reached)[nearest]
            best = int(np.hypot(*(mesh.seeds[island] - mesh.seeds[landings]).T).argmin())
            here, there = island[best], int(landings[best])
            beside[here].append(there)
            beside[there].append(here)
            islands.append((island, there))
            reached += island
        return cls(mesh.seeds, around, touching, beside, mainland, islands)

    def with_islands(self, parts: list[list[int]]) -> list[list[int]]:
        """The same parts, each island that is in none added whole to the part across the water."""
        parts = [list(part) for part in parts]
        for island, across in self.islands:
            if not any(island[0] in part for part in parts):
                next(part for part in parts if across in part).extend(island)
        return parts


def _divide_kec(plan: _Plan, terrain: Terrain, rng: np.random.Generator) -> list[list[int]]:
    tree = tree_of_points(plan.positions[plan.mainland])
    starts = [plan.mainland[int(tree.nearest(shapely.Point(town)))] for town in terrain.towns_m]
    weights = [0.8, *rng.uniform(0.9, 1.1, len(starts) - 1)]
    parts = spread_out(plan.mainland, starts, weights, plan.touching, plan.positions, rng)
    return plan.with_islands(parts)


def _divide_desa(
    plan: _Plan, kec_parts: list[list[int]], n_desa: int, rng: np.random.Generator
) -> tuple[list[list[int]], list[int]]:
    mainland = set(plan.mainland)
    big = [island for island, _ in plan.islands if len(island) >= _DESA_ISLAND_CELLS]
    counts = apportion(n_desa - len(big) - 1, [len(mainland.intersection(part)) for part in kec_parts])
    desa_parts: list[list[int]] = []
    kec_of_desa: list[int] = []
    for kec, (cells, k) in enumerate(zip(kec_parts, counts, strict=True)):
        members = sorted(mainland.intersection(cells))
        starts = [[s] for s in spread_starts(members, k, plan.positions, [], rng)]
        shares = rng.uniform(0.7, 1.3, k).tolist()
        desa_parts += divide(members, starts, shares, plan.touching, plan.positions, rng)
        desa_parts += [sorted(island) for island in big if island[0] in cells]
        kec_of_desa += [kec] * (len(desa_parts) - len(kec_of_desa))
    desa_parts = plan.with_islands(desa_parts)
    return _with_enclave(plan, desa_parts, kec_of_desa)


def _with_enclave(
    plan: _Plan, parts: list[list[int]], kec_of_desa: list[int]
) -> tuple[list[list[int]], list[int]]:
    """One more desa, wholly inside the one that has the most room for it."""
    depths = [depth_inside(set(part), plan.around) for part in parts]
    host = max(range(len(parts)), key=lambda i: (max(depths[i].values()), len(parts[i])))
    deepest = max(depths[host].values())
    middle = min(cell for cell, depth in depths[host].items() if depth == deepest)
    inside = set(within([middle], set(parts[host]), plan.around, hops=max(1, deepest - 2)))
    kept, *cut_off = components(set(parts[host]) - inside, plan.touching)
    parts[host] = kept
    return [*parts, sorted(inside.union(*cut_off))], [*kec_of_desa, kec_of_desa[host]]


def _divide_subsls(
    plan: _Plan, desa_parts: list[list[int]], n_subsls: int, rng: np.random.Generator
) -> tuple[list[list[int]], Ints, frozenset[int]]:
    counts = apportion(n_subsls, [len(part) for part in desa_parts], least=2)
    depths = [max(depth_inside(set(part), plan.around).values()) for part in desa_parts]
    hosts = sorted(range(len(desa_parts)), key=lambda i: -depths[i])[:3]
    parts: list[list[int]] = []
    desa: list[int] = []
    enclosed = set()
    for i, (cells, k) in enumerate(zip(desa_parts, counts, strict=True)):
        starts = _enclosed_starts(plan, cells) if i in hosts and k >= 4 and depths[i] >= 3 else []
        if starts:
            enclosed.add(len(parts))
        taken = [cell for start in starts for cell in start]
        starts += [[s] for s in spread_starts(cells, k - len(starts), plan.positions, taken, rng)]
        shares = np.clip(rng.lognormal(0, 0.35, k), 0.4, 2.5).tolist()
        parts += divide(cells, starts, shares, plan.beside, plan.positions, rng)
        desa += [i] * k
    return parts, np.array(desa), frozenset(enclosed)


def _enclosed_starts(plan: _Plan, cells: list[int]) -> list[list[int]]:
    """The starts of two sub-SLS: a few cells, and the ring around them."""
    members = set(cells)
    depth = depth_inside(members, plan.around)
    middle = max(sorted(depth), key=lambda cell: depth[cell])
    inner = within([middle], members, plan.around, hops=1)
    ring = [cell for cell in within([middle], members, plan.around, hops=2) if cell not in inner]
    return [inner, ring]
