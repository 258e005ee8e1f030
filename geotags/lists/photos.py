"""A folder of photos: where and when each says it was taken, and the hash of its bytes. None is kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import re
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import ExifTags, Image

from geo.photos import Photos

ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".heic")
# What Pillow raises for files that are not what they begin as.
_BROKEN = (OSError, SyntaxError, ValueError, TypeError, KeyError, struct.error, Image.DecompressionBombError)
_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})")


@dataclass(frozen=True)
class PhotoFolder:
    """The photos of a folder. ``unreadable`` are files that are no picture, ``ambiguous`` names that two
    different files have: geotags that name these are not assessed."""

    photos: Photos
    unreadable: int
    ambiguous: int


@dataclass(frozen=True)
class _Photo:
    name: str
    sha256: str
    lon: float = math.nan
    lat: float = math.nan
    gps_at: dt.datetime | None = None
    taken_at: dt.datetime | None = None
    offset_minutes: float = math.nan


def read_photos(folder: Path, progress: Callable[[int], None] | None = None) -> PhotoFolder:
    """Every picture below a folder. Files of other kinds are passed over.

    ``progress`` is called with 1 for each file.
    """
    found: list[_Photo] = []
    unreadable = 0
    for path in _pictures(folder):
        try:
            found.append(_read(path))
        except _BROKEN:
            unreadable += 1
        if progress:
            progress(1)
    # Copies of one file in two folders are one photo; two pictures of one name are none.
    different = {(one.name, one.sha256): one for one in sorted(found, key=lambda one: (one.name, one.sha256))}
    names = Counter(name for name, _ in different)
    kept = [one for one in different.values() if names[one.name] == 1]
    return PhotoFolder(_columns(kept), unreadable, sum(1 for count in names.values() if count > 1))


def _pictures(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in ENDINGS and path.is_file():
            yield path


def _read(path: Path) -> _Photo:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        # Only the header is read: no pixel is decoded.
        with Image.open(file) as picture:
            exif = picture.getexif()
            position, clock = exif.get_ifd(ExifTags.IFD.GPSInfo), exif.get_ifd(ExifTags.IFD.Exif)
    lon = _degrees(position, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, "EW", 180)
    lat = _degrees(position, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, "NS", 90)
    return _Photo(
        path.name.lower(),
        sha256,
        lon,
        lat,
        _gps_at(position),
        _instant(clock.get(ExifTags.Base.DateTimeOriginal)),
        _offset(clock.get(ExifTags.Base.OffsetTimeOriginal)),
    )


def _degrees(position: Any, tag: int, ref_tag: int, signs: str, most: float) -> float:
    """Degrees, minutes, seconds and a letter; NaN for whatever is not exactly that."""
    ref = position.get(ref_tag)
    ref = ref.decode("ascii", "replace") if isinstance(ref, bytes) else ref
    ref = ref.strip("\x00 ").upper() if isinstance(ref, str) else ""
    parts = [_number(part) for part in _parts(position.get(tag))]
    if ref not in tuple(signs) or len(parts) != 3 or not all(0 <= part < 1e6 for part in parts):
        return math.nan
    degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
    if degrees > most:
        return math.nan
    return -degrees if ref == signs[1] else degrees


def _parts(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, tuple | list) else ()


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return math.nan


def _gps_at(position: Any) -> dt.datetime | None:
    """Date and time of the satellites: UTC."""
    day = position.get(ExifTags.GPS.GPSDateStamp)
    parts = [_number(part) for part in _parts(position.get(ExifTags.GPS.GPSTimeStamp))]
    if not isinstance(day, str) or len(parts) != 3 or not all(0 <= part < 61 for part in parts):
        return None
    midnight = _instant(f"{day.strip(chr(0) + ' ')[:10]} 00:00:00")
    seconds = parts[0] * 3600 + parts[1] * 60 + parts[2]
    return midnight and midnight + dt.timedelta(seconds=seconds)


def _instant(text: Any) -> dt.datetime | None:
    if not isinstance(text, str):
        return None
    try:
        return dt.datetime.strptime(text.strip("\x00 ")[:19].replace("-", ":"), "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None


def _offset(text: Any) -> float:
    match = _OFFSET.fullmatch(text.strip("\x00 ")) if isinstance(text, str) else None
    if match is None:
        return math.nan
    minutes = int(match[2]) * 60 + int(match[3])
    return float(-minutes if match[1] == "-" else minutes)


def _columns(photos: list[_Photo]) -> Photos:
    def texts(name: str) -> pa.StringArray:
        return pa.array([getattr(one, name) for one in photos], pa.string())

    def numbers(name: str) -> Any:
        return np.array([getattr(one, name) for one in photos], np.float64)

    def instants(name: str) -> Any:
        return np.array([getattr(one, name) or "NaT" for one in photos], "datetime64[us]")

    return Photos(
        texts("name"),
        texts("sha256"),
        numbers("lon"),
        numbers("lat"),
        instants("gps_at"),
        instants("taken_at"),
        numbers("offset_minutes"),
    )
