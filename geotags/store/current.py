"""Stored geotags as the columns that the checks read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Row, text

from boundaries.store.engine import named_sql
from geo.geotags import Geotags
from geotags.store.details import columns_of
from geotags.store.results import Owner

_TEXTS = ("item_id", "household_key", "building_no", "assigned_area", "enumerator_id", "lon_text", "lat_text")


def geotags_of_rows(rows: Sequence[Row[Any]]) -> Geotags:
    """The same values as at intake, so that a check gives the same outcomes again."""
    columns: dict[str, Any] = {
        name: pa.array([getattr(row, name) for row in rows], pa.string()) for name in _TEXTS
    }
    for name in ("accuracy_m", "revision", "datum_epsg"):
        values = [getattr(row, name) for row in rows]
        columns[name] = pa.array([None if value is None else repr(value) for value in values], pa.string())
    columns |= columns_of([row.details for row in rows])
    columns["captured_at"] = pa.array([row.captured_at for row in rows], pa.timestamp("us", "UTC"))
    return Geotags.from_columns(columns, typed=[row.typed for row in rows])


def owners_of(rows: Sequence[Row[Any]]) -> dict[int, Owner]:
    """What results and findings of these rows take over from them, by their place in the list."""
    return {
        number: Owner(row.id, row.province, row.assigned_area, row.key_id) for number, row in enumerate(rows)
    }


def current_geotags(
    connection: Connection, campaign_id: int, after: tuple[str, int], at_once: int
) -> Sequence[Row[Any]]:
    """Up to ``at_once`` current geotags by assigned area and identity, those after the pair ``after``."""
    return connection.execute(
        text(named_sql("geotags.store", "geotags_current")),
        {"campaign_id": campaign_id, "limit": at_once, "after_area": after[0], "after_id": after[1]},
    ).all()
