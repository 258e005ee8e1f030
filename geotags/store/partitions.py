"""One partition per province for the large tables."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from sqlalchemy import Connection, Engine, text

from geo.codes import CodeScheme
from geo.frame import Frame
from geo.levels import Level

PARTITIONED = ("geotags", "geotag_results", "findings")
UNKNOWN_PROVINCE = "00"
"""Of geotags whose assigned area is of no province of the frame: they lie in the default partition."""

_PROVINCE = re.compile(r"[0-9]{2}")


def provinces_of(frame: Frame) -> set[str]:
    """The provinces that a release has areas in."""
    return {segment.key[: frame.scheme.widths[Level.PROV]] for segment in frame.segments if segment.layers}


def province_of(code: str, scheme: CodeScheme, known: Collection[str]) -> str:
    """The province whose partition a geotag with this assigned area belongs to."""
    province = code[: scheme.widths[Level.PROV]]
    return province if province in known else UNKNOWN_PROVINCE


def existing_partitions(engine: Engine) -> frozenset[str]:
    """The provinces that have a partition of each large table."""
    asked = text(
        "SELECT right(relname, 2) FROM pg_class WHERE relispartition AND relkind = 'r' "
        "AND relnamespace = current_schema()::regnamespace AND relname ~ '^findings_[0-9]{2}$'"
    )
    with engine.connect() as connection:
        return frozenset(connection.execute(asked).scalars())


def ensure_partitions(engine: Engine, provinces: Iterable[str]) -> None:
    """Create what is missing. Geotags of a province must not lie in the default partition yet.

    Each partition is made in a transaction of its own: it locks its table against everybody, and two
    such locks at a time could wait for a reader who waits for the second.
    """
    for province in sorted(provinces):
        if not _PROVINCE.fullmatch(province):  # it becomes part of a table's name
            raise ValueError(f"not a province code: {province!r}")
        for table in PARTITIONED:
            with engine.begin() as connection:
                _ensure(connection, table, province)


def ensure_for_campaigns(engine: Engine) -> None:
    """Create what is missing for the provinces of every frame that has a campaign.

    The service may make no tables: what it gets of another province goes into the default partition.
    """
    asked = text(
        "SELECT DISTINCT left(s.segment_key, 2) FROM campaigns AS c JOIN releases AS r USING (frame_id) "
        "JOIN release_segments AS s ON s.release_id = r.id WHERE s.segment_key ~ '^[0-9]{2}'"
    )
    with engine.connect() as connection:
        provinces = list(connection.execute(asked).scalars())
    ensure_partitions(engine, set(provinces) - existing_partitions(engine))


def _ensure(connection: Connection, table: str, province: str) -> None:
    # A look at the rows of pg_class: to_regclass may answer from before the lock was waited for.
    exists = text(
        "SELECT EXISTS (SELECT FROM pg_class WHERE relname = :name AND relispartition "
        "AND relnamespace = current_schema()::regnamespace)"
    )
    name = f"{table}_{province}"
    if connection.scalar(exists, {"name": name}):
        return
    # Two loads may find the same partition missing: the second one waits and looks again.
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('patok partition'))"))
    if not connection.scalar(exists, {"name": name}):
        connection.execute(text(f"CREATE TABLE {name} PARTITION OF {table} FOR VALUES IN ('{province}')"))
