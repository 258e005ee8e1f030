"""The releases of a frame, and what changed between two."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from api.answers import Answer, example
from api.parameters import Areas, FrameName, ReleaseNumber
from api.routes.frames import RELEASE_EXAMPLE, CurrentRelease, release_answer
from boundaries.store.areas import ReleaseRecord, read_releases
from boundaries.store.frames import frame_named
from boundaries.store.reading import outage_said, reading
from boundaries.store.releases import AreaChange, diff

_MORE = ("boundary_sigma_m", "forced_reason", "reverted_to", "reverted_reason", "segments")


class ReleaseAnswer(CurrentRelease):
    boundary_sigma_m: float = Field(description="Standard deviation of the boundary, metres.")
    forced_reason: str | None = Field(description="Why it was published though something blocked it.")
    reverted_to: int | None = Field(description="The older release whose manifest it repeats.")
    reverted_reason: str | None = Field(description="Why that one was published again.")
    segments: int


class Releases(Answer):
    model_config = example(
        releases=[
            RELEASE_EXAMPLE
            | {
                "boundary_sigma_m": 5.0,
                "forced_reason": None,
                "reverted_to": None,
                "reverted_reason": None,
                "segments": 1,
            }
        ]
    )
    releases: list[ReleaseAnswer]


class ChangedArea(Answer):
    level: str
    area_code: str
    name: str


class Changes(Answer):
    model_config = example(
        added=[{"level": "subsls", "area_code": "5105010001000102", "name": "Banjar Kaja"}],
        removed=[],
        changed=[{"level": "subsls", "area_code": "5105010001000101", "name": "Banjar Kelod"}],
    )
    added: list[ChangedArea]
    removed: list[ChangedArea]
    changed: list[ChangedArea]


router = APIRouter(prefix="/v1/frames/{frame}/releases", tags=["releases"])


@router.get("", response_model=Releases)
def list_releases(database: Areas, frame: FrameName) -> dict[str, Any]:
    """The releases of a frame, newest first."""
    with reading(database) as connection:
        found = read_releases(connection, frame_named(connection, frame).frame_id)
    return {"releases": [_answer(release) for release in found]}


@router.get("/{number}/changes", response_model=Changes)
def list_changes(
    database: Areas,
    frame: FrameName,
    number: ReleaseNumber,
    since: Annotated[int, Query(ge=1, le=2**31 - 1, description="Number of the release to compare with.")],
) -> dict[str, Any]:
    """The areas that release `number` has more, has less and has otherwise than release `since`."""
    with outage_said():
        found = diff(database.engine, frame, since, number)
    return {
        "added": [_changed(area) for area in found.added],
        "removed": [_changed(area) for area in found.removed],
        "changed": [_changed(area) for area in found.changed],
    }


def _answer(release: ReleaseRecord) -> dict[str, Any]:
    more = asdict(release)
    return (release_answer(release) or {}) | {key: more[key] for key in _MORE}


def _changed(area: AreaChange) -> dict[str, str]:
    return {"level": area.level, "area_code": area.area_code, "name": area.name}
