"""Reading stored findings: page by page through a campaign, or all of one geotag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from boundaries.store.reading import Connection, read_page, read_rows, statement
from geotags.store.campaigns import Campaign

SEVERITIES = ("error", "review", "info")
"""Worst first: the order in which findings are listed."""


@dataclass(frozen=True)
class FindingPlace:
    """Where a page of findings ended: the severity's place in ``SEVERITIES``, and the finding's id."""

    rank: int
    finding_id: int


def read_findings(
    connection: Connection,
    campaign: Campaign,
    *,
    code: str | None,
    severity: str | None,
    area: str | None,
    after: FindingPlace,
    limit: int,
) -> tuple[list[dict[str, Any]], bool]:
    """Up to ``limit`` findings of current geotags, worst severity first, then by id; whether there are more.

    One statement per severity, so that each is a walk by key and nothing has to be sorted. Each
    row: finding_id, geotag_id, code, severity, distance_m, probability, evidence, assigned_area,
    area_name (None when the release does not have the area), household_key, item_id, building_no,
    enumerator_id, lon, lat; and of the campaign: ruleset, ruleset_version.
    """
    rows: list[dict[str, Any]] = []
    more = False
    for rank, name in enumerate(SEVERITIES):
        if rank < after.rank or severity not in (None, name):
            continue
        page, more = read_page(
            connection,
            statement("geotags.store", "findings"),
            campaign_id=campaign.campaign_id,
            level=campaign.level,
            code=code,
            severity=name,
            area=area,
            after=after.finding_id if rank == after.rank else 0,
            limit=limit - len(rows),
        )
        rows += page
        if more:
            break
    return _with_ruleset(rows, campaign), more


def findings_of_geotag(connection: Connection, campaign: Campaign, geotag_id: int) -> list[dict[str, Any]]:
    """All findings of one geotag, worst first, as ``read_findings`` gives them."""
    rows = read_rows(
        connection,
        statement("geotags.store", "findings_of_geotag"),
        campaign_id=campaign.campaign_id,
        level=campaign.level,
        geotag_id=geotag_id,
    )
    return _with_ruleset(rows, campaign)


def _with_ruleset(rows: list[dict[str, Any]], campaign: Campaign) -> list[dict[str, Any]]:
    """A campaign keeps its ruleset for ever, so all its findings were made with that one."""
    named = {"ruleset": campaign.ruleset.name, "ruleset_version": campaign.ruleset.version}
    return [row | named for row in rows]
