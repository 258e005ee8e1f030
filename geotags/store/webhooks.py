"""Addresses that are told which findings came and went: how far each was told, and what became of each try.

What is told is read from the log of changes when it is told; there is no copy of it. An address is told in
the order of the log: what it did not take is tried again before anything later.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import SplitResult, urlsplit

from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from boundaries.store.engine import named_sql
from boundaries.store.principals import Principal, Role, as_checker
from geo.errors import AlreadyExists, NotFound, ValueRefused
from geo.text import Text
from geotags.store.campaigns import Campaign

SECRET_PREFIX = "whsec_"
KEPT_DAYS = 30
"""Tries are kept so long."""

Outcome = Literal["told", "refused", "gone", "unreachable", "too_slow"]

_WEBHOOK = Text(en="webhook", id="webhook")
_LISTED = Text(en="See them with: patok webhook list.", id="Lihat dengan: patok webhook list.")
_NAME = re.compile(r"\w[\w.-]{0,59}")
_VISIBLE = re.compile(r"[\x21-\x7e]{1,2000}")
_AREA = re.compile(r"[0-9.]{1,60}")


@dataclass(frozen=True)
class Taken:
    """An address that is due, as it was taken. ``next_at`` is until when nobody else takes it."""

    webhook_id: int
    name: str
    url: str
    secret: bytes
    areas: tuple[str, ...]
    told_change_id: int
    failures: int
    failing_since: dt.datetime | None
    next_at: dt.datetime
    campaign: str

    def principal(self) -> Principal:
        """Who it is to the row policies and the audit."""
        role = Role.OFFICER if self.areas else Role.NATIONAL
        return Principal(role, None, self.areas, f"webhook {self.name}")


@dataclass(frozen=True)
class Told:
    """What became of a try: up to which change, how many events; when to try again, or why never."""

    last_change_id: int
    events: int
    outcome: Outcome
    status: int | None
    seconds: float
    wait_s: float
    suspended_for: str | None = None


def create_webhook(
    engine: Engine,
    name: str,
    campaign: Campaign,
    url: str,
    areas: Sequence[str] = (),
    *,
    from_start: bool = False,
) -> bytes:
    """Make one and return its secret (32 bytes), which is not shown again.

    It is told what comes from now on, or everything there is. Raises ``ValueRefused`` for a name or an
    address that cannot be used, ``AlreadyExists``.
    """
    if not _NAME.fullmatch(name):
        raise ValueRefused(where=_WEBHOOK, value=name[:40], wanted=_NAME_WANTED)
    _require_address(url)
    for area in areas:
        if not _AREA.fullmatch(area):
            raise ValueRefused(where="--area", value=area[:40], wanted=_AREA_WANTED)
    values = {
        "name": name,
        "campaign_id": campaign.campaign_id,
        "url": url,
        "secret": secrets.token_bytes(32),
        "areas": list(areas),
        "from_start": from_start,
    }
    try:
        with engine.begin() as connection:
            connection.execute(_sql("webhook_create"), values)
    except IntegrityError as error:
        raise AlreadyExists(what=_WEBHOOK, name=name) from error
    return bytes(values["secret"])


def list_webhooks(engine: Engine, name: str | None = None) -> list[dict[str, Any]]:
    """By name: name, campaign, url, areas, behind (changes not told), failures, failing_since, suspended_at,
    suspended_for, told_change_id, next_at, created_at."""
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(_sql("webhooks"), {"name": name}).mappings()]


def read_tries(engine: Engine, name: str, limit: int) -> list[dict[str, Any]]:
    """The last tries, newest first: tried_at, outcome, status, events, after_change_id, last_change_id,
    seconds. Raises ``NotFound``."""
    _find(engine, name)
    with engine.connect() as connection:
        found = connection.execute(_sql("webhook_tries"), {"name": name, "limit": limit})
        return [dict(row) for row in found.mappings()]


def tell_again(
    engine: Engine, name: str, *, after: int | None = None, since: dt.datetime | None = None
) -> int:
    """Go on at once, from an earlier change or moment on if one is given; the change after which it goes on.

    Raises ``NotFound``.
    """
    _find(engine, name)
    with engine.begin() as connection:
        if since is not None:
            after = connection.execute(_sql("webhook_place"), {"name": name, "since": since}).scalar_one()
        again = connection.execute(_sql("webhook_again"), {"name": name, "after": after})
        return int(again.scalar_one())


def remove_webhook(engine: Engine, name: str) -> None:
    """Tell it nothing any more. Raises ``NotFound``."""
    with engine.begin() as connection:
        gone = connection.execute(_sql("webhook_remove"), {"name": name}).first()
    if gone is None:
        raise NotFound(what=_WEBHOOK, name=name, remedy=_LISTED)


def find_address(engine: Engine, name: str) -> tuple[str, bytes]:
    """Address and secret. Raises ``NotFound``."""
    _find(engine, name)
    with engine.connect() as connection:
        row = connection.execute(
            text("SELECT url, secret FROM webhooks WHERE name = :name"), {"name": name}
        ).one()
    return row.url, bytes(row.secret)


def take(engine: Engine, lease_s: float) -> Taken | None:
    """An address that is due and has something to be told; nobody else takes it for ``lease_s`` seconds."""
    with engine.begin() as connection, as_checker(connection):
        row = connection.execute(_sql("webhook_take"), {"lease_s": lease_s}).first()
    if row is None:
        return None
    return Taken(
        row.id,
        row.name,
        row.url,
        bytes(row.secret),
        tuple(row.areas),
        row.told_change_id,
        row.failures,
        row.failing_since,
        row.next_at,
        row.campaign,
    )


def note(engine: Engine, taken: Taken, told: Told) -> None:
    """Write what became of it, unless it passed to somebody else meanwhile."""
    values = {
        "webhook_id": taken.webhook_id,
        "next_at": taken.next_at,
        "after": taken.told_change_id,
        "last": told.last_change_id,
        "events": told.events,
        "outcome": told.outcome,
        "status": told.status,
        "seconds": told.seconds,
        "is_told": told.outcome == "told",
        "wait_s": told.wait_s,
        "suspended_for": told.suspended_for,
    }
    with engine.begin() as connection, as_checker(connection):
        connection.execute(_sql("webhook_told"), values)


def forget_tries(engine: Engine) -> None:
    """Delete tries that were kept long enough."""
    with engine.begin() as connection, as_checker(connection):
        connection.execute(_sql("webhook_tries_forget"), {"kept_days": KEPT_DAYS})


def _find(engine: Engine, name: str) -> dict[str, Any]:
    found = list_webhooks(engine, name)
    if not found:
        raise NotFound(what=_WEBHOOK, name=name, remedy=_LISTED)
    return found[0]


def _require_address(url: str) -> None:
    """https, or http on this machine; no name and password in it, which would stand in the log of a proxy."""
    try:
        parts = urlsplit(url)
        holds = parts.username is None and parts.port != 0 and _is_safe(parts)
    except ValueError:
        holds = False
    if not (holds and _VISIBLE.fullmatch(url)):
        raise ValueRefused(where="URL", value="...", wanted=_URL_WANTED)


def _is_safe(parts: SplitResult) -> bool:
    if parts.scheme == "https":
        return bool(parts.hostname)
    if parts.scheme != "http" or not parts.hostname:
        return False
    try:
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return parts.hostname == "localhost"


_NAME_WANTED = Text(
    en="a name of up to 60 letters, digits, dots and hyphens",
    id="nama hingga 60 huruf, angka, titik, dan tanda hubung",
)
_AREA_WANTED = Text(en="the beginning of an area code", id="awal kode wilayah")
_URL_WANTED = Text(
    en="https://HOST/PATH without a user in it; http:// only on this machine",
    id="https://HOST/PATH tanpa pengguna di dalamnya; http:// hanya pada mesin ini",
)


def _sql(name: str) -> Any:
    return text(named_sql("geotags.store", name))
