"""Candidates: the loaded part of a frame that is not yet published."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Engine, text

from boundaries.areas import AreaTable
from boundaries.intake import LoadedFile
from boundaries.store.areas import FrameRecord
from boundaries.store.engine import copying, named_sql
from boundaries.store.frames import frame_named
from geo.errors import CandidateChanged, NotFound
from geo.levels import Level
from geo.text import Text

CANDIDATE = Text(en="candidate of frame", id="calon rilis kerangka")
_ROWS_AT_ONCE = 2000


@dataclass(frozen=True)
class CandidateRecord:
    """The open candidate of a frame; ``loads`` is the number of its last load and tells its states apart."""

    candidate_id: int
    frame: FrameRecord
    created_at: dt.datetime
    loads: int


@dataclass(frozen=True)
class CandidateFile:
    """A file that was loaded into a candidate."""

    level: Level
    file_name: str
    sha256: str
    format: str
    n_areas: int
    loaded_at: dt.datetime


def add_file(engine: Engine, frame: str, loaded: LoadedFile) -> CandidateRecord:
    """Put a file into the frame's open candidate, opening one if there is none. All or nothing.

    What the candidate holds of the same level in the same kabupaten is replaced. Raises ``NotFound``.
    """
    with engine.begin() as connection:
        record = frame_named(connection, frame)
        candidate = _opened(connection, record)
        table = loaded.areas
        place = {"candidate_id": candidate.candidate_id, "level": str(table.level)}
        keys = sorted({record.scheme.segment_key(code) for code in table.codes})
        width = record.scheme.widths[Level.KAB]
        connection.execute(_sql("candidate_clear"), place | {"keys": keys, "width": width})
        _copy_areas(connection, candidate.candidate_id, table)
        origin = {"file_name": loaded.file_name, "file_sha256": loaded.sha256, "format": loaded.format}
        connection.execute(_sql("candidate_file"), place | origin | {"n_areas": len(table.codes)})
        return _found(connection, record)


def find_candidate(engine: Engine, frame: str) -> CandidateRecord:
    """The frame's open candidate. Raises ``NotFound`` when nothing is loaded."""
    with engine.connect() as connection:
        return _found(connection, frame_named(connection, frame))


def candidate_files(engine: Engine, candidate: CandidateRecord) -> list[CandidateFile]:
    """The files that were loaded, oldest first; a later one may have replaced an earlier one's areas."""
    with engine.connect() as connection:
        rows = connection.execute(
            _sql("candidate_files"), {"candidate_id": candidate.candidate_id}
        ).mappings()
        return [CandidateFile(**(dict(row) | {"level": Level(row["level"])})) for row in rows]


def discard(engine: Engine, frame: str) -> None:
    """Close the open candidate without publishing it; its areas are deleted. Raises ``NotFound``."""
    with engine.begin() as connection:
        candidate = _locked(connection, frame_named(connection, frame))
        close_candidate(connection, candidate, "discarded")


def read_candidate(engine: Engine, candidate: CandidateRecord) -> dict[Level, AreaTable]:
    """What the candidate holds, highest level first, rows in the order of the file.

    Raises ``CandidateChanged`` when it was loaded again since ``candidate`` was found.
    """
    with engine.connect() as connection:
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        if _found(connection, candidate.frame).loads != candidate.loads:
            raise CandidateChanged(frame=candidate.frame.name)
        tables = {}
        for level in candidate.frame.scheme.levels:
            table = _read_level(connection, candidate.candidate_id, level)
            if len(table.codes):
                tables[level] = table
        return tables


def lock_candidate(connection: Connection, candidate: CandidateRecord) -> None:
    """Keep every other session from loading into the candidate until the transaction ends.

    Raises ``CandidateChanged`` when it was loaded again, published or discarded since it was found.
    """
    try:
        now = _locked(connection, candidate.frame)
    except NotFound:
        raise CandidateChanged(frame=candidate.frame.name) from None
    if (now.candidate_id, now.loads) != (candidate.candidate_id, candidate.loads):
        raise CandidateChanged(frame=candidate.frame.name)


