"""Findings of a campaign, in words."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.answers import Findings
from api.catalogue import say_finding
from api.languages import Spoken
from api.paging import DEFAULT_LIMIT, After, Limit, cursor_of, key_of
from api.parameters import AreaFilter, CampaignName, CheckCode, Database, Severity, code_prefix
from boundaries.store.reading import reading
from geotags.store.campaigns import campaign_named
from geotags.store.found import SEVERITIES, FindingPlace, read_findings

router = APIRouter(prefix="/v1/campaigns/{campaign}/findings", tags=["findings"])


@router.get("", response_model=Findings)
def list_findings(
    engine: Database,
    campaign: CampaignName,
    language: Spoken,
    code: CheckCode,
    severity: Severity = None,
    area: AreaFilter = None,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> dict[str, Any]:
    """Findings of current geotags, errors first, then review, then info; each by its id."""
    with reading(engine) as connection:
        found = campaign_named(connection, campaign)
        rows = read_findings(
            connection,
            found,
            code=code,
            severity=severity,
            area=code_prefix("area", area, found.frame.scheme),
            after=_place(after),
            limit=limit + 1,
        )
    page = rows[:limit]
    last = page[-1] if len(rows) > limit else None
    return {
        "findings": [say_finding(row, language) for row in page],
        "next": cursor_of(f"{SEVERITIES.index(last['severity'])}.{last['finding_id']}") if last else None,
    }


def _place(after: str | None) -> FindingPlace:
    if after is None:
        return FindingPlace(0, 0)
    rank, finding_id = key_of(after, r"([0-2])\.(\d{1,18})").groups()
    return FindingPlace(int(rank), int(finding_id))
