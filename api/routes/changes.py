"""What came and went among the findings of a campaign: page by page, waiting for more, or as a stream."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.answers import Answer, example
from api.catalogue import say_finding
from api.heads import Heads
from api.languages import Spoken
from api.paging import DEFAULT_LIMIT, Limit, cursor_of, key_of
from api.parameters import CampaignName, Households
from api.problems import TokenRefused
from api.routes.findings import FINDING_EXAMPLE, FindingAnswer
from boundaries.store.reading import Access, reading
from geo.errors import PatokError
from geo.text import Language
from geotags.store.campaigns import Campaign, campaign_named
from geotags.store.changes import read_changes
from geotags.store.rejudging import read_rejudgings

MOST_WAIT_S = 60
_BEAT_S = 15.0
"""How often a stream with nothing to say shows that it is alive, and looks whether its key still is."""
_NOW = "now"


class Change(Answer):
    kind: Literal["created", "ended", "erased"] = Field(
        description="`ended`: it does not stand any more; what it said is kept. `erased`: its household was "
        "erased here, and is to be erased by whoever keeps a copy; what told of it is null."
    )
    changed_at: dt.datetime
    geotag_id: int
    finding_id: int
    item_id: str | None
    revision: int | None
    finding: FindingAnswer | None


_CHANGE = {
    "kind": "created",
    "changed_at": "2025-10-20T02:11:00Z",
    "geotag_id": FINDING_EXAMPLE["geotag_id"],
    "finding_id": FINDING_EXAMPLE["finding_id"],
    "item_id": "0b8f1c9e-6a51-4d3c-9f0e-3f1f3f4b7a10",
    "revision": 1,
    "finding": FINDING_EXAMPLE,
}


class Changes(Answer):
    model_config = example(changes=[_CHANGE], next="MTI4", more=False)
    changes: list[Change]
    next: str = Field(description="The cursor for `after`, next time: there even after the last change.")
    more: bool = Field(description="Whether there are more already.")


class Rejudging(Answer):
    release: int
    label: str
    areas: int = Field(description="Assigned areas whose geotags the release concerns.")
    areas_left: int
    started_at: dt.datetime
    ended_at: dt.datetime | None


class Rejudgings(Answer):
    model_config = example(
        rejudgings=[
            {
                "release": 3,
                "label": "2026_1",
                "areas": 412,
                "areas_left": 0,
                "started_at": "2026-06-01T01:00:00Z",
                "ended_at": "2026-06-01T01:02:11Z",
            }
        ]
    )
    rejudgings: list[Rejudging]


After = Annotated[
    str | None,
    Query(
        max_length=200,
        description="Where the last answer ended: its `next`. `now` leaves out all there is so far; without "
        "it everything comes from the first change on.",
    ),
]
WaitS = Annotated[
    int, Query(ge=0, le=MOST_WAIT_S, description="Where there is nothing yet, wait so many seconds for it.")
]

router = APIRouter(prefix="/v1/campaigns/{campaign}", tags=["findings"])


@router.get("/changes", response_model=Changes)
async def list_changes(
    request: Request,
    database: Households,
    campaign: CampaignName,
    language: Spoken,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
    wait_s: WaitS = 0,
) -> dict[str, Any]:
    """Findings that came or went since a cursor, in the order in which they did."""
    heads: Heads = request.app.state.heads
    found = await run_in_threadpool(_campaign, database, campaign)
    at, until = await _start(heads, found, after), asyncio.get_running_loop().time() + wait_s
    while True:
        page = await _page(heads, database, found, at, limit)
        left = until - asyncio.get_running_loop().time()
        if page.rows or left <= 0:
            break
        at = page.end
        await heads.newer(found.campaign_id, at, left)
    return {
        "changes": [_said(row, language) for row in page.rows],
        "next": cursor_of(str(page.end)),
        "more": page.full,
    }


@router.get(
    "/changes/stream",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def stream_changes(
    request: Request,
    database: Households,
    campaign: CampaignName,
    language: Spoken,
    after: After = None,
    last_event_id: Annotated[
        str | None, Header(max_length=200, description="The `id` of the last event: goes on after it.")
    ] = None,
) -> StreamingResponse:
    """The same as server-sent events: `event: finding`, `id` the cursor, `data` a change as JSON."""
    heads: Heads = request.app.state.heads
    found = await run_in_threadpool(_campaign, database, campaign)
    at = await _start(heads, found, last_event_id or after)
    events = _events(request, heads, database, found, at, language)
    return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@router.get("/rejudgings", response_model=Rejudgings)
def list_rejudgings(database: Households, campaign: CampaignName) -> dict[str, Any]:
    """What new releases made necessary, newest first, and how much of it is left."""
    with reading(database) as connection:
        rows = read_rejudgings(connection, campaign_named(connection, campaign))
    return {"rejudgings": rows}


class _Page:
    """Some changes, and the number at which the next ones begin."""

    def __init__(self, rows: list[dict[str, Any]], end: int, full: bool) -> None:
        self.rows, self.end, self.full = rows, end, full


def _campaign(database: Access, name: str) -> Campaign:
    with reading(database) as connection:
        return campaign_named(connection, name)


async def _start(heads: Heads, campaign: Campaign, after: str | None) -> int:
    if after == _NOW:
        return await heads.now(campaign.campaign_id)
    return int(key_of(after, r"\d{1,18}").group()) if after else 0


async def _page(heads: Heads, database: Access, campaign: Campaign, after: int, limit: int) -> _Page:
    # Asked first: what this caller may not see up to there need not be passed over again.
    head = await heads.now(campaign.campaign_id)

    def read() -> tuple[list[dict[str, Any]], bool]:
        with reading(database) as connection:
            return read_changes(connection, campaign, after=after, limit=limit)

    page, full = await run_in_threadpool(read)
    last = page[-1]["change_id"] if page else after
    return _Page(page, last if full else max(head, last), full)


async def _events(
    request: Request, heads: Heads, database: Access, campaign: Campaign, at: int, language: Language
) -> AsyncIterator[str]:
    yield f"id: {cursor_of(str(at))}\nevent: open\ndata: {{}}\n\n"
    while not await request.is_disconnected():
        try:
            await _require_key(request)
            page = await _page(heads, database, campaign, at, DEFAULT_LIMIT)
            for row in page.rows:
                data = Change.model_validate(_said(row, language)).model_dump_json()
                yield f"id: {cursor_of(str(row['change_id']))}\nevent: finding\ndata: {data}\n\n"
            at = page.end
            if not page.full and not await heads.newer(campaign.campaign_id, at, _BEAT_S):
                yield ": nothing new\n\n"
        except PatokError as error:  # the headers are sent: only an event can tell
            said = {"code": error.code, "detail": error.say(language)}
            yield f"event: problem\ndata: {json.dumps(said)}\n\n"
            return


async def _require_key(request: Request) -> None:
    """A stream outlives the look at its key. Raises ``TokenRefused`` where the key has ended since."""
    token = request.headers.get("authorization", "").partition(" ")[2].strip()
    keyring = request.app.state.keyring
    principal = keyring.remembered(token) or await run_in_threadpool(keyring.look_up, token)
    if principal is None or principal != request.state.principal:
        raise TokenRefused()


def _said(row: dict[str, Any], language: Language) -> dict[str, Any]:
    named = ("kind", "changed_at", "geotag_id", "finding_id", "item_id", "revision")
    finding = None if row["kind"] == "erased" else say_finding(row, language)
    return {name: row[name] for name in named} | {"finding": finding}
