"""Geotags into PostGIS: the ledger decides what is new, one statement for a whole batch."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from boundaries.store.engine import copying, named_sql
from boundaries.store.principals import as_checker
from geo.checks.duplicate_coordinate import coordinate_keys
from geo.codes import CodeScheme
from geo.geotags import Geotags
from geotags.store.cells import NO_CELL, cells_of
from geotags.store.details import details_of, instants
from geotags.store.groups import Touched
from geotags.store.partitions import province_of
from geotags.store.results import Owner

_COPY = (
    "COPY incoming (row_no, item_id, revision, body_sha256, province, household_key, building_no,"
    " assigned_area, lon_text, lat_text, typed, lon, lat, accuracy_m, datum_epsg, captured_at,"
    " enumerator_id, lon_key, lat_key, cell, details) FROM STDIN"
)
_MANY_ROWS = 1000
"""From so many rows on the planner is told how many they are: else it takes them for a handful."""
_BODY_COLUMNS = (
    "household_key",
    "building_no",
    "assigned_area",
    "enumerator_id",
)


@dataclass
class Stored:
    """What became of a batch. Row numbers count from 0 within the batch given.

    Every row is in one of the five lists: new; repeated (the ledger has this very body); changed (it has
    another body under the same item and revision); foreign (another key sent the item); erased (its
    household was erased, and it is not kept). ``outdated_rows`` are those new rows whose item has a higher
    revision already.

    ``owners`` holds the geotag of every new row, ``touched`` the groups that must be judged again.
    """

    new_rows: list[int] = field(default_factory=list)
    repeated_rows: list[int] = field(default_factory=list)
    changed_rows: list[int] = field(default_factory=list)
    foreign_rows: list[int] = field(default_factory=list)
    erased_rows: list[int] = field(default_factory=list)
    outdated_rows: set[int] = field(default_factory=set)
    owners: dict[int, Owner] = field(default_factory=dict)
    touched: Touched = field(default_factory=Touched)


def store_geotags(
    connection: Connection,
    campaign_id: int,
    geotags: Geotags,
    scheme: CodeScheme,
    provinces: Collection[str],
    *,
    key_id: int | None = None,
    batch_id: uuid.UUID | None = None,
    bodies: Sequence[bytes] | None = None,
    more: Sequence[Mapping[str, Any]] | None = None,
) -> Stored:
    """Store what is new. A repeated row, a changed and a foreign one change nothing.

    ``bodies`` are hashes of what the rows were made of; by default of what is stored. ``more`` is kept with
    the details of each row. Runs in the caller's transaction, which holds the campaign's lock: that is what
    keeps two keys from sending one item at the same moment.
    """
    connection.execute(text(named_sql("geotags.store", "incoming_table")))
    keys, usable = _keys(geotags)
    with copying(connection, _COPY) as copy:
        for record in _records(geotags, keys, usable, scheme, provinces, bodies, more):
            copy.write_row(record)
    if len(geotags) >= _MANY_ROWS:
        connection.execute(text("ANALYZE incoming"))
    bound: dict[str, Any] = {"campaign_id": campaign_id, "key_id": key_id, "batch_id": batch_id}
    stored = Stored()
    with as_checker(connection):
        refused = connection.execute(text(named_sql("geotags.store", "incoming_refused")), bound).all()
        stored.foreign_rows = sorted(row.row_no for row in refused if not row.is_erased)
        stored.erased_rows = sorted(row.row_no for row in refused if row.is_erased)
    connection.execute(text(named_sql("geotags.store", "ledger_insert")), bound)
    _sort_outcomes(connection, geotags, bound, stored)
    if stored.new_rows:
        inserted = connection.execute(text(named_sql("geotags.store", "geotags_insert")), bound)
        not_current = {row.id for row in inserted if not row.is_current}
        stored.outdated_rows = {r for r, owner in stored.owners.items() if owner.geotag_id in not_current}
        superseded = connection.execute(text(named_sql("geotags.store", "geotags_supersede")), bound)
        touched, current = stored.touched, set(stored.new_rows) - stored.outdated_rows
        touched.lose(superseded)
        touched.gain(geotags, usable, {row: stored.owners[row].geotag_id for row in sorted(current)})
        touched.places.update((int(keys[row, 0]), int(keys[row, 1])) for row in current if usable[row])
        touched.provinces = {owner.province for owner in stored.owners.values()}
    return stored


def _sort_outcomes(
    connection: Connection, geotags: Geotags, bound: Mapping[str, Any], stored: Stored
) -> None:
    areas = geotags.assigned_area.to_pylist()
    for row in connection.execute(text(named_sql("geotags.store", "ledger_outcomes")), bound):
        if row.is_new:
            stored.new_rows.append(row.row_no)
            owner = Owner(row.geotag_id, row.province, areas[row.row_no], bound["key_id"])
            stored.owners[row.row_no] = owner
        elif row.same_body:
            stored.repeated_rows.append(row.row_no)
        else:
            stored.changed_rows.append(row.row_no)


def _keys(geotags: Geotags) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    both_zero = (geotags.lon == 0) & (geotags.lat == 0)  # no place: all without a fix would share it
    usable = geotags.is_number & geotags.in_range & ~both_zero
    lon, lat = np.where(usable, geotags.lon, 0.0), np.where(usable, geotags.lat, 0.0)
    return coordinate_keys(lon, lat), usable


def _records(
    geotags: Geotags,
    keys: NDArray[np.int64],
    usable: NDArray[np.bool_],
    scheme: CodeScheme,
    provinces: Collection[str],
    bodies: Sequence[bytes] | None,
    more: Sequence[Mapping[str, Any]] | None,
) -> Iterator[tuple[object, ...]]:
    """Rows in the order of the columns of the copy."""
    items = geotags.item_id.to_pylist()
    texts = (*(getattr(geotags, name) for name in _BODY_COLUMNS), *geotags.written())
    times, details = instants(geotags.captured_at), details_of(geotags)
    lon, lat, accuracy = (
        [None if value != value else value for value in column.tolist()]
        for column in (geotags.lon, geotags.lat, geotags.accuracy_m)
    )
    revisions, datums = geotags.revision.tolist(), geotags.datum_epsg.tolist()
    typed = geotags.typed.tolist()
    cells = cells_of(geotags.lon, geotags.lat).tolist()
    for row, written in enumerate(zip(*(column.to_pylist() for column in texts), strict=True)):
        household, building, area, enumerator, lon_text, lat_text = written
        said = (*written, accuracy[row], datums[row], times[row])
        yield (
            row,
            items[row],
            revisions[row],
            _body_hash(said, details[row]) if bodies is None else bodies[row],
            province_of(area, scheme, provinces),
            household,
            building,
            area,
            lon_text,
            lat_text,
            typed[row],
            lon[row],
            lat[row],
            accuracy[row],
            datums[row],
            times[row],
            enumerator,
            int(keys[row, 0]) if usable[row] else None,
            int(keys[row, 1]) if usable[row] else None,
            cells[row] if cells[row] != NO_CELL else None,
            details[row] if more is None else _with_more(details[row], more[row]),
        )


def _body_hash(said: tuple[object, ...], details: str) -> bytes:
    body = said if details == "{}" else (*said, details)
    return hashlib.sha256(repr(body).encode()).digest()


def _with_more(details: str, more: Mapping[str, Any]) -> str:
    return json.dumps({**json.loads(details), **more}, sort_keys=True) if more else details
