"""What devices sent and could not be stored: word for word, with the reason."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field

from api.answers import Answer, example
from api.languages import Spoken
from api.paging import DEFAULT_LIMIT, After, Limit, after_id, cursor_of, next_link
from api.parameters import CampaignName, Households
from api.problems import ParameterRefused
from boundaries.store.reading import reading
from geo.text import Text
from geotags.reasons import REASONS, say_reason
from geotags.store.campaigns import campaign_named
from geotags.store.quarantine import read_quarantine


class QuarantinedItem(Answer):
    quarantine_id: int
    item_id: str | None = Field(description="Null where it could not be read.")
    reason: str
    message: str
    body: str = Field(description="As it came; bytes that are no UTF-8 are written as escapes.")
    batch_id: uuid.UUID
    received_at: dt.datetime


class Quarantine(Answer):
    model_config = example(
        items=[
            {
                "quarantine_id": 7,
                "item_id": None,
                "reason": "not_json",
                "message": "The item is not JSON.",
                "body": '{"item_id": ',
                "batch_id": "7d5a2d5e-7c53-4b0e-a1a5-3c5b0e6d8f11",
                "received_at": "2025-10-20T02:11:00Z",
            }
        ],
        next=None,
    )
    items: list[QuarantinedItem]
    next: str | None = Field(description="The address of the next page.")


Reason = Annotated[
    str | None,
    Query(
        max_length=40,
        description="One reason only.",
        examples=["not_json"],
        json_schema_extra={"enum": [*REASONS, None]},
    ),
]

router = APIRouter(prefix="/v1/campaigns/{campaign}/quarantine", tags=["sync"])


@router.get("", response_model=Quarantine)
def list_quarantine(
    request: Request,
    database: Households,
    campaign: CampaignName,
    language: Spoken,
    reason: Reason = None,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> dict[str, Any]:
    """What could not be stored, as it came: a device's own, or that of an officer's areas."""
    if reason is not None and reason not in REASONS:
        raise ParameterRefused(parameter="reason", wanted=_LISTED)
    with reading(database) as connection:
        found = campaign_named(connection, campaign)
        rows, more = read_quarantine(connection, found, reason=reason, after=after_id(after), limit=limit)
    cursor = cursor_of(str(rows[-1]["quarantine_id"])) if more else None
    return {
        "items": [
            {
                **{name: value for name, value in row.items() if name not in ("field", "body")},
                "message": say_reason(row["reason"], row["field"]).say(language),
                "body": bytes(row["body"]).decode("utf-8", "backslashreplace"),
            }
            for row in rows
        ],
        "next": next_link(request, cursor),
    }


_LISTED = Text(en="a reason listed at /v1/geotags/reasons", id="alasan yang terdaftar di /v1/geotags/reasons")
