"""Households reported at a wrong place, or at one that their accuracy cannot settle."""

from __future__ import annotations

import numpy as np
import shapely

from patok.sample.draft import Draft
from patok.sample.ground import sigma_of
from patok.sample.mesh import Ints
from patok.sample.plane import Floats, tree_of_points
from patok.sample.settling import COORDINATE_DECIMALS, report

# Beyond this many sigma no definition of "outside" can differ (P < 1e-9).
_CERTAIN_SIGMAS = 6.5
# The catalogue draws the line between review and error at 500 m; nothing is planted near it.
_FAR_M = 500.0
_NEAR_FAR_M = 50.0


def plant_misplaced(draft: Draft) -> None:
    """Plant OUTSIDE_ASSIGNED_AREA, IN_NO_AREA, MEMBERSHIP_UNCERTAIN and POSITION_NOT_DECISIVE."""
    _plant_undecided(draft)
    _plant_at_corners(draft)
    _plant_just_outside(draft)
    _plant_elsewhere(draft)
    _plant_nowhere(draft)


def _plant_elsewhere(draft: Draft) -> None:
    """Report a household at the house of another one, whose area is not its own."""
    desa = draft.ground.desa
    for kind, count, nearest_m, farthest_m, severity in (
        ("less than 500 m off in the same desa", 60, 0.0, _FAR_M - _NEAR_FAR_M, "review"),
        ("more than 500 m off in the same desa", 50, _FAR_M + _NEAR_FAR_M, np.inf, "error"),
        ("in another desa", 70, 0.0, 8_000.0, "error"),
        ("far off in the kabupaten", 30, 8_000.0, np.inf, "error"),
    ):
        rows = draft.free[: 60 * draft.count(count)]
        same = kind.endswith("same desa")
        hosts = (
            _someone_of_same_desa(draft, rows)
            if same
            else draft.rng.integers(len(draft.place), size=len(rows))
        )
        area, there = draft.settled.area[rows], draft.settled.area[hosts]
        lonlat = report(
            draft.ground, there, draft.settled.true_m[hosts], draft.settled.accuracy_m[rows], draft.rng
        )
        away = draft.ground.distance_m(area, lonlat)
        fits = (area != there) & (away > _CERTAIN_SIGMAS * draft.sigma_m(rows))
        fits &= (away > nearest_m) & (away < farthest_m) & ((desa[area] == desa[there]) == same)
        picked = np.flatnonzero(fits)
        taken = draft.take(rows[picked], draft.count(count), f"points {kind}")
        draft.move(taken, lonlat[picked[: len(taken)]])
        draft.expect(taken, "OUTSIDE_ASSIGNED_AREA", severity, f"{kind}, more than 6 sigma outside")


def _someone_of_same_desa(draft: Draft, rows: Ints) -> Ints:
    desa = draft.ground.desa[draft.settled.area]
    first = np.searchsorted(desa, desa[rows], side="left")
    last = np.searchsorted(desa, desa[rows], side="right")
    return draft.rng.integers(first, last)


def _plant_nowhere(draft: Draft) -> None:
    """Report the nearest households in the sea and beyond the inland border, off every area."""
    west, south, east, north = shapely.bounds(draft.ground.land_m)
    drawn = draft.rng.uniform((west - 1_500, south - 1_500), (east + 1_500, north + 1_500), (6_000, 2))
    off = shapely.distance(draft.ground.land_m, shapely.points(drawn))
    drawn = drawn[(off > 250) & (off < 1_500)]
    homes = tree_of_points(draft.settled.true_m[draft.free])
    nearest = draft.free[homes.nearest(shapely.points(drawn))]
    _, first = np.unique(nearest, return_index=True)
    first.sort()
    drawn, rows = drawn[first], nearest[first]
    lonlat = np.round(draft.ground.plane.to_degrees(drawn), COORDINATE_DECIMALS)
    fits = draft.ground.distance_from_land_m(lonlat) > _CERTAIN_SIGMAS * draft.sigma_m(rows)
    # The coast looks north: off the upper half of the kabupaten is the sea, unless land lies north of it.
    beams = shapely.linestrings(
        np.stack([drawn, np.column_stack([drawn[:, 0], np.full(len(drawn), north + 1)])], axis=1)
    )
    at_sea = (drawn[:, 1] > (south + 2 * north) / 3) & ~shapely.intersects(draft.ground.land_m, beams)
    for kind, where in (
        ("in the sea", at_sea),
        ("beyond the inland border", drawn[:, 1] < (south + north) / 2),
    ):
        picked = np.flatnonzero(fits & where)
        taken = draft.take(rows[picked], draft.count(50), f"points {kind}")
        draft.move(taken, lonlat[picked[: len(taken)]])
        draft.expect(taken, "IN_NO_AREA", "review", f"{kind}, more than 6 sigma off every area")


