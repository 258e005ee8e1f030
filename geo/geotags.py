"""Geotags as columns: what the checks read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.coordinates import CoordinateState, parse_numbers
from geo.crs import EPSG_OF_NAME, WGS84_EPSG, to_wgs84

# r68 and r95 of a round Gaussian are sigma * sqrt(-2 ln 0.32) and sigma * sqrt(-2 ln 0.05); Android's
# accuracy is the 68 % radius (android.location.Location.getAccuracy).
SIGMAS_PER_R68 = 1.5096

# ``datum_epsg`` of a geotag that left the datum blank, of one whose batch has no such column, and of one
# that states something which names no datum known here.
DATUM_BLANK, DATUM_NOT_ASKED, DATUM_UNREADABLE = 0, -1, -2

_MOST_INT32 = 2**31 - 1

TEXT_COLUMNS = ("item_id", "household_key", "building_no", "assigned_area", "enumerator_id")


@dataclass(frozen=True, eq=False)
class Geotags:
    """n geotags; every column has length n.

    Text columns hold "" where nothing was given. ``lon`` and ``lat`` are degrees on WGS 84, NaN
    where the text is no number; ``accuracy_m`` NaN where missing or negative; ``datum_epsg`` an
    EPSG code, ``DATUM_BLANK``, ``DATUM_NOT_ASKED`` or ``DATUM_UNREADABLE``. ``typed`` is False where
    the texts were made from numbers, so that nothing can be said of the digits that were written.
    """

    item_id: pa.StringArray
    household_key: pa.StringArray
    building_no: pa.StringArray
    assigned_area: pa.StringArray
    enumerator_id: pa.StringArray
    lon_text: pa.StringArray
    lat_text: pa.StringArray
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    lon_state: NDArray[np.uint8]
    lat_state: NDArray[np.uint8]
    accuracy_m: NDArray[np.float64]
    datum_epsg: NDArray[np.int32]
    captured_at: pa.Array
    revision: NDArray[np.int32]
    typed: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.item_id)

    @classmethod
    def from_columns(cls, columns: Mapping[str, Any], *, typed: bool | Sequence[bool] = True) -> Geotags:
        """Build from text columns named as the attributes (``lon_text``, ``lat_text`` ...).

        ``lon_text`` and ``lat_text`` are required; ``accuracy_m`` and ``datum_epsg`` may be text or
        numbers; what is not given is empty.
        """
        n = len(columns["lon_text"])

        def text(name: str) -> pa.StringArray:
            given = columns.get(name)
            if given is None:
                return pa.array([""] * n, pa.string())
            return pc.utf8_trim_whitespace(pc.fill_null(_text_array(given), ""))

        lon, lon_state = parse_numbers(text("lon_text"))
        lat, lat_state = parse_numbers(text("lat_text"))
        accuracy, _ = parse_numbers(text("accuracy_m"))
        epsg = _epsg_codes(text("datum_epsg"))
        if columns.get("datum_epsg") is None:
            epsg[:] = DATUM_NOT_ASKED
        revision = np.nan_to_num(parse_numbers(text("revision"))[0], nan=1.0)
        lon, lat = _on_wgs84(lon, lat, epsg)
        return cls(
            **{name: text(name) for name in TEXT_COLUMNS},
            lon_text=text("lon_text"),
            lat_text=text("lat_text"),
            lon=lon,
            lat=lat,
            lon_state=lon_state,
            lat_state=lat_state,
            accuracy_m=np.where(accuracy >= 0, accuracy, np.nan),
            datum_epsg=epsg,
            captured_at=columns.get("captured_at", pa.nulls(n, pa.timestamp("us", "UTC"))),
            revision=np.clip(revision, 0, _MOST_INT32).astype(np.int32),
            typed=np.broadcast_to(np.asarray(typed, np.bool_), (n,)),
        )

    def take(self, rows: NDArray[np.int64]) -> Geotags:
        """The geotags of some rows, in that order."""
        taken: dict[str, Any] = {}
        for column in fields(self):
            values = getattr(self, column.name)
            taken[column.name] = values.take(pa.array(rows)) if isinstance(values, pa.Array) else values
            if isinstance(values, np.ndarray):
                taken[column.name] = values[rows]
        return Geotags(**taken)

    @cached_property
    def in_range(self) -> NDArray[np.bool_]:
        """Both coordinates are numbers within 180 and 90 degrees."""
        with np.errstate(invalid="ignore"):
            return np.asarray((np.abs(self.lon) <= 180.0) & (np.abs(self.lat) <= 90.0))

    @cached_property
    def is_number(self) -> NDArray[np.bool_]:
        """Both coordinates are finite numbers."""
        number = CoordinateState.NUMBER
        return np.asarray((self.lon_state == number) & (self.lat_state == number))


def _text_array(given: Any) -> pa.StringArray:
    array = given if isinstance(given, pa.Array | pa.ChunkedArray) else pa.array(given)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    return array if pa.types.is_string(array.type) else pc.cast(array, pa.string())


def _epsg_codes(texts: pa.StringArray) -> NDArray[np.int32]:
    """The datum of each text: "4238", "EPSG:4238" or the name "ID74"; blank and unreadable ones marked."""
    upper = pc.utf8_upper(texts)
    numbers, names = (
        pc.replace_substring_regex(upper, "^EPSG:", ""),
        pc.replace_substring_regex(upper, "[ _-]", ""),
    )
    for name, code in EPSG_OF_NAME.items():
        numbers = pc.if_else(pc.equal(names, name), str(code), numbers)
    values, state = parse_numbers(numbers)
    epsg = np.full(len(values), DATUM_UNREADABLE, np.int32)
    # Stored geotags come back with the marks as numbers.
    whole = (values >= DATUM_NOT_ASKED) & (values <= _MOST_INT32) & (values == np.floor(values))
    epsg[whole] = values[whole]
    epsg[state == CoordinateState.MISSING] = DATUM_BLANK
    return epsg


def _on_wgs84(
    lon: NDArray[np.float64], lat: NDArray[np.float64], epsg: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    for code in np.unique(epsg):
        if code in (DATUM_NOT_ASKED, DATUM_BLANK, WGS84_EPSG):
            continue
        # Placeholders and swapped pairs stay as they came, so that the checks know them.
        place = (np.abs(lon) <= 180.0) & (np.abs(lat) <= 90.0) & ((lon != 0.0) | (lat != 0.0))
        rows = (epsg == code) & place
        lon[rows], lat[rows] = to_wgs84(lon[rows], lat[rows], int(code))
    return lon, lat
