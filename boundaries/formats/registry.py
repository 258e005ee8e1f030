"""Every format that boundary files may have. To add one: a file beside this one, and a line here."""

from __future__ import annotations

from pathlib import Path

from boundaries.formats.geojson import GEOJSON
from boundaries.formats.geopackage import GEOPACKAGE
from boundaries.formats.geoparquet import GEOPARQUET
from boundaries.formats.raw import BoundaryFormat, unreadable
from geo.errors import FileNotOpened, FormatUnknown
from geo.text import Text

FORMATS: tuple[BoundaryFormat, ...] = (GEOJSON, GEOPACKAGE, GEOPARQUET)

HEAD_BYTES = 4096
"""How much of a file is looked at to tell its format."""

EMPTY = Text(en="it is empty", id="berkas kosong")
OTHER_CONTENT = Text(
    en="its content is {found}, not what its name says",
    id="isinya {found}, tidak sesuai dengan namanya",
)
SOMETHING_ELSE = Text(en="something else", id="sesuatu yang lain")


def format_of(path: Path) -> BoundaryFormat:
    """The format that both the name and the first bytes of ``path`` say.

    Raises FormatUnknown for an unknown ending and FileUnreadable where name and content disagree.
    """
    named = next((known for known in FORMATS if path.suffix.lower() in known.extensions), None)
    if named is None:
        known = ", ".join(ending for known in FORMATS for ending in known.extensions)
        raise FormatUnknown(file=path.name, known=known)
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except OSError:
        raise FileNotOpened(file=path.name) from None
    if not head:
        raise unreadable(path, named.name, EMPTY)
    if not named.recognises(head):
        other = next((known.name for known in FORMATS if known.recognises(head)), SOMETHING_ELSE)
        raise unreadable(path, named.name, OTHER_CONTENT, found=other)
    return named
