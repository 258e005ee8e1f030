"""Telling other programs what came and went: CloudEvents 1.0 in batches, signed, tried until they are taken.

An event says which finding, geotag, item and area, and nothing of a household's place: who is told reads the
rest with a key of its own. Each batch is signed as Standard Webhooks says (HMAC-SHA256).
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import logging
import random
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from boundaries.store.reading import Access, Engine, outage_said, reading
from geo.errors import PatokError
from geotags.store import webhooks
from geotags.store.campaigns import campaign_named
from geotags.store.changes import read_changes, read_heads
from geotags.store.webhooks import Outcome, Taken, Told

EVENTS_AT_ONCE = 100
TIMEOUT_S = 10.0
FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 3600.0
SUSPENDED_AFTER_S = 3 * 24 * 3600.0
"""An address that took nothing for so long is left alone until somebody looks at it."""
MEDIA_TYPE = "application/cloudevents-batch+json"
TYPE = "patok.finding."
_LEASE_S = 60.0
_LOOK_EVERY_S = 1.0
_AFTER_FAULT_S = 10.0
_FORGET_EVERY_S = 3600.0
_GONE = 410

logger = logging.getLogger(__name__)


class Teller:
    """A thread that tells what there is to tell until it is stopped."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ends = threading.Event()
        self._forgets_at = 0.0
        self._thread = threading.Thread(target=self._run, name="patok webhooks", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the try that runs, if one does."""
        self._ends.set()
        self._thread.join(timeout=2 * TIMEOUT_S)

    def _run(self) -> None:
        pause = 0.0
        with httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client:
            while not self._ends.wait(pause):
                try:
                    self._forget()
                    pause = 0.0 if tell_one(self._engine, client) else _LOOK_EVERY_S
                except PatokError as error:
                    logger.warning("%s", error.code)
                    pause = _AFTER_FAULT_S
                except Exception as error:
                    logger.error("webhooks: %s", type(error).__name__)
                    pause = _AFTER_FAULT_S

    def _forget(self) -> None:
        if time.monotonic() >= self._forgets_at:
            with outage_said():
                webhooks.forget_tries(self._engine)
            self._forgets_at = time.monotonic() + _FORGET_EVERY_S


def tell_one(engine: Engine, client: httpx.Client) -> bool:
    """Tell one address that is due up to ``EVENTS_AT_ONCE`` changes; whether there was one."""
    with outage_said():
        taken = webhooks.take(engine, _LEASE_S)
    if taken is None:
        return False
    events, last = _events(engine, taken)
    if events:
        began = time.monotonic()
        outcome, status = send(client, taken.url, taken.secret, events)
        seconds = time.monotonic() - began
    else:  # nothing of it is for this address
        outcome, status, seconds = "told", None, 0.0
    told = Told(last, len(events), outcome, status, seconds, *_what_next(taken, outcome))
    with outage_said():
        webhooks.note(engine, taken, told)
    return True


def send(
    client: httpx.Client, url: str, secret: bytes, events: Sequence[Mapping[str, Any]]
) -> tuple[Outcome, int | None]:
    """One request. Only the status of the answer is looked at."""
    body = json.dumps(list(events), ensure_ascii=True).encode()
    headers = {"Content-Type": MEDIA_TYPE, "User-Agent": "Patok", **signature(secret, body)}
    try:
        with client.stream("POST", url, content=body, headers=headers) as answer:
            status = answer.status_code
    except httpx.TimeoutException:
        return "too_slow", None
    except (httpx.HTTPError, httpx.InvalidURL):
        return "unreachable", None
    if 200 <= status < 300:
        return "told", status
    return ("gone" if status == _GONE else "refused"), status


def signature(
    secret: bytes, body: bytes, at: dt.datetime | None = None, identity: str = ""
) -> dict[str, str]:
    """The headers of Standard Webhooks for a body: identity, time and HMAC-SHA256 over both and the body."""
    identity = identity or f"msg_{uuid.uuid4().hex}"
    stamp = str(int((at or dt.datetime.now(dt.UTC)).timestamp()))
    mac = hmac.digest(secret, f"{identity}.{stamp}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": identity,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
    }


def event_of(campaign: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """A change as a CloudEvent: the same change has the same id whenever it is told."""
    names = ("finding_id", "geotag_id", "item_id", "revision", "code", "severity", "assigned_area")
    return {
        "specversion": "1.0",
        "id": str(row["change_id"]),
        "source": f"/v1/campaigns/{campaign}/changes",
        "type": f"{TYPE}{row['kind']}",
        "subject": str(row["finding_id"]),
        "time": row["changed_at"].isoformat(),
        "datacontenttype": "application/json",
        "data": {"campaign": campaign} | {name: row[name] for name in names},
    }


def trial_event(campaign: str) -> dict[str, Any]:
    """What ``patok webhook try`` sends: an event of no finding."""
    return {
        "specversion": "1.0",
        "id": f"trial-{uuid.uuid4().hex}",
        "source": f"/v1/campaigns/{campaign}/changes",
        "type": "patok.webhook.trial",
        "time": dt.datetime.now(dt.UTC).isoformat(),
        "datacontenttype": "application/json",
        "data": {"campaign": campaign},
    }


def _events(engine: Engine, taken: Taken) -> tuple[list[dict[str, Any]], int]:
    """What is to be told next, and the change at which it ends."""
    heads = read_heads(engine)  # before the rows: what is not for this address need not be passed over again
    with reading(Access(engine, taken.principal(), "webhook")) as connection:
        campaign = campaign_named(connection, taken.campaign)
        rows, more = read_changes(connection, campaign, after=taken.told_change_id, limit=EVENTS_AT_ONCE)
    last = rows[-1]["change_id"] if rows else taken.told_change_id
    if not more:
        last = max(last, heads.get(campaign.campaign_id, 0))
    return [event_of(taken.campaign, row) for row in rows], last


def _what_next(taken: Taken, outcome: Outcome) -> tuple[float, str | None]:
    """How long to wait until the next try, and why there is none."""
    if outcome == "told":
        return 0.0, None
    if outcome == "gone":
        return 0.0, "gone"
    since = taken.failing_since
    if since is not None and (dt.datetime.now(dt.UTC) - since).total_seconds() > SUSPENDED_AFTER_S:
        return 0.0, outcome
    longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(taken.failures, 20))
    return longest * random.uniform(0.5, 1.0), None
