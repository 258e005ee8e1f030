"""Geotags into PostGIS: the ledger decides what is new, one statement for a whole batch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from boundaries.store.engine import copying, named_sql
from geo.checks.duplicate_coordinate import coordinate_keys
from geo.codes import CodeScheme
from geo.geotags import Geotags
from geotags.store.details import details_of, instants
from geotags.store.partitions import province_of

_COPY = (
    "COPY incoming (row_no, item_id, revision, body_sha256, province, household_key, building_no,"
    " assigned_area, lon_text, lat_text, typed, lon, lat, accuracy_m, datum_epsg, captured_at,"
    " enumerator_id, lon_key, lat_key, details) FROM STDIN"
)
_BODY_COLUMNS = (
    "household_key",
    "building_no",
    "assigned_area",
    "enumerator_id",
)


@dataclass
class Stored:
    """What became of a batch. Row numbers count from 0 within the batch given.

    ``ids`` and ``provinces`` hold the geotag of every new row. The duplicates at two sets of places
    (coordinate keys) must be judged again: ``places`` have gained a geotag, ``left`` have lost one.
    """

    new_rows: list[int] = field(default_factory=list)
    repeated_rows: list[int] = field(default_factory=list)
    changed_rows: list[int] = field(default_factory=list)
    ids: dict[int, int] = field(default_factory=dict)
    provinces: dict[int, str] = field(default_factory=dict)
    places: set[tuple[int, int]] = field(default_factory=set)
    left: set[tuple[int, int]] = field(default_factory=set)


def store_geotags(
    connection: Connection, campaign_id: int, geotags: Geotags, scheme: CodeScheme, provinces: set[str]
) -> Stored:
    """Store what is new. A repeated row (same item, revision and body) and a changed one (other body)
    change nothing. Runs in the caller's transaction.
    """
    connection.execute(text(named_sql("geotags.store", "incoming_table")))
    keys, usable = _keys(geotags)
    with copying(connection, _COPY) as copy:
        for record in _records(geotags, keys, usable, scheme, provinces):
            copy.write_row(record)
    connection.execute(text("ANALYZE incoming"))  # or the planner takes it for a handful of rows
    bound = {"campaign_id": campaign_id}
    connection.execute(text(named_sql("geotags.store", "ledger_insert")), bound)
    stored = _sort_outcomes(connection, campaign_id)
    if stored.new_rows:
        connection.execute(text(named_sql("geotags.store", "geotags_insert")), bound)
        superseded = connection.execute(text(named_sql("geotags.store", "geotags_supersede")), bound)
        stored.left.update((row.lon_key, row.lat_key) for row in superseded if row.lon_key is not None)
    stored.places.update((int(keys[row, 0]), int(keys[row, 1])) for row in stored.new_rows if usable[row])
    connection.execute(text("DROP TABLE incoming"))
    return stored


def _sort_outcomes(connection: Connection, campaign_id: int) -> Stored:
    stored = Stored()
    outcomes = connection.execute(
        text(named_sql("geotags.store", "ledger_outcomes")), {"campaign_id": campaign_id}
    )
    for row in outcomes:
        if row.is_new:
            stored.new_rows.append(row.row_no)
            stored.ids[row.row_no] = row.geotag_id
            stored.provinces[row.row_no] = row.province
        elif row.same_body:
            stored.repeated_rows.append(row.row_no)
        else:
            stored.changed_rows.append(row.row_no)
    return stored


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
    provinces: set[str],
) -> Iterator[tuple[object, ...]]:
    items = geotags.item_id.to_pylist()
    texts = (*(getattr(geotags, name) for name in _BODY_COLUMNS), *geotags.written())
    times, details = instants(geotags.captured_at), details_of(geotags)
    lon, lat, accuracy = (
        [None if value != value else value for value in column.tolist()]
        for column in (geotags.lon, geotags.lat, geotags.accuracy_m)
    )
    revisions, datums = geotags.revision.tolist(), geotags.datum_epsg.tolist()
    typed = geotags.typed.tolist()
    for row, (household, building, area, enumerator, lon_text, lat_text) in enumerate(
        zip(*(column.to_pylist() for column in texts), strict=True)
    ):
        body: tuple[object, ...] = (
            household,
            building,
            area,
            enumerator,
            lon_text,
            lat_text,
            accuracy[row],
            datums[row],
            times[row],
        )
        if details[row] != "{}":
            body = (*body, details[row])
        yield (
            row,
            items[row],
            revisions[row],
            hashlib.sha256(repr(body).encode()).digest(),
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
            details[row],
        )
