"""Campaigns: making them and finding them by name."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from boundaries.store.areas import FrameRecord
from boundaries.store.engine import named_sql
from boundaries.store.frames import find_frame, require_name
from geo.codes import SCHEMES
from geo.errors import AlreadyExists, NotFound, RulesetChanged, ValueRefused
from geo.levels import Level
from geo.ruleset import Ruleset, differences
from geo.text import Text

CAMPAIGN = Text(en="campaign", id="kegiatan")

_MOST_NAMED = 5


@dataclass(frozen=True)
class Campaign:
    """One collection. ``level`` is the level of the assigned areas."""

    campaign_id: int
    name: str
    frame: FrameRecord
    level: Level
    ruleset: Ruleset
    starts_on: dt.date | None
    ends_on: dt.date | None


def create_campaign(
    engine: Engine,
    name: str,
    frame: str,
    level: Level,
    ruleset: Ruleset | None = None,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
) -> Campaign:
    """Create a campaign on a frame.

    Raises ``ValueRefused`` for the name, a level that the frame's codes do not have or dates in the
    wrong order; ``NotFound`` for the frame; ``AlreadyExists``; ``RulesetChanged`` where another campaign
    has a ruleset of the same name and version that says something else.
    """
    require_name(name)
    record = find_frame(engine, frame)
    levels = record.scheme.levels
    if level not in levels:
        raise ValueRefused(where=Text(en="level", id="tingkat"), value=level.value, wanted=" / ".join(levels))
    if starts_on and ends_on and ends_on < starts_on:
        raise ValueRefused(
            where=Text(en="dates", id="tanggal"),
            value=f"{starts_on} .. {ends_on}",
            wanted=Text(en="an end on or after the start", id="akhir pada atau sesudah awal"),
        )
    chosen = ruleset or Ruleset()
    values: dict[str, Any] = {
        "name": name,
        "frame_id": record.frame_id,
        "level": level.value,
        "ruleset": json.dumps(chosen.as_json()),
        "starts_on": starts_on,
        "ends_on": ends_on,
    }
    try:
        with engine.begin() as connection:
            connection.execute(text(named_sql("geotags.store", "campaigns_lock")))
            for campaign in _read(connection, None):
                _require_same(campaign, chosen)
            connection.execute(text(named_sql("geotags.store", "create_campaign")), values)
    except IntegrityError as error:
        raise AlreadyExists(what=CAMPAIGN, name=name) from error
    return find_campaign(engine, name)


def _require_same(campaign: Campaign, ruleset: Ruleset) -> None:
    """Raise ``RulesetChanged``: a finding names its ruleset by name and version, so that is one content."""
    stored = campaign.ruleset
    if (stored.name, stored.version) != (ruleset.name, ruleset.version):
        return
    if stored.fingerprint != ruleset.fingerprint:
        changed = [f"{one.code}.{one.parameter}" for one in differences(stored, ruleset)] or ["others_on"]
        raise RulesetChanged(
            name=ruleset.name,
            version=ruleset.version,
            campaign=campaign.name,
            changed=", ".join(changed[:_MOST_NAMED]) + (", ..." if len(changed) > _MOST_NAMED else ""),
        )


def list_campaigns(engine: Engine) -> list[Campaign]:
    """All campaigns, by name."""
    with engine.connect() as connection:
        return campaigns_of(connection)


def campaigns_of(connection: Connection) -> list[Campaign]:
    """All campaigns, by name, within a transaction."""
    return _read(connection, None)


def find_campaign(engine: Engine, name: str) -> Campaign:
    """The campaign called ``name``. Raises ``NotFound``."""
    with engine.connect() as connection:
        return campaign_named(connection, name)


def campaign_named(connection: Connection, name: str) -> Campaign:
    """The campaign called ``name``, within a transaction. Raises ``NotFound``."""
    found = _read(connection, name)
    if found:
        return found[0]
    names = ", ".join(campaign.name for campaign in _read(connection, None)) or "-"
    raise NotFound(
        what=CAMPAIGN,
        name=name,
        remedy=Text(
            en=f"There are: {names}. Make one with: patok campaign create.",
            id=f"Yang ada: {names}. Buat dengan: patok campaign create.",
        ),
    )


def lock_campaign(connection: Connection, campaign: Campaign) -> None:
    """Other loads into the campaign wait until the transaction ends: both may touch one cluster."""
    connection.execute(
        text(named_sql("geotags.store", "campaign_lock")), {"campaign_id": campaign.campaign_id}
    )


@contextmanager
def while_there(engine: Engine, campaign: Campaign) -> Iterator[None]:
    """Raises ``NotFound`` where the campaign was erased meanwhile, and nothing could be stored in it."""
    try:
        yield
    except IntegrityError:
        find_campaign(engine, campaign.name)
        raise


def _read(connection: Connection, name: str | None) -> list[Campaign]:
    rows = connection.execute(text(named_sql("geotags.store", "campaign_records")), {"name": name})
    return [
        Campaign(
            row.campaign_id,
            row.name,
            FrameRecord(row.frame_id, row.frame, row.country, SCHEMES[row.code_scheme]),
            Level(row.level),
            Ruleset.from_json(row.ruleset),
            row.starts_on,
            row.ends_on,
        )
        for row in rows
    ]
