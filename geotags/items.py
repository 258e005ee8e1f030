"""One item of a sync: what a device says of one geotag, read strictly.

A fault here is one of the item, not of the household: the item is set aside word for word with the reason,
and the others go on. What is wrong with a coordinate is no such fault; the checks say that.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from geo.geotags import Geotags
from geotags.intake import LONGEST_KEY, MOST_REVISION

MUATAN = ("kk", "btt", "bttk", "bku", "bbtt_nonusaha", "usaha")
MOST_PHOTOS = 20
_LONGEST_TEXT = 2000
_MOST_COUNT = 10**6
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})")
_LOCAL_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_EQUAL_DEG = 1e-7


class Fault(Exception):
    """Why an item is set aside: a word of ``geotags.reasons``, and the field that it is about."""

    def __init__(self, reason: str, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.field = reason, field


@dataclass(frozen=True)
class Item:
    """An item that can be stored. ``values`` are columns of ``Geotags``; ``more`` is kept beside them."""

    body: bytes
    item_id: str
    revision: int
    values: Mapping[str, Any]
    more: Mapping[str, Any]
    body_sha256: bytes
    """Of the item with its members in order: the same for the same content."""


@dataclass(frozen=True)
class Refused:
    """An item that cannot be stored; ``item_id`` where at least that could be read."""

    body: bytes
    reason: str
    field: str | None = None
    item_id: str | None = None
    revision: int | None = None


def read_item(body: bytes) -> Item | Refused:
    """One item from its bytes."""
    try:
        members = _members(body)
    except Fault as fault:
        return Refused(body, fault.reason, fault.field)
    named: dict[str, Any] = {}
    try:
        for name, read in NAMING.items():
            named[name] = _read(members, name, read, True)
        return _item(body, members, named)
    except Fault as fault:
        return Refused(body, fault.reason, fault.field, named.get("item_id"), named.get("revision"))


def geotags_of(items: Sequence[Item], received_at: dt.datetime) -> Geotags:
    """The items as columns, as a file of them would be read."""
    names = dict.fromkeys(name for item in items for name in item.values)
    columns: dict[str, Any] = {}
    for name in names:
        values = [item.values.get(name) for item in items]
        columns[name] = pa.array(values, pa.float64() if name in _NUMBERS else pa.string())
    for name in ("lon_text", "lat_text"):
        columns.setdefault(name, pa.nulls(len(items), pa.string()))
    columns["received_at"] = pa.array([received_at] * len(items), pa.timestamp("us", "UTC"))
    return Geotags.from_columns(columns, typed=[bool(item.more.get("typed")) for item in items])


# ---- reading -----------------------------------------------------------------------------------------------


def _members(body: bytes) -> dict[str, Any]:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Fault("not_utf8") from None
    try:
        found = json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_whole)
    except Fault:
        raise
    except (ValueError, RecursionError):
        raise Fault("not_json") from None
    if not isinstance(found, dict):
        raise Fault("no_object")
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half of a character, written as an escape
        raise Fault("not_utf8") from None
    unknown = sorted(set(found) - set(FIELDS) - set(NAMING))
    if unknown:
        raise Fault("unknown_field", unknown[0][:60] if re.fullmatch(r"[A-Za-z0-9_]+", unknown[0]) else None)
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Fault("doubled_field")
    return found


def _constant(_: str) -> Any:
    raise Fault("number_not_finite")


def _whole(digits: str) -> int:
    if len(digits) > 20:
        raise Fault("number_too_long")
    return int(digits)


def _read(members: Mapping[str, Any], name: str, read: Callable[[Any], Any], is_needed: bool) -> Any:
    value = members.get(name)
    if value is None:
        if is_needed:
            raise Fault("field_missing", name)
        return None
    try:
        return read(value)
    except Fault as fault:
        raise Fault(fault.reason, name) from None


def _item(body: bytes, members: dict[str, Any], named: dict[str, Any]) -> Item:
    values: dict[str, Any] = {"item_id": named["item_id"], "revision": str(named["revision"])}
    more: dict[str, Any] = {}
    for name, (read, is_needed) in FIELDS.items():
        value = _read(members, name, read, is_needed)
        if value is None:
            continue
        if isinstance(value, _Spread):
            values |= value.values
            more |= value.more
        elif name in _KEPT:
            more[name] = value
        elif name not in ("lon", "lat"):
            values[name] = value
    more |= _coordinates(members, values)
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(canonical.encode()).digest()
    return Item(body, named["item_id"], named["revision"], values, more, digest)


def _coordinates(members: Mapping[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """The texts as they were typed, or those of the numbers. Both at once must say the same."""
    typed = False
    for number, text in (("lon", "lon_text"), ("lat", "lat_text")):
        degrees = members.get(number)
        if text in values:
            typed = True
            written = _as_number(values[text])
            if degrees is not None and written is not None and abs(written - degrees) > _EQUAL_DEG:
                raise Fault("text_differs", text)
        elif degrees is not None:
            values[text] = repr(float(degrees))
    return {"typed": True} if typed else {}


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class _Spread:
    """A member that is several columns."""

    values: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)


def _text(longest: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise Fault("no_text")
        if len(value) > longest:
            raise Fault("text_too_long")
        if "\x00" in value:
            raise Fault("zero_character")
        return value

    return read


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Fault("no_number")
    if not math.isfinite(value):
        raise Fault("number_not_finite")
    return float(value)


def _mock(value: Any) -> _Spread:
    if not isinstance(value, bool):
        raise Fault("no_flag")
    return _Spread({"is_mock": "true" if value else "false"})


def _instant(value: Any) -> str:
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise Fault("no_instant")
    try:
        dt.datetime.fromisoformat(value)
    except ValueError:
        raise Fault("no_instant") from None
    return value


def _local_time(value: Any) -> str:
    if not isinstance(value, str) or not _LOCAL_TIME.fullmatch(value):
        raise Fault("no_local_time")
    try:
        dt.datetime.fromisoformat(value)
    except ValueError:
        raise Fault("no_local_time") from None
    return value


def _identifier(value: Any) -> str:
    if not isinstance(value, str):
        raise Fault("no_uuid")
    try:
        found = str(uuid.UUID(value))
    except ValueError:
        raise Fault("no_uuid") from None
    if found != value.lower():
        raise Fault("no_uuid")
    return found


def _revision(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_REVISION:
        raise Fault("no_revision")
    return value


def _within(value: Any, readers: Mapping[str, Callable[[Any], Any]], needed: Sequence[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Fault("no_object")
    if set(value) - set(readers):
        raise Fault("unknown_field")
    if any(value.get(name) is None for name in needed):
        raise Fault("field_missing")
    return {name: readers[name](given) for name, given in value.items() if given is not None}


def _fix(prefix: str) -> Callable[[Any], _Spread]:
    readers = {"lon": _number, "lat": _number, "accuracy_m": _number, "at": _instant}

    def read(value: Any) -> _Spread:
        found = _within(value, readers, ("lon", "lat"))
        place = {f"{prefix}_lon": found.pop("lon"), f"{prefix}_lat": found.pop("lat")}
        return _Spread(place, {f"{prefix}_{name}": one for name, one in found.items()})

    return read


def _sha256(value: Any) -> str:
    if not isinstance(value, str) or not _SHA256.fullmatch(value.lower()):
        raise Fault("no_sha256")
    return value.lower()


_PHOTO = {
    "sha256": _sha256,
    "lon": _number,
    "lat": _number,
    "gps_at": _instant,
    "taken_at": _local_time,
    "offset_minutes": _number,
}


def _photos(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise Fault("no_list")
    if len(value) > MOST_PHOTOS:
        raise Fault("too_many")
    return [_within(photo, _PHOTO, ("sha256",)) for photo in value]


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_COUNT:
        raise Fault("no_count")
    return value


def _muatan(value: Any) -> dict[str, int]:
    return _within(value, dict.fromkeys(MUATAN, _count), ())


_KEY, _SAID = _text(LONGEST_KEY), _text(_LONGEST_TEXT)

# What an item is known by: read first, so that a fault elsewhere can name it.
NAMING: dict[str, Callable[[Any], Any]] = {"item_id": _identifier, "revision": _revision}
# Every other member: how it is read, and whether it must be there.
FIELDS: dict[str, tuple[Callable[[Any], Any], bool]] = {
    "household_key": (_KEY, True),
    "building_no": (_KEY, False),
    "assigned_area": (_KEY, True),
    "lon": (_number, False),
    "lat": (_number, False),
    "lon_text": (_KEY, False),
    "lat_text": (_KEY, False),
    "accuracy_m": (_number, False),
    "altitude_m": (_number, False),
    "captured_at": (_instant, True),
    "fix_at": (_instant, False),
    "provider": (_KEY, False),
    "mock": (_mock, False),
    "source": (_KEY, False),
    "enumerator_id": (_KEY, True),
    "device_id": (_KEY, False),
    "interview_start": (_fix("interview"), False),
    "background": (_fix("background"), False),
    "photos": (_photos, False),
    "muatan": (_muatan, False),
    "refusal_reason": (_SAID, False),
    "relocation_reason": (_SAID, False),
    "frame_release": (_KEY, False),
}
_KEPT = ("photos", "muatan", "frame_release")
_NUMBERS = (
    "accuracy_m",
    "altitude_m",
    "interview_lon",
    "interview_lat",
    "background_lon",
    "background_lat",
)
