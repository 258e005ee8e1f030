"""Geotags near each other: a grid that finds the neighbours of each, and clusters of those linked."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit
from numpy.typing import NDArray

from geo.checks.groups import as_numbers, buildings
from geo.checks.protocol import Subject
from geo.checks.special import is_of_kind
from geo.geodesy import metres_per_degree, metres_per_degrees
from geo.special_areas import SHARING_A_POINT

FURTHEST_M = 15.0
"""No check of neighbours looks further, so that a halo of four times that around a part of a campaign holds
everything that its geotags depend on."""

HALO_M = 60.0
"""Further than any check of places looks: twice the centroid's and four times ``FURTHEST_M``. A square with
what lies so far around it is enough to judge what is in it."""

_METRES_PER_DEGREE = 110_574.0  # of latitude at the equator, the least there is
_CROWDED = 32  # geotags in a cell, from which on it pays to bring those of one coordinate together
DOUBTFUL_SHARE = 1e-3
"""By less than this share of its square a distance in the plane of one point differs from that in the plane
between both, up to ``2 * FURTHEST_M`` apart and 89.5 degrees from the equator."""

SQUARES_PER_DEG = 100
"""Clusters end at the lines of this grid: a market is one cluster, a town is not, and parts of a campaign
that are cut along the grid have the same clusters as the whole."""


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """Usable geotags outside special areas: ``rows`` of the batch, sorted by the cells of a grid.

    Cell c of the grid holds ``rows[starts[c]:starts[c + 1]]`` and has the number ``cells[c]``: the row of
    cells times ``stride``, plus the column. All geotags within ``FURTHEST_M`` lie in the cell or beside it.
    In crowded cells those of one coordinate follow each other, for some places have tens of thousands.
    ``building`` numbers the buildings of ``rows`` and ``zone`` the squares that clusters end at.
    """

    rows: NDArray[np.int64]
    cells: NDArray[np.int64]
    starts: NDArray[np.int64]
    stride: int
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    building: NDArray[np.int64]
    zone: NDArray[np.int64]
    special: NDArray[np.bool_]


_OF_SUBJECT: WeakKeyDictionary[Subject, Neighbourhood] = WeakKeyDictionary()


def neighbourhood(subject: Subject) -> Neighbourhood:
    """The geotags that checks of neighbours compare, made once for all of them.

    ``special`` has the length of the batch.
    """
    if subject not in _OF_SUBJECT:
        _OF_SUBJECT[subject] = _neighbourhood(subject)
    return _OF_SUBJECT[subject]


def _neighbourhood(subject: Subject) -> Neighbourhood:
    geotags = subject.geotags
    special = np.zeros(len(geotags), np.bool_)
    usable = np.flatnonzero(subject.usable)
    special[usable] = is_of_kind(subject, usable, SHARING_A_POINT)
    rows = usable[~special[usable]]
    lon, lat = geotags.lon[rows], geotags.lat[rows]
    per_lon, per_lat = metres_per_degrees(np.array([np.abs(lat).max(initial=0.0), 0.0]))
    column = np.floor((lon + 180.0) / (FURTHEST_M / max(per_lon[0], 1.0))).astype(np.int64)
    row = np.floor((lat + 90.0) / (FURTHEST_M / per_lat[1])).astype(np.int64)
    stride = int(column.max(initial=0)) + 3
    number = (row + 1) * stride + column + 1
    order = np.argsort(number, kind="stable")
    cells, starts = np.unique(number[order], return_index=True)
    starts = np.r_[starts, len(rows)].astype(np.int64)
    order = _together(order, starts, number, lon, lat)
    lon, lat, rows = lon[order], lat[order], rows[order]
    return Neighbourhood(
        rows,
        cells,
        starts,
        stride,
        lon,
        lat,
        as_numbers(buildings(geotags, rows)),
        strips(lat) * 10**6 + strips(lon),
        special,
    )


def _together(
    order: NDArray[np.int64],
    starts: NDArray[np.int64],
    number: NDArray[np.int64],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
) -> NDArray[np.int64]:
    """``order`` with the geotags of crowded cells by their coordinates."""
    sizes = np.diff(starts)
    crowded = np.flatnonzero(np.repeat(sizes > _CROWDED, sizes))
    some = order[crowded]
    order[crowded] = some[np.lexsort((lat[some], lon[some], number[some]))]
    return order


def halo_deg(lat: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """``HALO_M`` in degrees of longitude at some latitudes, (n,), and in degrees of latitude; never less."""
    of_lat = HALO_M / _METRES_PER_DEGREE
    return of_lat / np.maximum(np.cos(np.radians(lat)), 0.01), of_lat


def strips(degrees: NDArray[np.float64]) -> NDArray[np.int64]:
    """The number of the strip of 0.01 degree, cut so that whole degrees are always lines between strips."""
    whole = np.floor(degrees)
    part = np.minimum(np.floor((degrees - whole) * SQUARES_PER_DEG), SQUARES_PER_DEG - 1)
    return np.asarray(whole * SQUARES_PER_DEG + part, np.int64)


def cluster_keys(
    subject: Subject, near: Neighbourhood, roots: NDArray[np.int64], code: str
) -> pa.StringArray:
    """For each of ``near.rows`` the name of its cluster, "" for -1: a hash of its first item, so that the
    name is the same in any batch and tells nobody's identifier."""
    keys = np.full(len(roots), "", object)
    members = np.flatnonzero(roots >= 0)
    items = subject.geotags.item_id.take(pa.array(near.rows[members]))
    order = (
        np.lexsort((pc.rank(items, tiebreaker="dense").to_numpy(), roots[members]))
        if len(members)
        else members
    )
    ordered = roots[members][order]
    first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]][: len(ordered)])
    names = [_name(code, item) for item in items.take(pa.array(order[first])).to_pylist()]
    keys[members[order]] = np.repeat(np.array(names, object), np.diff(first, append=len(ordered)))
    return pa.array(keys, pa.string())


