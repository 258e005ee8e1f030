"""Releases: listing, finding, comparing and opening them; ``publication`` makes them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from boundaries.store.areas import ReleaseRecord, read_releases
from boundaries.store.changes import read_lineage
from boundaries.store.engine import named_sql
from boundaries.store.frames import frame_named, pick_release
from boundaries.store.publication import publish, revert
from boundaries.store.segment_rows import differing_keys, mapped_segment, read_manifest
from geo.frame import Frame
from geo.levels import Level

__all__ = [
    "AreaChange",
    "ReleaseDiff",
    "ReleaseRecord",
    "diff",
    "find_release",
    "list_releases",
    "open_frame",
    "publish",
    "revert",
]


@dataclass(frozen=True)
class AreaChange:
    """An area that two releases do not agree on."""

    level: Level
    area_code: str
    name: str


@dataclass(frozen=True)
class ReleaseDiff:
    """What the newer release has more, has less, and has otherwise than the older one."""

    added: list[AreaChange]
    removed: list[AreaChange]
    changed: list[AreaChange]


def list_releases(engine: Engine, frame: str) -> list[ReleaseRecord]:
    """The releases of a frame, newest first. Raises ``NotFound``."""
    with engine.connect() as connection:
        return read_releases(connection, frame_named(connection, frame).frame_id)


def find_release(engine: Engine, frame: str, reference: int | str | None = None) -> ReleaseRecord:
    """The release with this number or label, the newest one for None. Raises ``NotFound``."""
    with engine.connect() as connection:
        record = frame_named(connection, frame)
        return pick_release(read_releases(connection, record.frame_id), record, reference)


def diff(engine: Engine, frame: str, older: int | str, newer: int | str | None = None) -> ReleaseDiff:
    """What changed from one release to another, by level and code. Raises ``NotFound``.

    An area is changed when its name, attributes or geometry differ.
    """
    with engine.connect() as connection:
        record = frame_named(connection, frame)
        releases = read_releases(connection, record.frame_id)
        before, after = pick_release(releases, record, older), pick_release(releases, record, newer)
        keys = differing_keys(read_manifest(connection, before), read_manifest(connection, after))
        values = {
            "frame_id": record.frame_id,
            "keys": keys,
            "older_at": before.published_at,
            "older_on": before.effective_on,
            "newer_at": after.published_at,
            "newer_on": after.effective_on,
        }
        found: dict[str, list[AreaChange]] = {"added": [], "removed": [], "changed": []}
        for row in connection.execute(_sql("release_diff"), values):
            found[row.kind].append(AreaChange(Level(row.level), row.code, row.name))
    return ReleaseDiff(**found)


def open_frame(engine: Engine, data_dir: Path, frame: str, release: int | str | None = None) -> Frame:
    """A release in memory, its segments mapped from ``data_dir``; a missing file is made again.

    Raises ``NotFound`` and ``SegmentLost``. ``Frame.release`` is ``LABEL (#NUMBER)``: labels repeat.
    """
    with engine.connect() as connection:
        record = frame_named(connection, frame)
        chosen = pick_release(read_releases(connection, record.frame_id), record, release)
        lines = read_manifest(connection, chosen).values()
        segments = tuple(mapped_segment(connection, data_dir, record, chosen, line) for line in lines)
        lineage = read_lineage(connection, record, chosen)
    return Frame(
        scheme=record.scheme,
        segments=segments,
        boundary_sigma_m=chosen.boundary_sigma_m,
        release=f"{chosen.label} (#{chosen.number})",
        lineage=lineage,
    )


def _sql(name: str) -> Any:
    return text(named_sql("boundaries.store", name))
