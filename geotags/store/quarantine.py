"""Items that devices sent and that could not be stored as geotags."""

from __future__ import annotations

from typing import Any

from boundaries.store.reading import Connection, read_page, statement
from geotags.store.campaigns import Campaign


def read_quarantine(
    connection: Connection, campaign: Campaign, *, reason: str | None, after: int, limit: int
) -> tuple[list[dict[str, Any]], bool]:
    """Up to ``limit`` items in the order of their ids, those after the id ``after``; whether there are more.

    Each row: quarantine_id, item_id (None where it could not be read), reason, field, body (bytes as they
    came), batch_id, received_at.
    """
    return read_page(
        connection,
        statement("geotags.store", "quarantine"),
        campaign_id=campaign.campaign_id,
        reason=reason,
        after=after,
        limit=limit,
    )