def open_candidate(connection: Connection, frame: FrameRecord) -> CandidateRecord:
    """The open candidate, locked until the transaction ends. Raises ``NotFound``."""
    return _locked(connection, frame)


def close_candidate(connection: Connection, candidate: CandidateRecord, state: str) -> None:
    """Set the state of a locked candidate to ``published`` or ``discarded`` and delete its areas.

    The files' names and the QA runs stay: they say where a release came from.
    """
    values = {"candidate_id": candidate.candidate_id, "state": state}
    connection.execute(_sql("candidate_close"), values)
    connection.execute(_sql("candidate_delete_areas"), {"candidate_id": candidate.candidate_id})


def _sql(name: str) -> Any:
    return text(named_sql("boundaries.store", name))


def _opened(connection: Connection, frame: FrameRecord) -> CandidateRecord:
    """The open candidate, locked; a new one where there is none, or where it was published meanwhile."""
    while True:
        connection.execute(_sql("candidate_open"), {"frame_id": frame.frame_id})
        with suppress(NotFound):
            return _locked(connection, frame)


def _locked(connection: Connection, frame: FrameRecord) -> CandidateRecord:
    # The lock first, the number of loads after it: a load that was under way is then counted.
    connection.execute(_sql("candidate_lock"), {"frame_id": frame.frame_id})
    return _found(connection, frame)


def _found(connection: Connection, frame: FrameRecord) -> CandidateRecord:
    row = connection.execute(_sql("candidate"), {"frame_id": frame.frame_id}).one_or_none()
    if row is None:
        raise NotFound(
            what=CANDIDATE,
            name=frame.name,
            remedy=Text(en="Load a file with: patok frame load.", id="Muat berkas dengan: patok frame load."),
        )
    return CandidateRecord(row.id, frame, row.created_at, row.loads)


def _copy_areas(connection: Connection, candidate_id: int, table: AreaTable) -> None:
    """Binary COPY; the geometries become EWKB a few thousand at a time."""
    with copying(connection, named_sql("boundaries.store", "candidate_copy")) as copy:
        copy.set_types(["int4", "text", "text", "text", "int4", "jsonb", "bytea"])
        for first in range(0, len(table.codes), _ROWS_AT_ONCE):
            rows = range(first, min(first + _ROWS_AT_ONCE, len(table.codes)))
            shapes = shapely.set_srid(table.geometries[rows.start : rows.stop], 4326)
            ewkb = shapely.to_wkb(shapes, output_dimension=2, byte_order=1, include_srid=True)
            for i, geometry in zip(rows, ewkb, strict=True):
                attributes = Jsonb(table.attributes[i], dumps=_dumps)
                copy.write_row(
                    (
                        candidate_id,
                        str(table.level),
                        table.codes[i],
                        table.names[i],
                        table.file_rows[i],
                        attributes,
                        geometry,
                    )
                )


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _read_level(connection: Connection, candidate_id: int, level: Level) -> AreaTable:
    codes, names, attributes, file_rows = [], [], [], []
    shapes = [np.empty(0, dtype=object)]
    for rows in _partitions(connection, {"candidate_id": candidate_id, "level": str(level)}):
        codes += [row.code for row in rows]
        names += [row.name for row in rows]
        attributes += [row.attributes for row in rows]
        file_rows += [row.file_row for row in rows]
        shapes.append(shapely.from_wkb([bytes(row.wkb) for row in rows]))
    return AreaTable(level, codes, names, attributes, file_rows, np.concatenate(shapes))


def _partitions(connection: Connection, values: dict[str, Any]) -> Iterator[Any]:
    result = connection.execute(
        _sql("candidate_areas"), values, execution_options={"yield_per": _ROWS_AT_ONCE}
    )
    yield from result.partitions()
