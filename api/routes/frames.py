"""Frames, each with its current release."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.answers import Frames
from api.parameters import Database
from boundaries.store.areas import ReleaseRecord, current_release, read_frames, read_levels
from boundaries.store.reading import reading

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
def list_frames(engine: Database) -> dict[str, Any]:
    """All frames by name."""
    answers = []
    with reading(engine) as connection:
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
