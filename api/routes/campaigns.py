"""Campaigns, with the size of each and the release it was checked against."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import Field

from api.answers import Answer, example
from api.parameters import Households
from api.routes.frames import RELEASE_EXAMPLE, CurrentRelease
from boundaries.store.reading import reading
from geotags.store.reading import read_campaigns


class CampaignAnswer(Answer):
    name: str
    frame: str
    level: str
    ruleset: str
    ruleset_version: int
    release: CurrentRelease | None = Field(description="The newest that geotags were checked against.")
    geotags: int


class Campaigns(Answer):
    model_config = example(
        campaigns=[
            {
                "name": "regsosek",
                "frame": "klungkung",
                "level": "subsls",
                "ruleset": "default",
                "ruleset_version": 1,
                "release": RELEASE_EXAMPLE,
                "geotags": 40000,
            }
        ]
    )
    campaigns: list[CampaignAnswer]


router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"])

_RELEASE = ("number", "label", "published_at", "effective_on")


@router.get("", response_model=Campaigns)
def list_campaigns(database: Households) -> dict[str, Any]:
    """All campaigns by name."""
    with reading(database) as connection:
        rows = read_campaigns(connection)
    return {"campaigns": [_answer(row) for row in rows]}


def _answer(row: dict[str, Any]) -> dict[str, Any]:
    answer = {key: value for key, value in row.items() if key not in _RELEASE}
    answer["release"] = None if row["number"] is None else {key: row[key] for key in _RELEASE}
    return answer
