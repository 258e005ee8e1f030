"""Geotags near each other: a grid that finds the neighbours of each, and clusters of those that are "
"linked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

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

_CLUSTER_CELLS_PER_DEG = 100
"""Clusters end at the lines of this grid: a market is one cluster, a town is not, and parts of a campaign
that are cut along the grid have the same clusters as the whole."""


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """Usable geotags outside special areas: ``rows`` of the batch, sorted by the cells of a grid.

    Cell c of the grid holds ``rows[starts[c]:starts[c + 1]]`` and has the number ``cells[c]``: the row of
    cells times ``stride``, plus the column. All geotags within ``FURTHEST_M`` lie in the cell or beside it.
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


def neighbourhood(subject: Subject) -> Neighbourhood:
    """The geotags that checks of neighbours compare. ``special`` has the length of the batch."""
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
    lon, lat, rows = lon[order], lat[order], rows[order]
    return Neighbourhood(
        rows,
        cells,
        np.r_[starts, len(rows)].astype(np.int64),
        stride,
        lon,
        lat,
        as_numbers(buildings(geotags, rows)),
        _square(lat) * 10**6 + _square(lon),
        special,
    )


def _square(degrees: NDArray[np.float64]) -> NDArray[np.int64]:
    """The number of the strip of 0.01 degree, cut so that whole degrees are always lines between strips."""
    whole = np.floor(degrees)
    part = np.minimum(np.floor((degrees - whole) * _CLUSTER_CELLS_PER_DEG), _CLUSTER_CELLS_PER_DEG - 1)
    return np.asarray(whole * _CLUSTER_CELLS_PER_DEG + part, np.int64)


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
    first, second = root_of(parents, one), root_of(parents, other)
    if first != second:
        parents[max(first, second)] = min(first, second)
