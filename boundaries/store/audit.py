"""Who saw which geotags: one row for every reading, chained by hashes, so that a change of it shows.

The row holds no coordinate, name or code: who asked, what for, a hash of the question, and the identities of
the geotags and of the items in quarantine that were in the answer. It is written before the answer goes out.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any

from sqlalchemy import Connection, Engine, text

from boundaries.store.engine import named_sql
from boundaries.store.principals import Principal

_APPEND = text("SELECT audit_append(:entry, :seen, :first_id, :last_id)")
_ROWS_AT_ONCE = 1000

Progress = Callable[[int], None]
"""Called with the number of rows done since the last call."""


def _no_progress(done: int) -> None:
    """For callers that show none."""


@dataclass
class Seen:
    """What one reading showed."""

    geotag_ids: set[int] = field(default_factory=set)
    quarantine_ids: set[int] = field(default_factory=set)

    def note(self, rows: Iterable[dict[str, Any]]) -> None:
        """Every row that names a geotag or an item in quarantine, or has a list of geotags."""
        for row in rows:
            if row.get("geotag_id") is not None:
                self.geotag_ids.add(row["geotag_id"])
            if row.get("quarantine_id") is not None:
                self.quarantine_ids.add(row["quarantine_id"])
            self.geotag_ids.update(row.get("geotag_ids") or ())

    def __bool__(self) -> bool:
        return bool(self.geotag_ids or self.quarantine_ids)

    def packed(self) -> bytes:
        """Both as sorted steps from one to the next, compressed."""
        return zlib.compress(json.dumps([_steps(self.geotag_ids), _steps(self.quarantine_ids)]).encode())

    @classmethod
    def unpacked(cls, packed: bytes) -> Seen:
        """What ``packed`` gave."""
        geotags, quarantined = json.loads(zlib.decompress(packed))
        return cls(set(accumulate(geotags)), set(accumulate(quarantined)))


@dataclass(frozen=True)
class AuditEntry:
    """One reading, or one deed on households."""

    row_id: int
    entry: dict[str, Any]
    seen: Seen


@dataclass(frozen=True)
class Verified:
    """What became of the chain: its rows, its last hash, and the first row that does not fit, and why."""

    rows: int
    head: str
    broken_row: int | None = None
    reason: str = ""
    """A word: number, chain, seen, span; head where the chain fits and does not hold the hash asked for."""


def record(
    engine: Engine, principal: Principal, purpose: str, query_sha256: str | None, seen: Seen, **more: Any
) -> None:
    """Add a row to the chain, in a transaction of its own."""
    with engine.begin() as connection:
        append(connection, principal, purpose, query_sha256, seen, **more)


def append(
    connection: Connection,
    principal: Principal,
    purpose: str,
    query_sha256: str | None,
    seen: Seen,
    **more: Any,
) -> None:
    """Add a row to the chain, in the caller's transaction: others wait for its end."""
    packed = seen.packed()
    entry = {
        "at": dt.datetime.now(dt.UTC).isoformat(),
        "who": principal.name,
        "key_id": principal.key_id,
        "role": principal.role.value,
        "areas": list(principal.areas),
        "purpose": purpose,
        "query_sha256": query_sha256,
        "geotags": len(seen.geotag_ids),
        "quarantined": len(seen.quarantine_ids),
        "seen_sha256": hashlib.sha256(packed).hexdigest(),
        **more,
    }
    written = json.dumps(entry, sort_keys=True, ensure_ascii=True)
    connection.execute(_APPEND, {"entry": written, "seen": packed, **_span(seen)})


def verify(engine: Engine, known: str | None = None, progress: Progress = _no_progress) -> Verified:
    """Follow the chain from its first row.

    Rows cut off its end leave no trace in it: ``known`` is a head of an earlier time, in hexadecimal digits,
    which some row must have.
    """
    rows, head, met = 0, b"", known in (None, "")
    for row in _rows(engine, None):
        reason = _fault(row, rows, head)
        if reason:
            return Verified(rows, head.hex(), row.id, reason)
        rows, head = row.id, bytes(row.hash)
        met = met or head.hex() == known
        progress(1)
    return Verified(rows, head.hex()) if met else Verified(rows, head.hex(), rows + 1, "head")


def who_saw(engine: Engine, wanted: Seen, progress: Progress = _no_progress) -> Iterator[AuditEntry]:
    """The rows whose answers held one of these, the oldest first."""
    for row in _rows(engine, None if wanted.quarantine_ids else wanted.geotag_ids):
        progress(1)
        seen = Seen.unpacked(bytes(row.seen))
        if seen.geotag_ids & wanted.geotag_ids or seen.quarantine_ids & wanted.quarantine_ids:
            yield AuditEntry(row.id, json.loads(row.entry), seen)


def _rows(engine: Engine, near: set[int] | None) -> Iterator[Any]:
    """All rows in order, or those whose span holds one of ``near``."""
    span = {"least": min(near, default=0), "most": max(near, default=0)} if near is not None else {}
    sql = text(named_sql("boundaries.store", "audit_rows"))
    with engine.connect() as connection:
        result = connection.execute(
            sql, {"least": None, "most": None} | span, execution_options={"yield_per": _ROWS_AT_ONCE}
        )
        yield from result


def _fault(row: Any, rows_before: int, head: bytes) -> str:
    if row.id != rows_before + 1:
        return "number"
    if bytes(row.hash) != hashlib.sha256(head + row.entry.encode()).digest():
        return "chain"
    packed = bytes(row.seen)
    if json.loads(row.entry)["seen_sha256"] != hashlib.sha256(packed).hexdigest():
        return "seen"
    span = _span(Seen.unpacked(packed))
    return "" if (row.first_id, row.last_id) == (span["first_id"], span["last_id"]) else "span"


def _span(seen: Seen) -> dict[str, int | None]:
    return {"first_id": min(seen.geotag_ids, default=None), "last_id": max(seen.geotag_ids, default=None)}


def _steps(numbers: set[int]) -> list[int]:
    ordered = sorted(numbers)
    return ordered[:1] + [after - before for before, after in pairwise(ordered)]
