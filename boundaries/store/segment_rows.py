"""Segments made from the versions in the database, and what is known of their files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import shapely
from sqlalchemy import Connection, text

from boundaries.segments import SegmentFile, is_intact, open_segment, segment_path, write_segment
from boundaries.store.areas import FrameRecord, ReleaseRecord
from boundaries.store.engine import named_sql
from geo.errors import SegmentLost
from geo.frame import Layer, Segment
from geo.levels import Level

SEGMENT_FOLDER = "segments"
_ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class ManifestLine:
    """One segment of a release."""

    segment_key: str
    sha256: str
    withheld: frozenset[str]
    n_bytes: int


def read_manifest(connection: Connection, release: ReleaseRecord | None) -> dict[str, ManifestLine]:
    """The segments of a release by key, in the order of the keys; none before the first release."""
    if release is None:
        return {}
    rows = connection.execute(_sql("release_manifest"), {"release_id": release.release_id})
    return {
        r.segment_key: ManifestLine(r.segment_key, r.sha256, frozenset(r.withheld), r.n_bytes) for r in rows
    }


def differing_keys(one: dict[str, ManifestLine], other: dict[str, ManifestLine]) -> list[str]:
    """The kabupatens whose segments are not the same in two manifests."""
    sha256s = [{key: line.sha256 for key, line in manifest.items()} for manifest in (one, other)]
    return sorted(key for key in set(one) | set(other) if sha256s[0].get(key) != sha256s[1].get(key))


def store_manifest(connection: Connection, release_id: int, sha256_of_key: Mapping[str, str]) -> None:
    """Write the lines of a new release."""
    values = {"release_id": release_id, "keys": list(sha256_of_key), "sha256s": list(sha256_of_key.values())}
    connection.execute(_sql("release_manifest_store"), values)


def store_segment(connection: Connection, segment: Segment, file: SegmentFile) -> None:
    """Note a written segment file; one with the same bytes is there already."""
    values = {
        "sha256": file.sha256,
        "segment_key": segment.key,
        "n_areas": sum(len(layer) for layer in segment.layers.values()),
        "n_bytes": file.n_bytes,
        "withheld": sorted(segment.withheld),
    }
    connection.execute(_sql("segment_store"), values)


def build_segments(
    connection: Connection, place: Mapping[str, Any], withheld: Mapping[str, frozenset[str]]
) -> Iterator[Segment]:
    """The segments of the kabupatens in ``withheld`` (key -> withheld codes), one at a time.

    ``place`` says which areas: frame_id, published_at, effective_on. A kabupaten without any area
    gives a segment without layers. Only one level of one kabupaten is in memory as rows.
    """
    result = connection.execute(
        _sql("segment_areas"),
        {**place, "keys": list(withheld)},
        execution_options={"yield_per": _ROWS_AT_ONCE},
    )
    seen = set()
    for key, rows in groupby(result, key=lambda row: row.segment_key):
        layers = {Level(level): _layer(Level(level), list(of_level)) for level, of_level in _by_level(rows)}
        seen.add(key)
        yield Segment(key=key, layers=layers, withheld=withheld[key])
    for key in sorted(set(withheld) - seen):
        yield Segment(key=key, layers={}, withheld=withheld[key])


def mapped_segment(
    connection: Connection, data_dir: Path, frame: FrameRecord, release: ReleaseRecord, line: ManifestLine
) -> Segment:
    """One segment of a release, mapped from its file; a missing or damaged file is made again.

    Raises ``SegmentLost`` when the database does not give the bytes that the manifest names.
    """
    folder = data_dir / SEGMENT_FOLDER
    path = segment_path(folder, line.sha256)
    if not is_intact(path, line.sha256):
        withheld = {line.segment_key: line.withheld}
        segment = next(build_segments(connection, place_of(frame, release), withheld))
        written = write_segment(folder, segment)
        if written.sha256 != line.sha256:
            raise SegmentLost(file=path.name, found=written.sha256, key=line.segment_key)
    return open_segment(path)


def place_of(frame: FrameRecord, release: ReleaseRecord) -> dict[str, Any]:
    """What selects a release's areas among the versions."""
    return {
        "frame_id": frame.frame_id,
        "published_at": release.published_at,
        "effective_on": release.effective_on,
    }


def _sql(name: str) -> Any:
    return text(named_sql("boundaries.store", name))


def _by_level(rows: Iterator[Any]) -> Iterator[tuple[str, Iterator[Any]]]:
    return groupby(rows, key=lambda row: str(row.level))


def _layer(level: Level, rows: list[Any]) -> Layer:
    return Layer.from_geometries(
        level,
        [row.code for row in rows],
        [row.name for row in rows],
        [row.attributes for row in rows],
        shapely.from_wkb([bytes(row.wkb) for row in rows]),
    )
