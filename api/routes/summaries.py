"""What a campaign's checks said, counted per area and per check."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from api.answers import Answer, example
from api.languages import Spoken
from api.paging import After, after_code, cursor_of
from api.parameters import (
    AreaFilter,
    CampaignName,
    Households,
    LevelFilter,
    ReleaseReference,
    code_prefix,
    level_in_scheme,
)
from boundaries.store.areas import read_releases
from boundaries.store.frames import pick_release
from boundaries.store.reading import reading
from geo.checks.registry import CHECKS
from geo.checks.words import title_of
from geotags.store.campaigns import campaign_named
from geotags.store.summaries import count_checked, summarise_areas, summarise_checks, summarise_without_area


class VerdictCounts(Answer):
    geotags: int
    accepted: int
    review: int
    rejected: int
    not_assessed: int
    unchecked: int = Field(description="Without a result yet.")


class AreaSummary(VerdictCounts):
    area_code: str
    name: str
    flagged_share: float | None = Field(description="(review + rejected) / geotags; null without geotags.")


class AreaSummaries(Answer):
    model_config = example(
        areas=[
            {
                "area_code": "5105010001",
                "name": "Sakti",
                "geotags": 700,
                "accepted": 660,
                "review": 30,
                "rejected": 8,
                "not_assessed": 2,
                "unchecked": 0,
                "flagged_share": 0.0542857,
            }
        ],
        without_area={
            "geotags": 3,
            "accepted": 0,
            "review": 3,
            "rejected": 0,
            "not_assessed": 0,
            "unchecked": 0,
        },
        next=None,
    )
    areas: list[AreaSummary]
    without_area: VerdictCounts = Field(
        description="Geotags counted in no area: their assigned area is not in the release."
    )
    next: str | None = Field(description="Cursor for `after`; null after the last page.")


class CheckSummary(Answer):
    code: str
    title: str
    on: bool = Field(description="False: the campaign's ruleset has the check off, and nothing was checked.")
    error: int
    review: int
    info: int
    geotags_checked: int = Field(description="Geotags for which the check could decide.")


class CheckSummaries(Answer):
    model_config = example(
        checks=[
            {
                "code": "OUTSIDE_ASSIGNED_AREA",
                "title": "Outside its assigned area",
                "on": True,
                "error": 4,
                "review": 31,
                "info": 0,
                "geotags_checked": 39980,
            }
        ]
    )
    checks: list[CheckSummary]


router = APIRouter(prefix="/v1/campaigns/{campaign}/summary", tags=["summaries"])

MOST_AREAS = 5000
"""More than any kabupaten has: a whole one comes in one answer of about a megabyte."""


@router.get("/areas", response_model=AreaSummaries)
def summary_of_areas(
    database: Households,
    campaign: CampaignName,
    level: LevelFilter = None,
    parent: AreaFilter = None,
    release: ReleaseReference = None,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=MOST_AREAS)] = MOST_AREAS,
) -> dict[str, Any]:
    """Geotags by verdict in each area of a level (the campaign's, if none is named), by code."""
    with reading(database) as connection:
        found = campaign_named(connection, campaign)
        chosen = pick_release(read_releases(connection, found.frame.frame_id), found.frame, release)
        at = level_in_scheme(level or found.level, found.frame.scheme)
        below = code_prefix("parent", parent, found.frame.scheme)
        rows = summarise_areas(
            connection, found, chosen, level=at, parent=below, after=after_code(after), limit=limit + 1
        )
        without = summarise_without_area(connection, found, chosen, level=at, parent=below)
    page = rows[:limit]
    return {
        "areas": page,
        "without_area": without,
        "next": cursor_of(page[-1]["area_code"]) if len(rows) > limit else None,
    }


@router.get("/checks", response_model=CheckSummaries)
def summary_of_checks(database: Households, campaign: CampaignName, language: Spoken) -> dict[str, Any]:
    """Findings by severity of every check, also of those that found nothing."""
    with reading(database) as connection:
        found = campaign_named(connection, campaign)
        counts = {row["code"]: row for row in summarise_checks(connection, found)}
        checked = count_checked(connection, found)
    nothing = {"error": 0, "review": 0, "info": 0, "not_assessed": 0}
    known = [check.code for check in CHECKS]
    answers = []
    for code in [*known, *sorted(counts.keys() - set(known))]:
        row, on = counts.get(code, nothing), found.ruleset.is_on(code)
        answers.append(
            {
                "code": code,
                "title": title_of(code, language),
                "on": on,
                "error": row["error"],
                "review": row["review"],
                "info": row["info"],
                "geotags_checked": checked - row["not_assessed"] if on else 0,
            }
        )
    return {"checks": answers}
