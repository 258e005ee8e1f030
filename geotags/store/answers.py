"""What a device is answered about an item: read from what is stored, kept, and said again."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import Connection, text

from boundaries.store.engine import named_sql
from boundaries.store.principals import Principal
from geotags.items import Item, Refused
from geotags.store.campaigns import Campaign
from geotags.store.results import Result

OutcomeOfItem = Literal["stored", "replayed", "superseded", "quarantined", "conflict"]


@dataclass(frozen=True)
class Answered:
    """The answer to one item, without words: those depend on who asks.

    ``judged`` is what was said when the item was stored: verdict, distance_m, probability, findings (code,
    severity, distance_m, probability, evidence), release, ruleset, batch_id, received_at. ``current`` is
    what holds now, of the newest revision: revision and verdict.
    """

    outcome: OutcomeOfItem
    item_id: str | None
    revision: int | None
    judged: Mapping[str, Any] | None = None
    current: Mapping[str, Any] | None = None
    reason: str | None = None
    field: str | None = None

    def as_json(self) -> dict[str, Any]:
        """For ``from_json``."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Answered:
        """What ``as_json`` gave."""
        return cls(**stored)

    @classmethod
    def set_apart(cls, item: Refused) -> Answered:
        """Of an item that could not be read."""
        return cls("quarantined", item.item_id, item.revision, reason=item.reason, field=item.field)

    @classmethod
    def refused(cls, item: Item, outcome: OutcomeOfItem, reason: str, field: str | None) -> Answered:
        """Of an item that could be read, and is kept beside the geotags."""
        return cls(outcome, item.item_id, item.revision, reason=reason, field=field)


def judged_of(result: Result, made: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a result for its device; ``made`` says against what it was judged, and when."""
    findings = sorted(result.said.findings, key=lambda one: (-one.severity, one.check.code))
    return {
        "verdict": result.verdict,
        "distance_m": result.distance_m,
        "probability": result.probability,
        "findings": [
            {
                "code": finding.check.code,
                "severity": finding.severity.word,
                "distance_m": finding.distance_m,
                "probability": finding.probability,
                "evidence": finding.evidence,
            }
            for finding in findings
        ],
        **made,
    }


def earlier_answers(
    connection: Connection,
    campaign: Campaign,
    rows: Sequence[int],
    items: Sequence[Item],
    outdated: set[int],
) -> dict[int, Answered]:
    """The answers of items that the ledger knows, or knows a newer revision of, by row."""
    if not rows:
        return {}
    asked = {
        "campaign_id": campaign.campaign_id,
        "rows": list(rows),
        "item_ids": [items[row].item_id for row in rows],
        "revisions": [items[row].revision for row in rows],
    }
    answers = {}
    for known in connection.execute(_sql("answers_before"), asked):
        current = None
        if known.current_revision is not None:
            current = {"revision": known.current_revision, "verdict": known.current_verdict}
        item = items[known.row_no]
        outcome: OutcomeOfItem = "superseded" if known.row_no in outdated else "replayed"
        answers[known.row_no] = Answered(outcome, item.item_id, item.revision, known.answer, current)
    return answers


def set_apart(
    connection: Connection,
    campaign: Campaign,
    principal: Principal,
    batch_id: uuid.UUID,
    kept: Sequence[tuple[Answered, bytes]],
) -> None:
    """Keep the bytes of items that are no geotags, with the reason. The same bytes again are one row."""
    if kept:
        columns = {
            "campaign_id": campaign.campaign_id,
            "key_id": principal.key_id,
            "areas": list(principal.areas),
            "batch_id": batch_id,
            "item_ids": [answer.item_id for answer, _ in kept],
            "bodies": [body for _, body in kept],
            "hashes": [hashlib.sha256(body).digest() for _, body in kept],
            "reasons": [answer.reason for answer, _ in kept],
            "fields": [answer.field for answer, _ in kept],
        }
        connection.execute(_sql("quarantine_insert"), columns)


def _sql(name: str) -> Any:
    return text(named_sql("geotags.store", name))
