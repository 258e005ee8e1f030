"""Every geotag reader. A new format is one file and one line here."""

from __future__ import annotations

from pathlib import Path

from geo.errors import FormatUnknown
from geotags.formats import delimited, geojson, parquet
from geotags.formats.raw import NO_SUCH_FILE, GeotagFormat, RawGeotags, unreadable

FORMATS: tuple[GeotagFormat, ...] = (delimited.FORMAT, geojson.FORMAT, parquet.FORMAT)


def read_raw(path: Path) -> tuple[GeotagFormat, RawGeotags]:
    """Read a file with the reader that its ending names."""
    ending = path.suffix.lower()
    for one in FORMATS:
        if ending in one.endings:
            if not path.is_file():
                raise unreadable(path, one.name, NO_SUCH_FILE)
            return one, one.read(path)
    known = ", ".join(ending for one in FORMATS for ending in one.endings)
    raise FormatUnknown(file=path.name, known=known)
