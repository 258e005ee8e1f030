"""Reading campaigns and geotags. Only current revisions are read: an older one has been replaced."""

from __future__ import annotations

from typing import Any

from boundaries.store.reading import Connection, read_page, read_rows, statement
from geo.errors import NotFound
from geo.text import Text
from geotags.store.campaigns import Campaign


def _sql(name: str) -> Any:
    return statement("geotags.store", name)


def read_campaigns(connection: Connection) -> list[dict[str, Any]]:
    """All campaigns by name, with their number of geotags and the newest release a result names.

    Each row: name, frame, level, ruleset, ruleset_version, geotags, release (number, label,
    effective_on, published_at; all None before the first check).
    """
    return read_rows(connection, _sql("campaign_sizes"))


def read_geotags(
    connection: Connection,
    campaign: Campaign,
    *,
    area: str | None,
    verdict: str | None,
    after: int,
    limit: int,
    geotag_id: int | None = None,
) -> tuple[list[dict[str, Any]], bool]:
    """Up to ``limit`` geotags in the order of their ids, those after the id ``after``; and whether more come.

    ``area`` keeps geotags whose assigned area begins with it. Each row: geotag_id, household_key,
    building_no, assigned_area, accuracy_m, captured_at, enumerator_id, lon and lat (degrees, None
    when there is no place on a map), verdict, distance_m, probability, not_assessed (None before
    the first check).
    """
    return read_page(
        connection,
        _sql("geotags"),
        campaign_id=campaign.campaign_id,
        area=area,
        verdict=verdict,
        after=after,
        limit=limit,
        geotag_id=geotag_id,
    )


def find_geotag(connection: Connection, campaign: Campaign, geotag_id: int) -> dict[str, Any]:
    """One current geotag, as ``read_geotags`` gives it. Raises ``NotFound``."""
    rows, _ = read_geotags(
        connection, campaign, area=None, verdict=None, after=0, limit=1, geotag_id=geotag_id
    )
    if not rows:
        raise NotFound(
            what=Text(en="geotag", id="geotag"),
            name=str(geotag_id),
            remedy=Text(
                en="It may have been replaced by a newer revision.",
                id="Mungkin sudah diganti dengan revisi yang lebih baru.",
            ),
        )
    return rows[0]
