"""The catalogue of checks."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import Field

from api.answers import Answer, example
from api.catalogue import check_entries


class BothLanguages(Answer):
    en: str
    id: str


class ParameterAnswer(Answer):
    value: float
    unit: str
    least: float | None = Field(description="The smallest value that a ruleset may give; null: any.")
    most: float | None = Field(description="The greatest; null: any.")
    source: str


class CheckAnswer(Answer):
    code: str
    subject: Literal["geotag", "area", "area_pair", "enumerator", "enumerator_area", "household"] = Field(
        description="What a finding is about. Areas are those of a frame that is checked, or of many geotags."
    )
    version: int
    severity: Literal["error", "review", "info"]
    title: BothLanguages
    message: BothLanguages
    remedy: BothLanguages
    parameters: dict[str, ParameterAnswer]


class Checks(Answer):
    model_config = example(
        checks=[
            {
                "code": "ZERO_COORDINATE",
                "subject": "geotag",
                "version": 1,
                "severity": "error",
                "title": {"en": "Both coordinates are zero", "id": "Kedua koordinat nol"},
                "message": {"en": "Both coordinates are zero.", "id": "Kedua koordinat bernilai nol."},
                "remedy": {"en": "Take the geotag again.", "id": "Ambil ulang geotag."},
                "parameters": {},
            }
        ]
    )
    checks: list[CheckAnswer]


router = APIRouter(prefix="/v1/checks", tags=["checks"])


@router.get("", response_model=Checks)
def list_checks() -> dict[str, Any]:
    """Every check of geotags and of frames, in both languages."""
    return {"checks": check_entries()}
