"""Geotags as columns: what the checks read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.coordinates import CoordinateState, parse_numbers, with_decimal_point
from geo.crs import EPSG_OF_NAME, WGS84_EPSG, to_wgs84
from geo.times import Instants, parse_times
from geo.typed import Axis, read_typed

# r68 and r95 of a round Gaussian are sigma * sqrt(-2 ln 0.32) and sigma * sqrt(-2 ln 0.05); Android's
# accuracy is the 68 % radius (android.location.Location.getAccuracy).
SIGMAS_PER_R68 = 1.5096
R95_PER_R68 = 1.6214

# ``datum_epsg`` of a geotag that left the datum blank, of one whose batch has no such column, and of one
# that states something which names no datum known here.
DATUM_BLANK, DATUM_NOT_ASKED, DATUM_UNREADABLE = 0, -1, -2

_MOST_INT32 = 2**31 - 1

TEXT_COLUMNS = (
    "item_id",
    "household_key",
    "building_no",
    "assigned_area",
    "enumerator_id",
    "device_id",
    "source",
    "provider",
    "photo_names",
    "refusal_reason",
    "relocation_reason",
)
NUMBER_COLUMNS = ("altitude_m", "interview_lon", "interview_lat", "background_lon", "background_lat")
TIME_COLUMNS = ("captured_at", "fix_at", "received_at")

WRITTEN = ("lon_text", "lat_text")
ALWAYS_READ = ("item_id", "assigned_area", *WRITTEN, "accuracy_m", "datum_epsg", "revision")
"""Fields that every check may read; of the others it says which it does."""
IDENTIFYING = ("household_key", "building_no", "enumerator_id")
"""Fields that results show beside those."""

MOCK_UNKNOWN, MOCK_NO, MOCK_YES = -1, 0, 1
_YES = pa.array(["1", "true", "t", "yes", "y", "ya"])
_NO = pa.array(["0", "false", "f", "no", "n", "tidak"])


@dataclass(frozen=True, eq=False)
class Geotags:
    """n geotags; every column has length n.

    Text columns hold "" where nothing was given. ``lon`` and ``lat`` are degrees on WGS 84, NaN
    where the text is no number; ``accuracy_m`` NaN where missing or negative; ``datum_epsg`` an
    EPSG code, ``DATUM_BLANK``, ``DATUM_NOT_ASKED`` or ``DATUM_UNREADABLE``. ``typed`` is False where
    the texts were made from numbers, so that nothing can be said of the digits that were written;
    ``lon_text`` and ``lat_text`` may be null there. Times are instants of UTC. ``is_mock`` is one of
    ``MOCK_UNKNOWN``, ``MOCK_NO``, ``MOCK_YES``. ``interview_*`` is the fix at the start of the interview,
    ``background_*`` the one that the app took by itself, both in degrees on WGS 84.
    """

    item_id: pa.StringArray
    household_key: pa.StringArray
    building_no: pa.StringArray
    assigned_area: pa.StringArray
    enumerator_id: pa.StringArray
    device_id: pa.StringArray
    source: pa.StringArray
    provider: pa.StringArray
    photo_names: pa.StringArray
    refusal_reason: pa.StringArray
    relocation_reason: pa.StringArray
    lon_text: pa.StringArray
    lat_text: pa.StringArray
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    lon_state: NDArray[np.uint8]
    lat_state: NDArray[np.uint8]
    accuracy_m: NDArray[np.float64]
    datum_epsg: NDArray[np.int32]
    altitude_m: NDArray[np.float64]
    interview_lon: NDArray[np.float64]
    interview_lat: NDArray[np.float64]
    background_lon: NDArray[np.float64]
    background_lat: NDArray[np.float64]
    captured_at: Instants
    fix_at: Instants
    received_at: Instants
    is_mock: NDArray[np.int8]
    revision: NDArray[np.int32]
    typed: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.item_id)

    @classmethod
    def from_columns(cls, columns: Mapping[str, Any], *, typed: bool | Sequence[bool] = True) -> Geotags:
        """Build from columns named as the attributes (``lon_text``, ``lat_text`` ...).

        ``lon_text`` and ``lat_text`` are required, as texts or as numbers; all others may be either too, and
        what is not given is empty.
        """
        n = len(columns["lon_text"])
        nothing = pa.array([""], pa.string()).take(pa.array(np.zeros(n, np.int64)))

        def text(name: str) -> pa.StringArray:
            return nothing if columns.get(name) is None else _texts(columns[name])

        def number(name: str) -> NDArray[np.float64]:
            return np.full(n, np.nan) if columns.get(name) is None else _numbers(columns[name])[0]

        lon, lon_state = _coordinates(columns["lon_text"], Axis.LON)
        lat, lat_state = _coordinates(columns["lat_text"], Axis.LAT)
        epsg = np.full(n, DATUM_NOT_ASKED, np.int32)
        if columns.get("datum_epsg") is not None:
            epsg = _epsg_codes(text("datum_epsg"))
        moved = ~np.isin(epsg, (DATUM_NOT_ASKED, DATUM_BLANK, WGS84_EPSG))
        lon_text, lat_text = (
            _written(columns[name], keep=bool(moved.any())) for name in ("lon_text", "lat_text")
        )
        lon, lat = _on_wgs84(lon, lat, epsg)
        accuracy, revision = (
            _accuracies(columns.get("accuracy_m"), n),
            np.nan_to_num(number("revision"), nan=1.0),
        )
        missing = np.full(n, "NaT", "datetime64[us]")
        by_name: dict[str, Any] = {name: text(name) for name in TEXT_COLUMNS}
        by_name |= {name: number(name) for name in NUMBER_COLUMNS}
        for name in TIME_COLUMNS:
            by_name[name] = missing if columns.get(name) is None else parse_times(columns[name])
        return cls(
            **by_name,
            lon_text=lon_text,
            lat_text=lat_text,
            lon=lon,
            lat=lat,
            lon_state=lon_state,
            lat_state=lat_state,
            accuracy_m=np.where(accuracy >= 0, accuracy, np.nan),
            datum_epsg=epsg,
            is_mock=_mock_flags(text("is_mock")) if "is_mock" in columns else np.full(n, -1, np.int8),
            revision=np.clip(revision, 0, _MOST_INT32).astype(np.int32),
            typed=np.broadcast_to(np.asarray(typed, np.bool_), (n,)),
        )

    def written(self) -> tuple[pa.StringArray, pa.StringArray]:
        """Longitude and latitude as texts: as they came, or as the shortest text of the number that came."""
        return _filled(self.lon_text, self.lon), _filled(self.lat_text, self.lat)

    def take(self, rows: NDArray[np.int64]) -> Geotags:
        """The geotags of some rows, in that order."""
        taken: dict[str, Any] = {}
        for column in fields(self):
            values = getattr(self, column.name)
            taken[column.name] = values.take(pa.array(rows)) if isinstance(values, pa.Array) else values
            if isinstance(values, np.ndarray):
                taken[column.name] = values[rows]
        return Geotags(**taken)

    def as_table(self, named: Collection[str]) -> pa.Table:
        """Of the fields ``named``, and numbers and states of the coordinates, those that hold something.

        For ``from_table`` of another process or another day.
        """
        columns: dict[str, Any] = {}
        for column in fields(self):
            if column.name not in named and column.name not in _NEEDED:
                continue
            values = getattr(self, column.name)
            if isinstance(values, pa.Array):
                if values.null_count < len(values) and not pc.all(pc.equal(values, "")).as_py():
                    columns[column.name] = values
            elif column.name in _NEEDED or not _is_blank(column.name, values):
                columns[column.name] = pa.array(values)
        return pa.table(columns)

    @classmethod
    def from_table(cls, table: pa.Table) -> Geotags:
        """What ``as_table`` gave, also where tables with different columns were put together."""
        n = table.num_rows
        columns: dict[str, Any] = {}
        for column in fields(cls):
            name = column.name
            given = table.column(name).combine_chunks() if name in table.column_names else None
            if name in (*TEXT_COLUMNS, "lon_text", "lat_text"):
                texts = pa.nulls(n, pa.string()) if given is None else given
                columns[name] = texts if name in ("lon_text", "lat_text") else pc.fill_null(texts, "")
            else:
                blank = _BLANK.get(name, np.nan)
                values = np.full(n, blank) if given is None else pc.fill_null(given, blank)
                columns[name] = np.asarray(values).astype(_TYPE.get(name, np.float64))
        return cls(**columns)

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


# What a column without values holds, and its type; all others are real numbers and NaN.
_BLANK: dict[str, Any] = {
    "is_mock": MOCK_UNKNOWN,
    "datum_epsg": DATUM_NOT_ASKED,
    "typed": True,
    "revision": 1,
    "lon_state": int(CoordinateState.MISSING),
    "lat_state": int(CoordinateState.MISSING),
} | dict.fromkeys(TIME_COLUMNS, np.datetime64("NaT", "us"))
_TYPE: dict[str, Any] = {
    "is_mock": np.int8,
    "datum_epsg": np.int32,
    "typed": np.bool_,
    "revision": np.int32,
    "lon_state": np.uint8,
    "lat_state": np.uint8,
} | dict.fromkeys(TIME_COLUMNS, "datetime64[us]")
_NEEDED = ("item_id", "lon", "lat", "lon_state", "lat_state", "typed")


def _is_blank(name: str, values: NDArray[Any]) -> bool:
    blank = _BLANK.get(name, np.nan)
    return bool((np.isnan(values) if blank != blank else values == blank).all())


def _texts(given: Any) -> pa.StringArray:
    """Without blanks at their ends; "" for null."""
    array = given if isinstance(given, pa.Array | pa.ChunkedArray) else pa.array(given)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_dictionary(array.type):
        trimmed = _texts(array.dictionary)
        return pc.fill_null(trimmed.take(array.indices), "")
    if not pa.types.is_string(array.type):
        array = pc.cast(array, pa.string())
    array = pc.fill_null(array, "")
    least, most = byte_range(array)
    is_plain = least > ord(" ") and most < 0x80
    return array if is_plain else pc.utf8_trim_whitespace(array)


def byte_range(texts: pa.StringArray) -> tuple[int, int]:
    """The least and the greatest byte of all texts together; of no bytes 255 and 0."""
    _, offsets, characters = texts.buffers()
    if characters is None or not len(texts):
        return 255, 0
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    used = np.frombuffer(characters, np.uint8)[ends[0] : ends[-1]]
    return int(used.min(initial=255)), int(used.max(initial=0))


def _is_number(given: Any) -> bool:
    kind = given.type if isinstance(given, pa.Array | pa.ChunkedArray) else None
    return kind is not None and (pa.types.is_floating(kind) or pa.types.is_integer(kind))


def _numbers(given: Any) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Values and ``CoordinateState`` of texts or numbers. Both of shape (n,)."""
    if not _is_number(given):
        return parse_numbers(_texts(given))
    array = given.combine_chunks() if isinstance(given, pa.ChunkedArray) else given
    values = pc.cast(array, pa.float64()).to_numpy(zero_copy_only=False).astype(np.float64)
    state = np.where(np.isfinite(values), CoordinateState.NUMBER, CoordinateState.INVALID)
    if array.null_count:
        state[pc.is_null(array).to_numpy(zero_copy_only=False)] = CoordinateState.MISSING
    return np.where(np.isfinite(values), values, np.nan), state.astype(np.uint8)


