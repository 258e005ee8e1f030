"""What a release changed: where areas were and are now, and what became of those that went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from boundaries.store.areas import FrameRecord, ReleaseRecord
from boundaries.store.engine import named_sql
from boundaries.store.segment_rows import differing_keys, read_manifest
from geo.levels import Level
from geo.lineage import Lineage, Succession

LEAST_SHARE = 0.02
"""Of the surface of an area that went: less of it in another is the blur of a border drawn again."""
_PAIRS_AT_ONCE = 5000


@dataclass(frozen=True)
class Changed:
    """What two releases do not agree on.

    ``codes`` are those of each level; ``come_or_gone`` of them are in one release only, or withheld in one
    only. ``boxes`` (n, 4) are west, south, east and north of these areas of each level as they were and as
    they are, ``centroids`` (n, 2) their middles.
    """

    codes: dict[Level, frozenset[str]]
    come_or_gone: dict[Level, frozenset[str]]
    boxes: dict[Level, NDArray[np.float64]]
    centroids: dict[Level, NDArray[np.float64]]


def changed_between(
    connection: Connection, frame: FrameRecord, before: ReleaseRecord, after: ReleaseRecord
) -> Changed:
    """What changed from one release to another."""
    older, newer = read_manifest(connection, before), read_manifest(connection, after)
    rows = connection.execute(_sql("release_changes"), _asked(connection, frame, before, after)).all()
    of_level: dict[Level, list[Any]] = {}
    for row in rows:
        of_level.setdefault(Level(row.level), []).append(row)
    codes = {level: {row.code for row in some} for level, some in of_level.items()}
    one_sided = {level: {row.code for row in some if not row.in_both} for level, some in of_level.items()}
    withheld = [{code for line in lines.values() for code in line.withheld} for lines in (older, newer)]
    for code in withheld[0] ^ withheld[1]:
        level = frame.scheme.level_of(code)
        if level is not None:
            codes.setdefault(level, set()).add(code)
            one_sided.setdefault(level, set()).add(code)
    return Changed(
        {level: frozenset(some) for level, some in codes.items()},
        {level: frozenset(some) for level, some in one_sided.items()},
        {level: _numbers(some, "west", "south", "east", "north") for level, some in of_level.items()},
        {level: _numbers(some, "lon", "lat") for level, some in of_level.items()},
    )


def store_successions(
    connection: Connection, frame: FrameRecord, before: ReleaseRecord, after: ReleaseRecord
) -> None:
    """Note where the surface of the areas that ``after`` does not have any more is found in it."""
    found = list(_successions(connection, _asked(connection, frame, before, after)))
    if found:
        levels, old_codes, new_codes, shares = zip(*found, strict=True)
        columns = {
            "levels": list(levels),
            "old_codes": list(old_codes),
            "new_codes": list(new_codes),
            "shares": list(shares),
        }
        named = {"frame_id": frame.frame_id, "release_id": after.release_id}
        connection.execute(_sql("successions_store"), named | columns)


def read_lineage(connection: Connection, frame: FrameRecord, release: ReleaseRecord) -> Lineage:
    """What became of areas that earlier releases of the frame had, and this one has not."""
    asked = {"frame_id": frame.frame_id, "number": release.number}
    rows = connection.execute(_sql("successions"), asked)
    return Lineage.of(
        Succession(row.old_code, row.new_code, row.share < 1 - LEAST_SHARE, period=f"{row.number:08d}")
        for row in rows
    )


def _successions(connection: Connection, asked: dict[str, Any]) -> Iterator[tuple[str, str, str, float]]:
    """Level, old code, new code and share of each pair that shares enough."""
    pairs = connection.execute(
        _sql("release_removed"), asked, execution_options={"yield_per": _PAIRS_AT_ONCE}
    )
    for some in pairs.partitions():
        olds, news = (
            shapely.make_valid(shapely.from_wkb([bytes(wkb) for wkb in column]))
            for column in ([row.old_wkb for row in some], [row.new_wkb for row in some])
        )
        whole = shapely.area(olds)
        shares = shapely.area(shapely.intersection(olds, news)) / np.where(whole > 0, whole, np.inf)
        for row, share in zip(some, shares.tolist(), strict=True):
            if share >= LEAST_SHARE:
                yield row.level, row.old_code, row.new_code, min(round(share, 6), 1.0)


def _asked(
    connection: Connection, frame: FrameRecord, before: ReleaseRecord, after: ReleaseRecord
) -> dict[str, Any]:
    return {
        "frame_id": frame.frame_id,
        "keys": differing_keys(read_manifest(connection, before), read_manifest(connection, after)),
        "older_at": before.published_at,
        "older_on": before.effective_on,
        "newer_at": after.published_at,
        "newer_on": after.effective_on,
    }


def _numbers(rows: list[Any], *names: str) -> NDArray[np.float64]:
    return np.array([[getattr(row, name) for name in names] for row in rows], np.float64)


def _sql(name: str) -> Any:
    return text(named_sql("boundaries.store", name))
