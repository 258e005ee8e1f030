"""Campaigns, with the size of each and the release it was checked against."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.answers import Campaigns
from api.parameters import Database
from boundaries.store.reading import reading
from geotags.store.reading import read_campaigns

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"])

_RELEASE = ("number", "label", "published_at", "effective_on")


@router.get("", response_model=Campaigns)
def list_campaigns(engine: Database) -> dict[str, Any]:
    """All campaigns by name."""
    with reading(engine) as connection:
        rows = read_campaigns(connection)
    return {"campaigns": [_answer(row) for row in rows]}


def _answer(row: dict[str, Any]) -> dict[str, Any]:
    answer = {key: value for key, value in row.items() if key not in _RELEASE}
    answer["ruleset"] = row["ruleset"] or "default"
    answer["ruleset_version"] = row["ruleset_version"] or ""
    answer["release"] = None if row["number"] is None else {key: row[key] for key in _RELEASE}
    return answer
