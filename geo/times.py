"""Instants as texts write them, into microseconds of UTC."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Instants = NDArray[np.datetime64]
"""datetime64[us], UTC; NaT where there is none."""

_WITH_OFFSET = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})$"
_MICROSECONDS_PER_DEGREE = 240e6  # the sun moves 360 degrees in a day
_UTC = pa.timestamp("us", "UTC")
_FIRST, _LAST = np.datetime64("0001-01-02", "us"), np.datetime64("9999-12-31", "us")


def parse_times(given: Any) -> Instants:
    """ISO 8601 texts with an offset (or Z), or a column of instants. Shape (n,).

    A time without an offset is ambiguous between Indonesia's three zones: there is none to be read.
    """
    array = given if isinstance(given, pa.Array | pa.ChunkedArray) else pa.array(given)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_timestamp(array.type):
        known = array if array.type.tz else pa.nulls(len(array), _UTC)
    else:
        texts = pc.cast(array, pa.string())
        known = _read(pc.if_else(pc.match_substring_regex(texts, _WITH_OFFSET), texts, None))
    whole = pc.cast(pc.cast(known, _UTC, safe=False), pa.int64())
    missing = np.iinfo(np.int64).min  # NaT
    instants = pc.fill_null(whole, missing).to_numpy(zero_copy_only=False).astype("datetime64[us]")
    return np.where((instants >= _FIRST) & (instants < _LAST), instants, np.datetime64("NaT", "us"))


def days_at(instants: Instants, lon: NDArray[np.float64]) -> NDArray[np.datetime64]:
    """The day of each instant by the mean sun at its longitude in degrees; of UTC where that is NaN. (n,)

    Zones by law are within about an hour of it in Indonesia, and nobody visits households at midnight.
    """
    microseconds = np.rint(np.nan_to_num(lon) * _MICROSECONDS_PER_DEGREE).astype("timedelta64[us]")
    return np.asarray(instants + microseconds).astype("datetime64[D]")


def _read(texts: pa.StringArray) -> pa.TimestampArray:
    try:
        return pc.cast(texts, _UTC)
    except pa.ArrowInvalid:
        # Some text is no instant, such as the 30th of February.
        return pa.array([_instant(text) if text else None for text in texts.to_pylist()], _UTC)


def _instant(text: str) -> dt.datetime | None:
    try:
        instant = dt.datetime.fromisoformat(text)
        return instant.astimezone(dt.UTC)  # the first and the last day of the calendar may leave it
    except (ValueError, OverflowError):
        return None
