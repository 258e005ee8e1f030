"""Where the made-up households live: along short streets around a hamlet, and what their phones report."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patok.sample.ground import SIGMAS_PER_ACCURACY, Ground
from patok.sample.mesh import Ints
from patok.sample.plane import Floats

COORDINATE_DECIMALS = 7
_HOUSES_PER_STREET = 14
_TRIES = 25
# Two places never come nearer than this by chance, so that equal to 1e-7 degree means copied.
_APART_DEG = 5e-7


@dataclass(eq=False)
class Settled:
    """Households without a fault, one per row, in the order of area and building.

    ``place`` is equal for households that share a position rightly. ``reported`` is longitude,
    latitude (n, 2) rounded to seven decimals, always inside the area.
    """

    area: Ints
    building: Ints
    family: Ints
    place: Ints
    true_m: Floats
    reported: Floats
    accuracy_m: Floats


def settle(ground: Ground, n: int, rng: np.random.Generator) -> Settled:
    """``n`` households, as many per area as its families ask for."""
    area = np.repeat(np.arange(len(ground.codes)), _share_out(n, ground.kk))
    first = np.r_[0, np.cumsum(np.bincount(area, minlength=len(ground.codes)))[:-1]]
    nth = np.arange(n) - first[area]
    shares = _shares_building(ground, area, nth, rng)
    building, family = _number(area, shares)
    true_m = _places(ground, area, nth, rng)
    leader = np.maximum.accumulate(np.where(shares, 0, np.arange(n)))
    true_m = true_m[leader]
    accuracy: Floats = np.round(np.clip(rng.lognormal(np.log(7.0), 0.5, n), 2.1, 45.0), 2).astype(np.float64)
    settled = Settled(area, building, family, leader, true_m, np.zeros((n, 2)), accuracy)
    settled.reported = report(ground, area, true_m, accuracy, rng)[leader]
    _stack_special(settled, ground, nth)
    separate(settled.reported, settled.place, np.ones(n, bool))
    return settled


def report(
    ground: Ground, area: Ints, true_m: Floats, accuracy_m: Floats, rng: np.random.Generator
) -> Floats:
    """What phones of the given accuracy say of positions (n, 2): errors are drawn until inside."""
    reported = np.round(ground.plane.to_degrees(true_m), COORDINATE_DECIMALS)
    left = np.arange(len(area))
    for attempt in range(_TRIES):
        sigma = accuracy_m[left] / SIGMAS_PER_ACCURACY / (1 + attempt / 8)
        said = ground.plane.to_degrees(true_m[left] + rng.normal(size=(len(left), 2)) * sigma[:, None])
        said = np.round(said, COORDINATE_DECIMALS)
        inside = ground.contain(area[left], said)
        reported[left[inside]] = said[inside]
        left = left[~inside]
    return reported


def separate(reported: Floats, place: Ints, movable: np.ndarray) -> None:
    """Nudge movable rows apart that came by chance within ``_APART_DEG`` of another place."""
    for shift in np.array([[0, 0], [1, 0], [0, 1], [1, 1]]) * _APART_DEG:
        cells = np.floor((reported + shift) / (2 * _APART_DEG)).astype(np.int64)
        order = np.lexsort((place, cells[:, 1], cells[:, 0]))
        met = (np.diff(cells[order], axis=0) == 0).all(axis=1) & (np.diff(place[order]) != 0)
        for i in np.flatnonzero(met):
            row = next((r for r in (order[i + 1], order[i]) if movable[r]), None)
            if row is not None:
                moved = place == place[row]
                reported[moved] = np.round(reported[row] + 6.1e-6, COORDINATE_DECIMALS)


def _share_out(n: int, weights: Ints) -> Ints:
    exact = n * weights / weights.sum()
    counts: Ints = np.floor(exact).astype(np.int64)
    counts[np.argsort(counts - exact, kind="stable")[: n - counts.sum()]] += 1
    return counts


def _shares_building(ground: Ground, area: Ints, nth: Ints, rng: np.random.Generator) -> np.ndarray:
    """Rows that live in the same building as the row before: few, but most where rooms are let."""
    rooms = (ground.kk > 0) & ~ground.is_plain & ~ground.is_special
    chance = np.where(ground.is_plain, 0.012, np.where(rooms, 0.6, 0.0))[area]
    return (rng.uniform(size=len(area)) < chance) & (nth > 0)


def _number(area: Ints, shares: np.ndarray) -> tuple[Ints, Ints]:
    """Building numbers from 1 in each area, and family numbers from 1 in each building."""
    new = np.cumsum(~shares)
    starts = np.r_[True, np.diff(area) != 0]
    building = new - np.maximum.accumulate(np.where(starts, new, 0)) + 1
    rows = np.arange(len(area))
    return building, rows - np.maximum.accumulate(np.where(shares, 0, rows)) + 1


def _places(ground: Ground, area: Ints, nth: Ints, rng: np.random.Generator) -> Floats:
    """A position (n, 2) in metres inside the area of each household."""
    per_area = np.bincount(area, minlength=len(ground.codes)) // _HOUSES_PER_STREET + 1
    street_area = np.repeat(np.arange(len(per_area)), per_area)
    hamlet = ground.points_inside(np.arange(len(per_area)), rng)
    spread = 0.12 * ground.widths_m + 15.0
    starts = _drawn_inside(ground, street_area, hamlet[street_area], spread[street_area], rng)
    direction = rng.uniform(0, 2 * np.pi, len(street_area))
    step = np.minimum(24.0, ground.widths_m / 12)[street_area]
    street = (np.cumsum(per_area) - per_area)[area] + nth // _HOUSES_PER_STREET
    along = (nth % _HOUSES_PER_STREET - _HOUSES_PER_STREET / 2) * step[street]
    heading = np.stack([np.cos(direction), np.sin(direction)], axis=1)[street]
    kerb = np.where(nth % 2 == 0, 1, -1)[:, None] * np.stack([-heading[:, 1], heading[:, 0]], axis=1)
    houses: Floats = starts[street] + along[:, None] * heading + kerb * (0.4 * step[street])[:, None]
    houses += rng.normal(0, 0.12, (len(area), 2)) * step[street][:, None]
    off = np.flatnonzero(~ground.contain(area, ground.plane.to_degrees(houses)))
    houses[off] = _drawn_inside(ground, area[off], starts[street[off]], 2 * step[street[off]], rng)
    return houses


def _drawn_inside(
    ground: Ground, area: Ints, middle_m: Floats, spread_m: Floats, rng: np.random.Generator
) -> Floats:
    """A point of each area near ``middle_m`` where that can be had, else anywhere in it."""
    drawn = ground.points_inside(area, rng)
    left = np.arange(len(area))
    for _ in range(_TRIES):
        near = middle_m[left] + rng.normal(size=(len(left), 2)) * spread_m[left][:, None]
        inside = ground.contain(area[left], ground.plane.to_degrees(near))
        drawn[left[inside]] = near[inside]
        left = left[~inside]
    return drawn


def _stack_special(settled: Settled, ground: Ground, nth: Ints) -> None:
    """In special areas a geotag stands for a whole block of some ten households."""
    rows = np.flatnonzero(ground.is_special[settled.area])
    block = rows - nth[rows] % 10
    settled.place[rows] = block
    settled.true_m[rows] = settled.true_m[block]
    settled.reported[rows] = settled.reported[block]
