"""Every geotag reader. A new format is one file and one line here."""

from __future__ import annotations

from pathlib import Path

from geo.errors import FileNotOpened, FormatUnknown
from geotags.formats import delimited, geojson, parquet
from geotags.formats.raw import GeotagFormat, RawGeotags

FORMATS: tuple[GeotagFormat, ...] = (delimited.FORMAT, geojson.FORMAT, parquet.FORMAT)


def read_raw(path: Path) -> tuple[GeotagFormat, RawGeotags]:
    """Read a file with the reader that its ending names."""
    ending = path.suffix.lower()
    for one in FORMATS:
        if ending in one.endings:
            try:
                path.open("rb").close()
            except OSError:
                raise FileNotOpened(file=path.name) from None
            return one, one.read(path)
    known = ", ".join(ending for one in FORMATS for ending in one.endings)
    raise FormatUnknown(file=path.name, known=known)
