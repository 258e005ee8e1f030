"""What a geotag says that has no column of its own in PostGIS: kept as JSON, for the checks that read it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from geo.geotags import MOCK_UNKNOWN, MOCK_YES, Geotags

_TEXTS = ("device_id", "source", "provider", "photo_names", "refusal_reason", "relocation_reason")
_NUMBERS = ("altitude_m", "interview_lon", "interview_lat", "background_lon", "background_lat")
_TIMES = ("fix_at", "received_at")
NAMES = (*_TEXTS, *_NUMBERS, *_TIMES, "is_mock")


def instants(values: np.ndarray) -> list[dt.datetime | None]:
    """datetime64[us] of UTC as Python's instants; None for NaT."""
    return [None if one is None else one.replace(tzinfo=dt.UTC) for one in values.astype(object).tolist()]


def details_of(geotags: Geotags) -> list[str]:
    """For each geotag the JSON of what it has of ``NAMES``; the same values give the same text."""
    details: list[dict[str, Any]] = [{} for _ in range(len(geotags))]
    for name, values in _given(geotags).items():
        for row, value in enumerate(values):
            if value is not None and value != "":
                details[row][name] = value
    return [json.dumps(one, sort_keys=True) if one else "{}" for one in details]


def _given(geotags: Geotags) -> dict[str, list[Any]]:
    """The columns that have a value somewhere, in JSON's types."""
    given: dict[str, list[Any]] = {name: getattr(geotags, name).to_pylist() for name in _TEXTS}
    for name in _NUMBERS:
        given[name] = [value if value == value else None for value in getattr(geotags, name).tolist()]
    for name in _TIMES:
        given[name] = [one and one.isoformat() for one in instants(getattr(geotags, name))]
    flags = geotags.is_mock
    given["is_mock"] = [None if one == MOCK_UNKNOWN else bool(one == MOCK_YES) for one in flags.tolist()]
    return {name: values for name, values in given.items() if any(v not in (None, "") for v in values)}


def columns_of(details: Sequence[Mapping[str, Any]]) -> dict[str, pa.Array]:
    """The columns again, for ``Geotags.from_columns``: those that some geotag has."""
    columns: dict[str, pa.Array] = {}
    for name in NAMES:
        values = [one.get(name) for one in details]
        if any(value is not None for value in values):
            if name == "is_mock":
                values = [None if value is None else str(value) for value in values]
            columns[name] = pa.array(values, pa.float64() if name in _NUMBERS else pa.string())
    return columns
