"""A batch from a device: judged, stored and answered in one transaction.

The ledger decides what is new. What was answered is kept with the result, in the same transaction, so that a
device whose connection broke after the commit gets the very same answer when it sends again.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from boundaries.store.principals import Principal, set_scope
from boundaries.store.reading import Connection, Engine, outage_said
from boundaries.store.transactions import RolledBack, limited
from geo.engine import Checked, check_geotags
from geotags.against import Against
from geotags.items import Item, Refused, geotags_of
from geotags.reasons import ERASED
from geotags.run import store_results
from geotags.store.answers import Answered, earlier_answers, judged_of, set_apart
from geotags.store.batches import Begun, finish_batch
from geotags.store.campaigns import Campaign, lock_campaign, while_there
from geotags.store.intake import Stored, store_geotags
from geotags.store.judged import ALONE
from geotags.store.results import Result


@dataclass(frozen=True)
class Batch:
    """Items of one request, in its order. ``keep`` False judges them and stores nothing."""

    items: Sequence[Item | Refused]
    received_at: dt.datetime
    batch_id: uuid.UUID = field(default_factory=uuid.uuid4)
    keep: bool = True
    begun: Begun | None = None
    """Where it came with an idempotency key."""


def sync(engine: Engine, principal: Principal, against: Against, batch: Batch) -> list[Answered]:
    """Store and judge a batch; one answer per item, in its order.

    Raises ``DatabaseUnavailable``; then nothing of the batch is stored.
    """
    answers: dict[int, Answered] = {}
    storable: list[tuple[int, Item]] = []
    for position, item in enumerate(batch.items):
        if isinstance(item, Refused):
            answers[position] = Answered.set_apart(item)
        elif not principal.covers(item.values["assigned_area"]):
            answers[position] = Answered.refused(item, "quarantined", "area_not_of_key", "assigned_area")
        else:
            storable.append((position, item))
    items = [item for _, item in storable]
    checked = _check_records(items, against, batch) if items else None
    there = while_there(engine, against.campaign)
    with suppress(RolledBack), outage_said(), there, engine.begin() as connection:
        limited(connection)
        set_scope(connection, principal)
        lock_campaign(connection, against.campaign)
        if checked is not None:
            of_items = _store(connection, principal, against, batch, items, checked)
            answers |= {storable[row][0]: answer for row, answer in of_items.items()}
        set_apart(connection, against.campaign, principal, batch.batch_id, _bodies(batch, answers))
        if batch.begun is not None:
            said = [answers[position].as_json() for position in range(len(batch.items))]
            finish_batch(connection, principal, batch.begun, {"results": said})
        if not batch.keep:
            raise RolledBack
    return [answers[position] for position in range(len(batch.items))]


def _check_records(items: Sequence[Item], against: Against, batch: Batch) -> Checked:
    """What needs no other geotag, before the campaign's lock is asked for."""
    campaign = against.campaign
    geotags = geotags_of(items, batch.received_at)
    return check_geotags(geotags, against.frame, campaign.level, campaign.ruleset, ALONE)


def _store(
    connection: Connection,
    principal: Principal,
    against: Against,
    batch: Batch,
    items: Sequence[Item],
    checked: Checked,
) -> dict[int, Answered]:
    """Store the items and what is said of them; their answers, by row."""
    stored = store_geotags(
        connection,
        against.campaign.campaign_id,
        checked.subject.geotags,
        against.frame.scheme,
        against.provinces,
        key_id=principal.key_id,
        batch_id=batch.batch_id,
        bodies=[item.body_sha256 for item in items],
        more=[item.more for item in items],
    )
    made = _made(against, batch)
    judged: dict[int, dict[str, Any]] = {}

    def answer(row: int, result: Result) -> dict[str, Any]:
        judged[row] = judged_of(result, made)
        return judged[row]

    store_results(connection, against.campaign, against.release_id, against.frame, checked, stored, answer)
    return _answers(connection, against.campaign, items, stored, judged)


def _made(against: Against, batch: Batch) -> dict[str, Any]:
    return {
        "release": against.frame.release,
        "ruleset": against.campaign.ruleset.name,
        "ruleset_version": against.campaign.ruleset.version,
        "batch_id": str(batch.batch_id),
        "received_at": batch.received_at.isoformat(),
    }


def _answers(
    connection: Connection,
    campaign: Campaign,
    items: Sequence[Item],
    stored: Stored,
    judged: dict[int, dict[str, Any]],
) -> dict[int, Answered]:
    """The answers of the items that could be stored, by row."""
    answers = {
        row: Answered("stored", items[row].item_id, items[row].revision, one)
        for row, one in judged.items()
        if row not in stored.outdated_rows
    }
    known = sorted({*stored.repeated_rows, *stored.outdated_rows})
    answers |= earlier_answers(connection, campaign, known, items, stored.outdated_rows)
    for row in stored.changed_rows:
        answers[row] = Answered.refused(items[row], "conflict", "other_body", None)
    for row in stored.erased_rows:
        answers[row] = Answered.refused(items[row], "superseded", ERASED, None)
    for row in stored.foreign_rows:
        answers[row] = Answered.refused(items[row], "conflict", "item_of_another_key", None)
    return answers


def _bodies(batch: Batch, answers: dict[int, Answered]) -> list[tuple[Answered, bytes]]:
    """What is set aside, with the bytes as they came. Of what was erased nothing is kept again."""
    kept = []
    for position, answer in sorted(answers.items()):
        if answer.reason not in (None, ERASED):
            item = batch.items[position]
            kept.append((answer, item.body))
    return kept
