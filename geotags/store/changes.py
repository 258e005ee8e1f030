"""What came and went among the findings of a campaign, since a place in their log."""

from __future__ import annotations

from typing import Any

from boundaries.store.principals import as_checker
from boundaries.store.reading import Connection, Engine, outage_said, read_page, read_rows, statement
from geotags.store.campaigns import Campaign


def read_heads(engine: Engine) -> dict[int, int]:
    """The number of the last change of every campaign, 0 before the first; by campaign.

    Whoever writes changes holds the campaign's lock until it is stored: below a head nothing appears later.
    """
    with outage_said(), engine.begin() as connection, as_checker(connection):
        return {row.campaign_id: row.head for row in connection.execute(_sql("changes_heads"))}


def read_changes(
    connection: Connection, campaign: Campaign, *, after: int, limit: int
) -> tuple[list[dict[str, Any]], bool]:
    """Up to ``limit`` changes after the number ``after``, in their order; whether there are more.

    Each row: change_id, kind (created, ended, erased), changed_at, item_id, revision, and the finding as
    ``geotags.store.found.read_findings`` gives it; of one that was erased nothing but its identities.
    """
    rows, more = read_page(
        connection,
        _sql("changes"),
        campaign_id=campaign.campaign_id,
        level=campaign.level,
        after=after,
        limit=limit,
    )
    named = {"ruleset": campaign.ruleset.name, "ruleset_version": campaign.ruleset.version}
    return [row | named for row in rows], more


def ended_of_geotag(connection: Connection, campaign: Campaign, geotag_id: int) -> list[dict[str, Any]]:
    """The findings that a geotag had once, the last first: finding_id, code, severity, evidence, created_at,
    ended_at, release (its number)."""
    return read_rows(
        connection, _sql("findings_ended"), campaign_id=campaign.campaign_id, geotag_id=geotag_id
    )


def _sql(name: str) -> Any:
    return statement("geotags.store", name)
