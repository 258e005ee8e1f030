"""The catalogue of checks."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.answers import Checks
from api.catalogue import check_entries

router = APIRouter(prefix="/v1/checks", tags=["checks"])


@router.get("", response_model=Checks)
def list_checks() -> dict[str, Any]:
    """Every check of geotags and of frames, in both languages."""
    return {"checks": check_entries()}
