"""Batches that carry an idempotency key: sent twice at once, sent again, or another batch under the key."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text

from boundaries.store.engine import named_sql
from boundaries.store.principals import Principal, as_checker, set_scope
from geo.errors import Conflict, InputError
from geo.text import Text

STALE_AFTER_S = 90
"""By then a batch is answered or its server is gone: no statement of it may run so long."""
KEPT_DAYS = 30


class BatchInFlight(Conflict):
    """The same batch is being worked on."""

    code = "BATCH_IN_FLIGHT"
    text = Text(
        en="A batch with this Idempotency-Key is being worked on. Send it again in a moment.",
        id="Kiriman dengan Idempotency-Key ini sedang diproses. Kirim lagi sebentar kemudian.",
    )


class BatchKeyReused(InputError):
    """Another batch was sent under the key."""

    code = "BATCH_KEY_REUSED"
    text = Text(
        en="This Idempotency-Key was used for another batch. Give each batch a key of its own.",
        id="Idempotency-Key ini sudah dipakai untuk kiriman lain. Beri setiap kiriman kuncinya sendiri.",
    )


@dataclass(frozen=True)
class Begun:
    """A batch under its key. ``answer`` is that of the first time, None when it has to be worked on now."""

    idempotency_key: str
    batch_id: uuid.UUID
    answer: dict[str, Any] | None


def begin_batch(engine: Engine, principal: Principal, key: str, body_sha256: bytes) -> Begun:
    """Take the key for a batch, in a transaction of its own. Raises ``BatchInFlight``, ``BatchKeyReused``."""
    values = {
        "key_id": principal.key_id or 0,
        "idempotency_key": key,
        "body_sha256": body_sha256,
        "batch_id": uuid.uuid4(),
        "stale_s": STALE_AFTER_S,
        "kept_days": KEPT_DAYS,
    }
    with engine.begin() as connection:
        set_scope(connection, principal)
        taken = connection.execute(_sql("batch_begin"), values).scalar_one_or_none()
        if taken is not None:
            return Begun(key, taken, None)
        row = connection.execute(_sql("batch_of_key"), values).one_or_none()
    if row is None:  # given back this moment by whoever had it
        raise BatchInFlight()
    if bytes(row.body_sha256) != body_sha256:
        raise BatchKeyReused()
    if row.answer is None:
        raise BatchInFlight()
    return Begun(key, row.batch_id, row.answer)


def finish_batch(connection: Connection, principal: Principal, begun: Begun, answer: dict[str, Any]) -> None:
    """Keep the answer, in the transaction that stores what it says."""
    values = {
        "key_id": principal.key_id or 0,
        "idempotency_key": begun.idempotency_key,
        "batch_id": begun.batch_id,
        "answer": json.dumps(answer),
    }
    connection.execute(_sql("batch_finish"), values)


def give_back(engine: Engine, principal: Principal, begun: Begun) -> None:
    """Let the key go after a fault: nothing was stored under it."""
    values = {
        "key_id": principal.key_id or 0,
        "idempotency_key": begun.idempotency_key,
        "batch_id": begun.batch_id,
    }
    with engine.begin() as connection:
        set_scope(connection, principal)
        connection.execute(_sql("batch_give_back"), values)


def forget_batches(engine: Engine) -> int:
    """Delete answers that have been kept long enough; returns how many."""
    with engine.begin() as connection, as_checker(connection):
        done = connection.execute(_sql("batches_forget"), {"kept_days": KEPT_DAYS})
        return int(done.rowcount)


def _sql(name: str) -> Any:
    return text(named_sql("geotags.store", name))