def _plant_just_outside(draft: Draft) -> None:
    """Report households 0.3 to 1.5 sigma beyond a border: too near to tell."""
    rows = draft.free[: 30 * draft.count(120)]
    area, sigma = draft.settled.area[rows], draft.sigma_m(rows)
    border = shapely.get_exterior_ring(shapely.get_geometry(draft.ground.polygons_m[area], 0))
    at = draft.rng.uniform(0, shapely.length(border))
    here, ahead = (shapely.get_coordinates(shapely.line_interpolate_point(border, d)) for d in (at, at + 0.5))
    along = (ahead - here) / np.maximum(np.hypot(*(ahead - here).T), 1e-9)[:, None]
    # Exterior rings run counter-clockwise: outside is on the right.
    outward = np.stack([along[:, 1], -along[:, 0]], axis=1)
    out = here + outward * (draft.rng.uniform(0.35, 1.4, len(rows)) * sigma)[:, None]
    lonlat = np.round(draft.ground.plane.to_degrees(out), COORDINATE_DECIMALS)
    off = draft.ground.distance_m(area, lonlat)
    share = draft.ground.share_inside(area, lonlat, sigma, draft.rng)
    fits = ~draft.ground.contain(area, lonlat) & (off > 0.3 * sigma) & (off < 1.5 * sigma)
    fits &= (share > 0.06) & (share < 0.45)
    _report_at(
        draft, rows, lonlat, fits, draft.count(120), "MEMBERSHIP_UNCERTAIN", "0.3 to 1.5 sigma outside"
    )


def _plant_undecided(draft: Draft) -> None:
    """Give households in the smallest areas a fix so bad that it says nothing about the area."""
    area = draft.settled.area[draft.free]
    smallest = draft.free[np.argsort(draft.ground.widths_m[area], kind="stable")][: 12 * draft.count(50)]
    rows = draft.rng.permutation(smallest)
    area = draft.settled.area[rows]
    accuracy = np.round(draft.ground.widths_m[area] * draft.rng.uniform(1.4, 2.2, len(rows)), 2)
    lonlat = draft.settled.reported[rows]
    share = draft.ground.share_inside(area, lonlat, sigma_of(accuracy), draft.rng)
    fits = (share < 0.38) & draft.ground.contain(area, lonlat)
    taken = _report_at(
        draft, rows, lonlat, fits, draft.count(50), "POSITION_NOT_DECISIVE", "accuracy wider than the area"
    )
    where = {int(row): i for i, row in enumerate(rows)}
    draft.settled.accuracy_m[taken] = accuracy[[where[int(row)] for row in taken]]


def _plant_at_corners(draft: Draft) -> None:
    """Report households just inside a sharp corner of their area."""
    corners, inward, area_of_corner = _sharp_corners(draft.ground.polygons_m)
    by_area: dict[int, list[int]] = {}
    for i, area in enumerate(area_of_corner.tolist()):
        by_area.setdefault(area, []).append(i)
    rows = draft.free[np.isin(draft.settled.area[draft.free], area_of_corner)][: 40 * draft.count(40)]
    chosen = [by_area[a][int(draft.rng.integers(len(by_area[a])))] for a in draft.settled.area[rows].tolist()]
    area, sigma = draft.settled.area[rows], draft.sigma_m(rows)
    lonlat = np.round(
        draft.ground.plane.to_degrees(corners[chosen] + inward[chosen] * (0.5 * sigma)[:, None]),
        COORDINATE_DECIMALS,
    )
    share = draft.ground.share_inside(area, lonlat, sigma, draft.rng)
    fits = draft.ground.contain(area, lonlat) & (share < 0.38) & (draft.ground.distance_m(area, lonlat) > 0.1)
    _report_at(draft, rows, lonlat, fits, draft.count(40), "POSITION_NOT_DECISIVE", "in a sharp corner")


def _report_at(
    draft: Draft, rows: Ints, lonlat: Floats, fits: np.ndarray, wanted: int, code: str, note: str
) -> Ints:
    picked = np.flatnonzero(fits)
    taken = draft.take(rows[picked], wanted, note)
    draft.move(taken, lonlat[picked[:wanted]])
    draft.may_be_nudged[taken] = False
    draft.expect(taken, code, "info", note, needs_judgement=True)
    return taken


def _sharp_corners(polygons_m: np.ndarray) -> tuple[Floats, Floats, Ints]:
    """Corners below 60 degrees of the largest part of each area: position, unit vector inward, area."""
    rings = shapely.get_exterior_ring(shapely.get_geometry(polygons_m, 0))
    xy, area = shapely.get_coordinates(rings, return_index=True)
    before, here, after = xy[:-2], xy[1:-1], xy[2:]
    whole = (area[:-2] == area[1:-1]) & (area[1:-1] == area[2:])
    back, on = before - here, after - here
    back, on = (v / np.maximum(np.hypot(*v.T), 1e-9)[:, None] for v in (back, on))
    convex = on[:, 0] * back[:, 1] - on[:, 1] * back[:, 0] > 0
    sharp = whole & convex & ((back * on).sum(axis=1) > 0.5)
    middle = (back + on)[sharp]
    return here[sharp], middle / np.hypot(*middle.T)[:, None], area[1:-1][sharp]
