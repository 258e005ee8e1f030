"""Whether the process lives, and whether it can answer."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter

from api.answers import Answer, example
from api.parameters import Database
from boundaries.store.reading import outage_said
from boundaries.store.schema import require_current


class Health(Answer):
    model_config = example(status="ready")
    status: Literal["live", "ready"]


router = APIRouter(tags=["health"])


@router.get("/health/live", response_model=Health)
def live() -> dict[str, str]:
    """The process answers. Says nothing about the database."""
    return {"status": "live"}


@router.get("/health/ready", response_model=Health)
def ready(engine: Database) -> dict[str, str]:
    """The database answers and its tables are those of this version; else 503 says why not."""
    with outage_said():
        require_current(engine)
    return {"status": "ready"}
