"""Frames: making them, and finding them and their releases by name."""

from __future__ import annotations

import re

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from boundaries.store.areas import FrameRecord, ReleaseRecord, read_frames
from boundaries.store.engine import named_sql
from geo.codes import SCHEMES
from geo.errors import AlreadyExists, NoRelease, NotFound, ValueRefused
from geo.text import Text

FRAME = Text(en="frame", id="kerangka")
RELEASE = Text(en="release", id="rilis")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_COUNTRY = re.compile(r"[A-Z]{2}")


def require_name(name: str) -> None:
    """Raise ``ValueRefused`` for a name of a frame or a campaign that would not fit into a path."""
    if not _NAME.fullmatch(name):
        raise ValueRefused(where=Text(en="name", id="nama"), value=name, wanted="a-z, 0-9, -, _ (<= 63)")


def create_frame(engine: Engine, name: str, scheme: str, country: str = "ID") -> FrameRecord:
    """Create an empty frame. ``country`` is an ISO 3166-1 alpha-2 code.

    Raises ``ValueRefused`` for a name that would not fit into a path, an unknown scheme or country,
    ``AlreadyExists`` for a name that is taken.
    """
    require_name(name)
    if scheme not in SCHEMES:
        raise ValueRefused(
            where=Text(en="code scheme", id="skema kode"), value=scheme, wanted=" / ".join(SCHEMES)
        )
    if not _COUNTRY.fullmatch(country):
        raise ValueRefused(
            where=Text(en="country", id="negara"), value=country, wanted="ISO 3166-1 alpha-2 (ID)"
        )
    values = {"name": name, "country": country, "code_scheme": scheme}
    try:
        with engine.begin() as connection:
            connection.execute(text(named_sql("boundaries.store", "create_frame")), values)
            return frame_named(connection, name)
    except IntegrityError as error:
        raise AlreadyExists(what=FRAME, name=name) from error


def list_frames(engine: Engine) -> list[FrameRecord]:
    """All frames, by name."""
    with engine.connect() as connection:
        return read_frames(connection)


def find_frame(engine: Engine, name: str) -> FrameRecord:
    """The frame called ``name``. Raises ``NotFound``."""
    with engine.connect() as connection:
        return frame_named(connection, name)


def frame_named(connection: Connection, name: str) -> FrameRecord:
    """The frame called ``name``, within a transaction. Raises ``NotFound``."""
    found = read_frames(connection, name)
    if not found:
        names = ", ".join(frame.name for frame in read_frames(connection)) or "-"
        raise NotFound(
            what=FRAME,
            name=name,
            remedy=Text(
                en=f"There are: {names}. Make one with: patok frame create.",
                id=f"Yang ada: {names}. Buat dengan: patok frame create.",
            ),
        )
    return found[0]


def pick_release(
    releases: list[ReleaseRecord], frame: FrameRecord, reference: int | str | None
) -> ReleaseRecord:
    """Out of a newest-first list, by number or by label; of equal labels the newest is meant.

    A text is a number first and then a label; an ``int`` is never a label.
    """
    if not releases:
        raise NoRelease(frame=frame.name)
    chosen = releases[:1]
    if reference is not None:
        wanted = str(reference)
        chosen = [one for one in releases if str(one.number) == wanted]
        if not chosen and isinstance(reference, str):
            chosen = [one for one in releases if one.label == wanted]
    if not chosen:
        raise NotFound(
            what=RELEASE,
            name=str(reference),
            remedy=Text(
                en=f"List them with: patok frame releases {frame.name}.",
                id=f"Lihat daftarnya dengan: patok frame releases {frame.name}.",
            ),
        )
    return chosen[0]
