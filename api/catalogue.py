"""The texts of the checks, and findings said in words."""

from __future__ import annotations

import logging
from typing import Any

from api.geojson import DECIMALS, finite
from boundaries.qa.registry import QA_CHECKS
from geo.checks.reasons import REASONS
from geo.checks.registry import CHECK_OF_CODE, CHECKS
from geo.text import Language, Text

logger = logging.getLogger(__name__)


def check_entries() -> list[dict[str, Any]]:
    """Every check of geotags and of frames, in both languages, in the order of the registries."""
    return [_entry("geotag", check) for check in CHECKS] + [_entry("area", check) for check in QA_CHECKS]


def _entry(subject: str, check: Any) -> dict[str, Any]:
    return {
        "code": check.code,
        "subject": subject,
        "version": check.version,
        "severity": getattr(check.severity, "word", check.severity),
        "title": both(check.title),
        "message": both(check.message),
        "remedy": both(check.remedy),
        "parameters": {
            name: {"value": parameter.value, "unit": parameter.unit, "source": str(parameter.source)}
            for name, parameter in check.parameters.items()
        },
    }


def both(text: Text) -> dict[str, str]:
    """A text in both languages."""
    return {"en": text.en, "id": text.id}


def title_of(code: str, language: Language) -> str:
    """A geotag check's title; its code when this version of Patok no longer has the check."""
    check = CHECK_OF_CODE.get(code)
    return check.title.say(language) if check else code


def reason_said(reason: str, language: Language) -> str:
    """Why a check was not assessed, in words."""
    text = REASONS.get(reason)
    return text.say(language) if text else reason


def say_finding(row: dict[str, Any], language: Language) -> dict[str, Any]:
    """A row of ``geotags.store.found.read_findings`` as JSON, with its title, message and remedy."""
    check = CHECK_OF_CODE.get(row["code"])
    return {
        "finding_id": row["finding_id"],
        "geotag_id": row["geotag_id"],
        "code": row["code"],
        "severity": row["severity"],
        "assigned_area": row["assigned_area"],
        "area_name": row["area_name"],
        "household_key": row["household_key"],
        "distance_m": finite(row["distance_m"], 3),
        "probability": finite(row["probability"], 6),
        "evidence": row["evidence"],
        "title": title_of(row["code"], language),
        "message": _message(row, language),
        "remedy": check.remedy.say(language) if check else "",
        "lon": finite(row["lon"], DECIMALS),
        "lat": finite(row["lat"], DECIMALS),
    }


def _message(row: dict[str, Any], language: Language) -> str:
    check = CHECK_OF_CODE.get(row["code"])
    if check is None:
        return str(row["code"])
    values = {"distance_m": row["distance_m"], "probability": row["probability"]} | row["evidence"]
    try:
        return check.message.say(language, **values)
    except (KeyError, TypeError, ValueError):
        # Stored by an older version of the check, whose evidence had other names: the title still holds.
        logger.warning("evidence of %s does not fill its message", row["code"])
        return check.title.say(language)
