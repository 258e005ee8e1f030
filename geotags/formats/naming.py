"""What the office's file names say: ``5105010001_geotagging.geojson`` holds the geotags of that village."""

from __future__ import annotations

import re
from dataclasses import replace

import pyarrow as pa

from geotags.formats.raw import Choose, RawGeotags

VILLAGE_COLUMN = "iddesa"
_NAMED = re.compile(r"(?P<iddesa>[0-9]{10})_(?:geotagging|landmark)[^0-9A-Za-z].*", re.IGNORECASE)


def village_of(file_name: str) -> str | None:
    """The village that a file is named after."""
    match = _NAMED.fullmatch(file_name)
    return match["iddesa"] if match else None


def choosing_village(choose: Choose) -> Choose:
    """``choose``, which sees a column of villages beside those of the file."""
    return lambda present: choose(present if _has_village(present) else [*present, VILLAGE_COLUMN])


def with_village(raw: RawGeotags, village: str) -> RawGeotags:
    """The records with their village, unless the file says it of each."""
    if _has_village(list(raw.columns)):
        return raw
    return replace(raw, columns=raw.columns | {VILLAGE_COLUMN: pa.repeat(village, len(raw))})


def _has_village(names: list[str]) -> bool:
    return any(name.strip().lower() == VILLAGE_COLUMN for name in names)
