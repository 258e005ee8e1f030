"""Geotags brought together by what checks look at: the same place, household, enumerator, area."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.checks.near import halo_deg
from geo.checks.protocol import Scope
from geo.engine import Checked
from geo.geotags import Geotags
from geo.membership import Membership
from geotags.bulk.hashing import hashes
from geotags.bulk.scratch import by_number, read_batch, write_batches

TILE_DEG = 0.5
"""Places are brought together in squares of this side, and checked with what lies just around them. The most
crowded one, around Jakarta, holds millions of families: a larger square would not fit beside another."""
NOWHERE = -1
"""The square of geotags without a usable coordinate."""

_MEMBERSHIP = ("undecided", "segment", "row", "sigma_m", "distance_m", "probability")
_KEY_OF_SCOPE = {
    Scope.HOUSEHOLD: "household_key",
    Scope.ENUMERATOR: "enumerator_id",
    Scope.AREA: "assigned_area",
}


def write_spill(
    path: Path,
    checked: Checked,
    ids: NDArray[np.int64],
    scope: Scope,
    fields: Collection[str],
    n_buckets: int,
) -> None:
    """Some fields of a piece's geotags and their membership, by bucket; a group has one in all pieces."""
    geotags = checked.subject.geotags
    table = geotags.as_table(fields).append_column("id", pa.array(ids))
    for name in _MEMBERSHIP:
        table = table.append_column(name, pa.array(getattr(checked.membership, name)))
    if scope is Scope.PLACE:
        keys, rows, own = _tiles(geotags, checked.subject.usable)
    else:
        keys, rows = _hashed(checked, scope, ids) % n_buckets, np.arange(len(geotags))
        own = np.ones(len(rows), np.bool_)
    order = np.argsort(keys, kind="stable")
    table = table.take(pa.array(rows[order])).append_column("own", pa.array(own[order]))
    write_batches(path, *by_number(table, keys[order]))


def read_bucket(
    paths: Sequence[Path], key: int
) -> tuple[Geotags, Membership, NDArray[np.int64], NDArray[np.bool_]]:
    """The geotags of a bucket from all pieces, their membership, identities, and which are its own."""
    tables = [table for path in paths if (table := read_batch(path, key)) is not None]
    table = pa.concat_tables(tables, promote_options="default")
    membership = Membership(
        **{name: np.ascontiguousarray(table.column(name).to_numpy()) for name in _MEMBERSHIP}
    )
    own = table.column("own").combine_chunks().to_numpy(zero_copy_only=False)
    return Geotags.from_table(table), membership, table.column("id").to_numpy(), own


def _hashed(checked: Checked, scope: Scope, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same number for one group everywhere; geotags that name no group are spread over all."""
    geotags = checked.subject.geotags
    if scope is Scope.PHOTO:
        # One geotag may name many photos and one photo many names: those with photos stay together.
        photos = checked.subject.context.photos
        rows = np.empty(0, np.int64) if photos is None else photos.named(geotags.photo_names)[0]
        together = np.array(ids)
        together[rows] = 0
        return together
    texts = getattr(geotags, _KEY_OF_SCOPE[scope])
    is_blank = pc.equal(texts, "").to_numpy(zero_copy_only=False)
    return np.where(is_blank, ids, hashes(texts))


def _tiles(
    geotags: Geotags, usable: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Tile, row and whether it is the row's own tile; a row stands in the tiles whose edge it is near too."""
    n = len(geotags)
    lon, lat = np.where(usable, geotags.lon, 0.0), np.where(usable, geotags.lat, 0.0)
    reach_lon, reach_lat = halo_deg(lat)
    own = np.where(usable, _tile(lon, lat), NOWHERE)
    keys, rows = [], []
    for east in (-1, 0, 1):
        for north in (-1, 0, 1):
            tile = _tile(lon + east * reach_lon, lat + north * reach_lat)
            near = np.flatnonzero(usable & (tile != own))
            keys.append(tile[near])
            rows.append(near)
    # At a corner two steps lead to the same tile: once is enough.
    beside = np.unique(np.column_stack([np.concatenate(rows), np.concatenate(keys)]), axis=0)
    n_beside = len(beside)
    return (
        np.r_[own, beside[:, 1]],
        np.r_[np.arange(n), beside[:, 0]],
        np.r_[np.ones(n, np.bool_), np.zeros(n_beside, np.bool_)],
    )


def _tile(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
    columns = round(360 / TILE_DEG)
    x = np.floor((lon + 180) / TILE_DEG).astype(np.int64) % columns
    y = np.floor((np.clip(lat, -90, 90) + 90) / TILE_DEG).astype(np.int64)
    return y * columns + x
