"""Frames, each with its current release."""

from __future__ import annotations

import datetime as dt
from typing import Any

from fastapi import APIRouter
from pydantic import Field

from api.answers import Answer, example
from api.parameters import Areas
from boundaries.store.areas import ReleaseRecord, current_release, read_frames, read_levels
from boundaries.store.reading import reading


class CurrentRelease(Answer):
    number: int
    label: str
    published_at: dt.datetime
    effective_on: dt.date


RELEASE_EXAMPLE = {
    "number": 2,
    "label": "2025_2",
    "published_at": "2025-08-01T03:00:00Z",
    "effective_on": "2025-07-01",
}


class FrameAnswer(Answer):
    name: str
    country: str
    code_scheme: str
    release: CurrentRelease | None = Field(description="The current one; null before the first.")
    levels: list[str] = Field(description="Levels that have areas in the release, highest first.")
    code_widths: dict[str, int] = Field(description="Characters of a code, by level.")


class Frames(Answer):
    model_config = example(
        frames=[
            {
                "name": "klungkung",
                "country": "ID",
                "code_scheme": "bps",
                "release": RELEASE_EXAMPLE,
                "levels": ["desa", "sls", "subsls"],
                "code_widths": {"prov": 2, "kab": 4, "kec": 7, "desa": 10, "sls": 14, "subsls": 16},
            }
        ]
    )
    frames: list[FrameAnswer]


router = APIRouter(prefix="/v1/frames", tags=["frames"])


def release_answer(release: ReleaseRecord | None) -> dict[str, Any] | None:
    """What every answer says of a release; None for none."""
    if release is None:
        return None
    return {
        "number": release.number,
        "label": release.label,
        "published_at": release.published_at,
        "effective_on": release.effective_on,
    }


@router.get("", response_model=Frames)
def list_frames(database: Areas) -> dict[str, Any]:
    """All frames by name."""
    answers = []
    with reading(database) as connection:
        for frame in read_frames(connection):
            release = current_release(connection, frame.frame_id)
            answers.append(
                {
                    "name": frame.name,
                    "country": frame.country,
                    "code_scheme": frame.scheme.name,
                    "release": release_answer(release),
                    "levels": read_levels(connection, frame, release) if release else [],
                    "code_widths": frame.scheme.widths,
                }
            )
    return {"frames": answers}
