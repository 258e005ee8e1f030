"""Erasing a household, or a whole campaign: all there is of it but that there was something.

The ledger keeps item and revision with ``erased_at``, so that a tablet that comes back does not bring the
household again. What backups, exports and other programs hold is theirs to erase; the audit says who that is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from boundaries.store.audit import Seen, append
from boundaries.store.engine import named_sql
from boundaries.store.principals import OPERATOR
from geo.checks.protocol import Scope
from geo.errors import NotFound
from geo.text import Text
from geotags.store.campaigns import Campaign, lock_campaign
from geotags.store.groups import Touched, wait

GEOTAGS_AT_ONCE = 10_000
_HOUSEHOLD = Text(en="household", id="keluarga")
_ITEM = Text(en="item or household", id="butir atau keluarga")
_REMEDY = Text(
    en="Look for other spellings, and in the other campaigns.",
    id="Periksa penulisan lain, dan kegiatan lainnya.",
)


@dataclass
class Erased:
    """How much there was: geotags with all their revisions, findings with those of the past, items that were
    set aside. ``seen`` are their identities, for the question who saw them."""

    geotags: int = 0
    findings: int = 0
    quarantined: int = 0
    seen: Seen = field(default_factory=Seen)


def erase_household(engine: Engine, campaign: Campaign, household_key: str, reason: str) -> Erased:
    """Erase a household from a campaign, in one transaction; its neighbours wait to be judged again.

    ``reason`` goes into the audit, the key does not. Raises ``NotFound``.
    """
    with engine.begin() as connection:
        lock_campaign(connection, campaign)
        asked = {"campaign_id": campaign.campaign_id, "household_key": household_key}
        rows = connection.execute(_sql("erasure_rows"), asked).all()
        erased = Erased()
        aside = _set_aside(connection, campaign, household_key, _items_left_empty(connection, campaign, rows))
        if not rows and not aside:
            raise NotFound(what=_HOUSEHOLD, name=household_key, remedy=_REMEDY)
        if rows:
            touched = _erase(connection, campaign, rows, erased)
            touched.groups.discard((Scope.HOUSEHOLD, household_key))
            wait(connection, campaign, touched.groups)
            gone = {"campaign_id": campaign.campaign_id, "group_key": household_key}
            connection.execute(_sql("erasure_group"), gone)
        if aside:
            connection.execute(_sql("erasure_aside_delete"), {"ids": aside})
        erased.quarantined = len(aside)
        erased.seen.quarantine_ids.update(aside)
        append(
            connection,
            OPERATOR,
            "patok erase household",
            None,
            erased.seen,
            campaign=campaign.name,
            reason=reason,
        )
    return erased


def erase_campaign(
    engine: Engine, campaign: Campaign, reason: str, progress: Callable[[int], None] = lambda done: None
) -> Erased:
    """Erase all households of a campaign and the campaign itself; broken off, it is run again."""
    erased = Erased()
    while True:
        with engine.begin() as connection:
            lock_campaign(connection, campaign)
            asked = {"campaign_id": campaign.campaign_id, "limit": GEOTAGS_AT_ONCE}
            rows = connection.execute(_sql("erasure_rows_of_campaign"), asked).all()
            part = Erased()
            if rows:
                _erase(connection, campaign, rows, part)
            else:
                left = connection.execute(_sql("erasure_campaign"), asked).scalars().all()
                part.quarantined = len(left)
                part.seen.quarantine_ids.update(left)
                connection.execute(_sql("erasure_campaign_row"), asked)
            purpose = "patok erase campaign"
            append(connection, OPERATOR, purpose, None, part.seen, campaign=campaign.name, reason=reason)
        erased.geotags += part.geotags
        erased.findings += part.findings
        erased.quarantined += part.quarantined
        progress(len(rows))
        if not rows:
            return erased


def identities_of(engine: Engine, campaign: Campaign, name: str) -> Seen:
    """What the audit knows an item by, or the items of a household. Raises ``NotFound``."""
    asked = {"campaign_id": campaign.campaign_id, "name": name}
    with engine.connect() as connection:
        seen = Seen()
        seen.note(dict(row) for row in connection.execute(_sql("who_saw_items"), asked).mappings())
    if not seen:
        raise NotFound(what=_ITEM, name=name, remedy=_REMEDY)
    return seen


def _erase(connection: Connection, campaign: Campaign, rows: Sequence[Row[Any]], erased: Erased) -> Touched:
    """Delete some geotags and all that hangs on them; the groups that lost one."""
    columns = {
        "campaign_id": campaign.campaign_id,
        "ids": [row.id for row in rows],
        "provinces": sorted({row.province for row in rows}),
        "item_ids": [row.item_id for row in rows],
        "revisions": [row.revision for row in rows],
    }
    gone = connection.execute(_sql("erasure_delete"), columns).one()
    if gone.clusters:
        connection.execute(_sql("clusters_delete"), {"ids": list(gone.clusters)})
    erased.geotags += len(rows)
    erased.findings += gone.findings
    erased.seen.geotag_ids.update(row.id for row in rows)
    touched = Touched()
    touched.lose(row for row in rows if row.is_current)
    return touched


def _items_left_empty(connection: Connection, campaign: Campaign, rows: Sequence[Row[Any]]) -> list[str]:
    """The items all of whose geotags are among ``rows``: one may have gone over to another household."""
    asked = {
        "campaign_id": campaign.campaign_id,
        "item_ids": sorted({row.item_id for row in rows}),
        "ids": [row.id for row in rows],
    }
    return list(connection.execute(_sql("erasure_items"), asked).scalars())


def _set_aside(
    connection: Connection, campaign: Campaign, household_key: str, items: Sequence[str]
) -> list[int]:
    """Identities of what was set aside and is of these items or names the household."""
    written, escaped = (
        json.dumps(household_key, ensure_ascii=plain).encode("utf-8", "surrogatepass")
        for plain in (False, True)
    )
    asked = {
        "campaign_id": campaign.campaign_id,
        "item_ids": list(items),
        "written": written,
        "escaped": escaped,
    }
    found = connection.execute(_sql("erasure_aside"), asked)
    return [row.id for row in found if row.is_item or _names(bytes(row.body), household_key)]


def _names(body: bytes, household_key: str) -> bool:
    """Whether an item as it came is of the household; an unreadable one is, when the key stands in it."""
    try:
        item = json.loads(body)
    except ValueError:
        return True
    return not isinstance(item, dict) or item.get("household_key") == household_key


def _sql(name: str) -> Any:
    return text(named_sql("geotags.store", name))