def _accuracies(given: Any, n: int) -> NDArray[np.float64]:
    if given is None:
        return np.full(n, np.nan)
    return _numbers(given if _is_number(given) else with_decimal_point(_texts(given)))[0]


def _coordinates(given: Any, axis: Axis) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """As ``_numbers``; other texts as people type coordinates, each different one once."""
    values, state = _numbers(given)
    rows = np.flatnonzero(state == CoordinateState.INVALID)
    if len(rows) and not _is_number(given):
        texts = _texts(given).take(pa.array(rows)).dictionary_encode()
        read = [read_typed(text, axis) for text in texts.dictionary.to_pylist()]
        index = texts.indices.to_numpy(zero_copy_only=False)
        values[rows] = np.array([one.degrees for one in read])[index]
        state[rows] = np.array([one.state for one in read], np.uint8)[index]
    return values, state


def _written(given: Any, *, keep: bool) -> pa.StringArray:
    """The texts of a coordinate; those of numbers only where they must be kept, else null."""
    if keep or not _is_number(given):
        return _texts(given)
    return pa.nulls(len(given), pa.string())


def _filled(texts: pa.StringArray, values: NDArray[np.float64]) -> pa.StringArray:
    if not texts.null_count:
        return texts
    made = pc.cast(pa.array(values, from_pandas=True), pa.string())
    return pc.fill_null(pc.coalesce(texts, made), "")


def _mock_flags(texts: pa.StringArray) -> NDArray[np.int8]:
    lower = pc.utf8_lower(texts)
    flags = np.full(len(texts), MOCK_UNKNOWN, np.int8)
    flags[pc.is_in(lower, value_set=_YES).to_numpy(zero_copy_only=False)] = MOCK_YES
    flags[pc.is_in(lower, value_set=_NO).to_numpy(zero_copy_only=False)] = MOCK_NO
    return flags


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
