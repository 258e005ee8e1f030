"""Reading frames, releases and the areas of a release, as records and as vector tiles.

Geometry comes as GeoJSON text: EPSG:4326, longitude first, seven decimals (about a centimetre).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from boundaries.mapping import is_personal
from boundaries.store.reading import Connection, read_rows, statement
from geo.codes import SCHEMES, CodeScheme
from geo.errors import NotFound
from geo.levels import Level
from geo.text import Text

AREA_TILE_ZOOMS: dict[Level, int] = {
    Level.PROV: 0,
    Level.KAB: 0,
    Level.KEC: 5,
    Level.DESA: 7,
    Level.SLS: 9,
    Level.SUBSLS: 9,
}
"""The lowest zoom that has tiles of a level: below it one tile would hold a large part of the country."""

AREA_TILE_MAX_ZOOM = 14
"""From here on the map enlarges the tile: 4096 units over 2.4 km are 0.6 m each."""


@dataclass(frozen=True)
class FrameRecord:
    """One frame; ``scheme`` is how its codes are written."""

    frame_id: int
    name: str
    country: str
    scheme: CodeScheme


@dataclass(frozen=True)
class ReleaseRecord:
    """One release of a frame, with what selects its areas: ``published_at`` and ``effective_on``."""

    release_id: int
    number: int
    label: str
    effective_on: dt.date
    published_at: dt.datetime
    boundary_sigma_m: float
    forced_reason: str | None
    reverted_to: int | None
    reverted_reason: str | None
    segments: int


def _sql(name: str) -> Any:
    return statement("boundaries.store", name)


def read_frames(connection: Connection, name: str | None = None) -> list[FrameRecord]:
    """All frames by name, or the one called ``name``."""
    return [
        FrameRecord(row["id"], row["name"], row["country"], SCHEMES[row["code_scheme"]])
        for row in read_rows(connection, _sql("frames"), name=name)
    ]


def read_releases(connection: Connection, frame_id: int) -> list[ReleaseRecord]:
    """The releases of a frame, newest first."""
    return [ReleaseRecord(**row) for row in read_rows(connection, _sql("releases"), frame_id=frame_id)]


def current_release(connection: Connection, frame_id: int) -> ReleaseRecord | None:
    """The newest release of a frame; None before the first."""
    return next(iter(read_releases(connection, frame_id)), None)


def _place(frame: FrameRecord, release: ReleaseRecord) -> dict[str, Any]:
    return {
        "frame_id": frame.frame_id,
        "published_at": release.published_at,
        "effective_on": release.effective_on,
    }


def read_levels(connection: Connection, frame: FrameRecord, release: ReleaseRecord) -> list[Level]:
    """The levels that have areas in the release, highest first."""
    levels = [str(level) for level in frame.scheme.levels]
    rows = read_rows(connection, _sql("levels"), levels=levels, **_place(frame, release))
    present = {row["level"] for row in rows}
    return [level for level in frame.scheme.levels if level in present]


def read_areas(
    connection: Connection,
    frame: FrameRecord,
    release: ReleaseRecord,
    *,
    level: Level | None,
    parent: str | None,
    after: str | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Up to ``limit`` areas in the order of their codes, those after the code ``after``.

    ``parent`` keeps what lies below it, at any depth. Each row: area_code, level, name,
    parent_code, attributes, geometry (GeoJSON text).
    """
    rows = read_rows(
        connection,
        _sql("areas"),
        level=level,
        parent=parent,
        after=after,
        limit=limit,
        **_place(frame, release),
    )
    return [_without_personal(row) for row in rows]


def _without_personal(row: dict[str, Any]) -> dict[str, Any]:
    """A load may have been told to keep personal columns (the name of an SLS head): they are never served."""
    kept = {key: value for key, value in row["attributes"].items() if not is_personal(key)}
    return row | {"attributes": kept}


def find_area(
    connection: Connection, frame: FrameRecord, release: ReleaseRecord, level: Level, area_code: str
) -> dict[str, Any]:
    """One area, as ``read_areas`` gives it. Raises ``NotFound``."""
    rows = read_rows(
        connection,
        _sql("area"),
        level=level,
        area_code=area_code,
        **_place(frame, release),
    )
    if not rows:
        raise NotFound(
            what=Text(en="area", id="wilayah"),
            name=area_code,
            remedy=Text(
                en=f"It is not in release {release.number}.",
                id=f"Tidak termasuk dalam rilis {release.number}.",
            ),
        )
    return _without_personal(rows[0])


def area_bounds(
    connection: Connection, frame: FrameRecord, release: ReleaseRecord, level: Level
) -> tuple[float, float, float, float] | None:
    """West, south, east, north of a level's areas in degrees; None when it has none."""
    row = read_rows(connection, _sql("area_bounds"), level=level, **_place(frame, release))[0]
    return None if row["west"] is None else (row["west"], row["south"], row["east"], row["north"])


def area_tile(
    connection: Connection,
    frame: FrameRecord,
    release: ReleaseRecord,
    level: Level,
    tile: tuple[int, int, int],
) -> bytes:
    """The areas of one level as a Mapbox vector tile (z, x, y), layer ``areas``; empty bytes if none."""
    z, x, y = tile
    row = read_rows(connection, _sql("area_tile"), level=level, z=z, x=x, y=y, **_place(frame, release))[0]
    return bytes(row["tile"] or b"")
