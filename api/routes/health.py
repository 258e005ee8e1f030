"""Whether the process lives, and whether it can answer."""

from __future__ import annotations

import shutil
from typing import Literal

from fastapi import APIRouter, Request

from api.answers import Answer, example
from api.parameters import Database
from boundaries.store.reading import outage_said
from boundaries.store.schema import require_current
from geo.errors import SetupError
from geo.text import Text

LEAST_FREE_MB = 1024
"""A batch of devices is some hundred kilobytes; what PostgreSQL writes beside it is many times that."""


class DiskFull(SetupError):
    """The disk of the data folder is nearly full."""

    code = "DISK_FULL"
    text = Text(
        en="There are only {free_mb} MB left on the disk of the data folder; {wanted_mb} MB are wanted. Make "
        "room before more geotags come.",
        id="Sisa ruang disk folder data hanya {free_mb} MB; diperlukan {wanted_mb} MB. Kosongkan ruang "
        "sebelum geotag lain datang.",
    )


class Health(Answer):
    model_config = example(status="ready")
    status: Literal["live", "ready"]


router = APIRouter(tags=["health"])


@router.get("/health/live", response_model=Health)
def live() -> dict[str, str]:
    """The process answers. Says nothing about the database."""
    return {"status": "live"}


@router.get("/health/ready", response_model=Health)
def ready(request: Request, engine: Database) -> dict[str, str]:
    """The database answers with the tables of this version, and there is room; else 503 says why not."""
    with outage_said():
        require_current(engine)
    free_mb = shutil.disk_usage(request.app.state.data_dir).free // 2**20
    if free_mb < LEAST_FREE_MB:
        raise DiskFull(free_mb=free_mb, wanted_mb=LEAST_FREE_MB)
    return {"status": "ready"}
