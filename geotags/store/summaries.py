"""Counting what a campaign's checks said: per area and per check."""

from __future__ import annotations

from typing import Any

from boundaries.store.areas import ReleaseRecord
from boundaries.store.reading import Connection, read_rows, statement
from geo.levels import Level
from geotags.store.campaigns import Campaign


def summarise_areas(
    connection: Connection,
    campaign: Campaign,
    release: ReleaseRecord,
    *,
    level: Level,
    parent: str | None,
    after: str | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Geotags by verdict in each area of ``level``, in the order of codes; areas without any included.

    A geotag belongs to the areas whose codes its assigned area begins with, wherever it lies.
    ``unchecked`` counts those without a result. Each row: area_code, name, geotags, accepted,
    review, rejected, not_assessed, unchecked, flagged_share (None without geotags).
    """
    return read_rows(
        connection,
        statement("geotags.store", "summary_areas"),
        campaign_id=campaign.campaign_id,
        frame_id=campaign.frame.frame_id,
        pattern=campaign.frame.scheme.pattern,
        published_at=release.published_at,
        effective_on=release.effective_on,
        level=level,
        parent=parent,
        after=after,
        limit=limit,
    )


def summarise_without_area(
    connection: Connection,
    campaign: Campaign,
    release: ReleaseRecord,
    *,
    level: Level,
    parent: str | None,
) -> dict[str, Any]:
    """Geotags by verdict that no area of ``level`` counts: their assigned area is not in the release.

    Keys: geotags, accepted, review, rejected, not_assessed, unchecked.
    """
    rows = read_rows(
        connection,
        statement("geotags.store", "summary_without_area"),
        campaign_id=campaign.campaign_id,
        frame_id=campaign.frame.frame_id,
        pattern=campaign.frame.scheme.pattern,
        width=campaign.frame.scheme.widths[level],
        published_at=release.published_at,
        effective_on=release.effective_on,
        level=level,
        parent=parent,
    )
    return rows[0]


def summarise_checks(connection: Connection, campaign: Campaign) -> list[dict[str, Any]]:
    """Findings by severity of each check that found or could not assess something.

    Each row: code, error, review, info, not_assessed.
    """
    return read_rows(
        connection, statement("geotags.store", "summary_checks"), campaign_id=campaign.campaign_id
    )


def count_checked(connection: Connection, campaign: Campaign) -> int:
    """How many current geotags have a result."""
    rows = read_rows(
        connection, statement("geotags.store", "checked_geotags"), campaign_id=campaign.campaign_id
    )
    return int(rows[0]["geotags"])
