"""Findings of a campaign, in words."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import Field

from api.answers import Answer, example
from api.catalogue import say_finding
from api.languages import Spoken
from api.paging import DEFAULT_LIMIT, After, Limit, cursor_of, key_of
from api.parameters import AreaFilter, CampaignName, CheckCode, Households, Severity, code_prefix
from boundaries.store.reading import reading
from geotags.store.campaigns import campaign_named
from geotags.store.found import SEVERITIES, FindingPlace, read_findings


class FindingAnswer(Answer):
    finding_id: int
    geotag_id: int
    code: str
    severity: Literal["error", "review", "info"]
    ruleset: str
    ruleset_version: int = Field(description="Of the ruleset that the geotag was checked with.")
    assigned_area: str
    area_name: str | None
    household_key: str
    distance_m: float | None = Field(description="Signed distance to the assigned area, positive inside.")
    probability: float | None = Field(description="That the household is in its assigned area.")
    evidence: dict[str, Any]
    title: str
    message: str
    remedy: str
    lon: float | None
    lat: float | None


FINDING_EXAMPLE = {
    "finding_id": 17,
    "geotag_id": 3,
    "code": "OUTSIDE_ASSIGNED_AREA",
    "severity": "review",
    "ruleset": "default",
    "ruleset_version": 1,
    "assigned_area": "5105010001000101",
    "area_name": "Banjar Kelod",
    "household_key": "H-0003",
    "distance_m": -84.2,
    "probability": 0.0001,
    "evidence": {"outside_m": 84.2},
    "title": "Outside its assigned area",
    "message": "The point lies 84 m outside its assigned area, in another area.",
    "remedy": "Look at the candidate areas.",
    "lon": 115.4,
    "lat": -8.7,
}


class Findings(Answer):
    model_config = example(findings=[FINDING_EXAMPLE], next="MS4xNw")
    findings: list[FindingAnswer]
    next: str | None = Field(description="Cursor for `after`; null after the last page.")


router = APIRouter(prefix="/v1/campaigns/{campaign}/findings", tags=["findings"])


@router.get("", response_model=Findings)
def list_findings(
    database: Households,
    campaign: CampaignName,
    language: Spoken,
    code: CheckCode,
    severity: Severity = None,
    area: AreaFilter = None,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> dict[str, Any]:
    """Findings of current geotags, errors first, then review, then info; each by its id."""
    with reading(database) as connection:
        found = campaign_named(connection, campaign)
        rows, more = read_findings(
            connection,
            found,
            code=code,
            severity=severity,
            area=code_prefix("area", area, found.frame.scheme),
            after=_place(after),
            limit=limit,
        )
    last = rows[-1] if more else None
    return {
        "findings": [say_finding(row, language) for row in rows],
        "next": cursor_of(f"{SEVERITIES.index(last['severity'])}.{last['finding_id']}") if last else None,
    }


def _place(after: str | None) -> FindingPlace:
    if after is None:
        return FindingPlace(0, 0)
    rank, finding_id = key_of(after, r"([0-2])\.(\d{1,18})").groups()
    return FindingPlace(int(rank), int(finding_id))
