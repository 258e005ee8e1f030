"""Geotags from devices: judged in the answer, stored once, nothing lost."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import uuid
from contextlib import suppress
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request
from pydantic import Field

from api.answers import Answer, example
from api.bodies import Body
from api.catalogue import both
from api.languages import Spoken
from api.metrics import Metrics
from api.parameters import CLEAN, Households
from api.problems import ParameterRefused
from api.slots import Slot
from boundaries.store.reading import DatabaseUnavailable, outage_said
from geo.checks.words import message_of, remedy_of, title_of
from geo.text import Language, Text
from geotags.against import Opened
from geotags.envelope import open_envelope
from geotags.items import read_item
from geotags.reasons import REASONS, say_reason
from geotags.store.answers import Answered
from geotags.store.batches import Begun, begin_batch, give_back
from geotags.sync import Batch, sync

Word = Literal["accepted", "review", "rejected", "not_assessed"]


class SyncFinding(Answer):
    code: str
    severity: Literal["error", "review", "info"]
    title: str
    message: str
    remedy: str
    distance_m: float | None = Field(description="Signed distance to the assigned area, positive inside.")
    probability: float | None = Field(description="That the household is in its assigned area.")
    candidates: list[dict[str, Any]] = Field(description="Probable areas, the most probable first.")
    parameters: dict[str, Any] = Field(description="What the message is filled from.")


class SyncProposal(Answer):
    code: str = Field(description="The finding that proposes it.")
    proposal: str = Field(description="What would be changed; nothing is.")
    distance_m: float | None = Field(description="Of the proposed position to the assigned area.")
    probability: float | None


class Current(Answer):
    """What holds now, of the newest revision."""

    revision: int
    verdict: Word | None


class SyncResult(Answer):
    item_id: str | None = Field(description="Null where it could not be read.")
    revision: int | None
    outcome: Literal["stored", "replayed", "superseded", "quarantined", "conflict"] = Field(
        description="The device may delete its copy in every case: with `quarantined` and `conflict` what it "
        "sent is kept word for word with the reason."
    )
    verdict: Word | None = Field(description="As answered the first time.")
    distance_m: float | None
    probability: float | None
    findings: list[SyncFinding]
    proposals: list[SyncProposal]
    current: Current | None = Field(description="With `replayed` and `superseded`.")
    reason: str | None = Field(description="Why it was set aside: a stable word.")
    message: str | None = Field(description="The reason in words.")
    release: str | None
    ruleset: str | None
    ruleset_version: int | None


_RESULT = {
    "item_id": "0b8f1c9e-6a51-4d3c-9f0e-3f1f3f4b7a10",
    "revision": 1,
    "outcome": "stored",
    "verdict": "accepted",
    "distance_m": 84.213,
    "probability": 1.0,
    "findings": [],
    "proposals": [],
    "current": None,
    "reason": None,
    "message": None,
    "release": "2025_2 (#3)",
    "ruleset": "default",
    "ruleset_version": 1,
}


class SyncAnswer(Answer):
    model_config = example(
        batch_id="7d5a2d5e-7c53-4b0e-a1a5-3c5b0e6d8f11", received_at="2025-10-20T02:11:00Z", results=[_RESULT]
    )
    batch_id: uuid.UUID
    received_at: dt.datetime
    results: list[SyncResult] = Field(description="One per item, in the order of the items.")


_ITEM = {
    "type": "object",
    "required": ["item_id", "revision", "household_key", "assigned_area", "captured_at", "enumerator_id"],
    "additionalProperties": False,
    "properties": {
        "item_id": {"type": "string", "format": "uuid", "description": "Made on the device."},
        "revision": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
        "household_key": {"type": "string", "maxLength": 255},
        "building_no": {"type": "string", "maxLength": 255},
        "assigned_area": {"type": "string", "maxLength": 255, "description": "A code, as text."},
        "lon": {"type": "number"},
        "lat": {"type": "number"},
        "lon_text": {"type": "string", "description": "As it was typed, where it was."},
        "lat_text": {"type": "string"},
        "accuracy_m": {"type": "number"},
        "altitude_m": {"type": "number"},
        "captured_at": {"type": "string", "format": "date-time", "description": "With its offset."},
        "fix_at": {"type": "string", "format": "date-time"},
        "provider": {"type": "string"},
        "mock": {"type": "boolean"},
        "source": {"type": "string"},
        "enumerator_id": {"type": "string"},
        "device_id": {"type": "string"},
        "interview_start": {"type": "object", "description": "lon, lat; accuracy_m, at"},
        "background": {"type": "object", "description": "lon, lat; accuracy_m, at"},
        "photos": {"type": "array", "items": {"type": "object"}, "description": "sha256; never the bytes"},
        "muatan": {"type": "object", "description": "kk, btt, bttk, bku, bbtt_nonusaha, usaha"},
        "refusal_reason": {"type": "string"},
        "relocation_reason": {"type": "string"},
        "frame_release": {"type": "string", "description": "The release that the device knows."},
    },
}
_ENVELOPE = {
    "type": "object",
    "required": ["campaign", "items"],
    "additionalProperties": False,
    "properties": {
        "campaign": {"type": "string", "maxLength": 200, "pattern": CLEAN},
        "items": {"type": "array", "minItems": 1, "maxItems": 500, "items": _ITEM},
    },
}

Mode = Annotated[
    Literal["dry_run"] | None, Query(description="`dry_run` judges the items and stores nothing.")
]
_KEY = re.compile(r"[\x21-\x7e]{1,200}")

router = APIRouter(prefix="/v1/geotags", tags=["sync"])


@router.post(
    "",
    response_model=SyncAnswer,
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _ENVELOPE}}}},
)
def post_geotags(
    request: Request,
    database: Households,
    slot: Slot,
    body: Body,
    language: Spoken,
    mode: Mode = None,
    idempotency_key: Annotated[
        str | None,
        Header(
            description="A key of this batch: sent again, it is answered as before.",
            json_schema_extra={"pattern": r"^[\x21-\x7e]{1,200}$"},
        ),
    ] = None,
) -> dict[str, Any]:
    """Send 1 to 500 geotags of one campaign. A faulty item is set aside and never fails the others."""
    received_at = dt.datetime.now(dt.UTC)
    envelope = open_envelope(body)
    opened: Opened = request.app.state.opened
    against = opened.campaign(envelope.campaign)
    items = [read_item(item) for item in envelope.items]
    begun = None
    if idempotency_key is not None and mode is None:
        begun = _begin(database, idempotency_key, body)
        if begun.answer is not None:
            answers = [Answered.from_json(one) for one in begun.answer["results"]]
            return _said(begun.batch_id, received_at, answers, language)
    batch = Batch(items, received_at, begun.batch_id if begun else uuid.uuid4(), mode is None, begun)
    try:
        answers = sync(database.engine, database.principal, against, batch)
    except BaseException:
        if begun is not None:
            # Where the database is gone the key stays taken until it counts as left behind.
            with suppress(DatabaseUnavailable), outage_said():
                give_back(database.engine, database.principal, begun)
        raise
    if batch.keep:
        metrics: Metrics = request.app.state.metrics
        metrics.note_items(answer.outcome for answer in answers)
    return _said(batch.batch_id, received_at, answers, language)


class Reason(Answer):
    reason: str = Field(description="A stable word.")
    message: dict[str, str]


class Reasons(Answer):
    model_config = example(
        reasons=[
            {"reason": "not_json", "message": {"en": "The item is not JSON.", "id": "Butir bukan JSON."}}
        ]
    )
    reasons: list[Reason]


@router.get("/reasons", response_model=Reasons)
def list_reasons() -> dict[str, Any]:
    """Why items are set aside: every word that an answer may have, in both languages."""
    return {"reasons": [{"reason": word, "message": both(text)} for word, text in REASONS.items()]}


def _begin(database: Households, key: str, body: bytes) -> Begun:
    if not _KEY.fullmatch(key):
        raise ParameterRefused(parameter="Idempotency-Key", wanted=_KEY_WANTED)
    with outage_said():
        return begin_batch(database.engine, database.principal, key, hashlib.sha256(body).digest())


def _said(
    batch_id: uuid.UUID, received_at: dt.datetime, answers: list[Answered], language: Language
) -> dict[str, Any]:
    return {
        "batch_id": batch_id,
        "received_at": received_at,
        "results": [_result(answer, language) for answer in answers],
    }


def _result(answer: Answered, language: Language) -> dict[str, Any]:
    judged = answer.judged or {}
    findings = judged.get("findings", [])
    return {
        "item_id": answer.item_id,
        "revision": answer.revision,
        "outcome": answer.outcome,
        **{name: judged.get(name) for name in ("verdict", "distance_m", "probability")},
        "findings": [_finding(one, language) for one in findings],
        "proposals": [_proposal(one) for one in findings if "proposal" in one["evidence"]],
        "current": answer.current,
        "reason": answer.reason,
        "message": say_reason(answer.reason, answer.field).say(language) if answer.reason else None,
        **{name: judged.get(name) for name in ("release", "ruleset", "ruleset_version")},
    }


def _finding(stored: dict[str, Any], language: Language) -> dict[str, Any]:
    code, evidence = stored["code"], stored["evidence"]
    return {
        **{name: stored[name] for name in ("code", "severity", "distance_m", "probability")},
        "title": title_of(code, language),
        "message": message_of(code, evidence, language),
        "remedy": remedy_of(code, language),
        "candidates": evidence.get("candidates", []),
        "parameters": {name: value for name, value in evidence.items() if name != "candidates"},
    }


def _proposal(stored: dict[str, Any]) -> dict[str, Any]:
    evidence = stored["evidence"]
    return {
        "code": stored["code"],
        "proposal": evidence["proposal"],
        "distance_m": evidence.get("proposed_distance_m"),
        "probability": evidence.get("proposed_probability"),
    }


_KEY_WANTED = Text(
    en="1 to 200 visible ASCII characters, such as a UUID",
    id="1 sampai 200 karakter ASCII yang tampak, misalnya UUID",
)