def _name(code: str, item: str) -> str:
    return hashlib.sha256(f"{code},{item}".encode()).hexdigest()[:24]


@njit(cache=True, nogil=True)
def block(
    cells: NDArray[np.int64], starts: NDArray[np.int64], stride: int, cell: int, room: NDArray[np.int64]
) -> int:
    """Write first and last number of the geotags of each of the nine cells around ``cells[cell]`` that is not
    empty into ``room`` (18,); return how many there are."""
    n = 0
    for north in range(-1, 2):
        wanted = cells[cell] + north * stride - 1
        at = np.searchsorted(cells, wanted)
        while at < len(cells) and cells[at] <= wanted + 2:
            room[2 * n], room[2 * n + 1] = starts[at], starts[at + 1]
            n += 1
            at += 1
    return n


@njit(cache=True, nogil=True)
def apart_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Metres in the plane of the two points' mean latitude: within 1e-5 up to some hundreds of metres."""
    kx, ky = metres_per_degree((lat1 + lat2) / 2)
    return float(np.hypot((lon1 - lon2) * kx, (lat1 - lat2) * ky))


@njit(cache=True, nogil=True)
def is_within(lon1: float, lat1: float, lon2: float, lat2: float, apart_m2: float, most_m2: float) -> bool:
    """Whether two points are as near as the root of ``most_m2``, by ``apart_m``.

    ``apart_m2`` is their squared distance in the plane of either; only near the limit more is computed.
    """
    if abs(apart_m2 - most_m2) > DOUBTFUL_SHARE * most_m2:
        return apart_m2 < most_m2
    return apart_m(lon1, lat1, lon2, lat2) <= math.sqrt(most_m2)


@njit(cache=True, nogil=True)
def root_of(parents: NDArray[np.int64], member: int) -> int:
    """The first member of a cluster; the way to it gets shorter with each question (Tarjan 1975)."""
    while parents[member] != member:
        parents[member] = parents[parents[member]]
        member = parents[member]
    return member


@njit(cache=True, nogil=True)
def roots_of(parents: NDArray[np.int64], is_member: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first member of each one's cluster; -1 where ``is_member`` is 0."""
    roots = np.full(len(parents), -1)
    for member in range(len(parents)):
        if is_member[member]:
            roots[member] = root_of(parents, member)
    return roots


@njit(cache=True, nogil=True)
def join(parents: NDArray[np.int64], one: int, other: int) -> None:
    """Make two clusters one."""
    if parents[one] == parents[other]:
        return
    first, second = root_of(parents, one), root_of(parents, other)
    if first != second:
        parents[max(first, second)] = min(first, second)
