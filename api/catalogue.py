"""The texts of the checks, and findings said in words."""

from __future__ import annotations

from typing import Any

from api.geojson import DECIMALS, finite
from boundaries.qa.registry import QA_CHECKS
from geo.checks.registry import CHECKS
from geo.checks.words import message_of, remedy_of, title_of
from geo.rollups.registry import ROLL_UPS
from geo.text import Language, Text


def check_entries() -> list[dict[str, Any]]:
    """Every check of geotags, roll-up and check of frames, in both languages, as the registries list them."""
    return [
        *(_entry("geotag", check) for check in CHECKS),
        *(_entry(roll_up.about.value, roll_up) for roll_up in ROLL_UPS),
        *(_entry("area", check) for check in QA_CHECKS),
    ]


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
            name: {
                "value": parameter.value,
                "unit": parameter.unit,
                "least": parameter.least,
                "most": parameter.most,
                "source": str(parameter.source),
            }
            for name, parameter in check.parameters.items()
        },
    }


def both(text: Text) -> dict[str, str]:
    """A text in both languages."""
    return {"en": text.en, "id": text.id}


def say_finding(row: dict[str, Any], language: Language) -> dict[str, Any]:
    """A row of ``geotags.store.found.read_findings`` as JSON, with its title, message and remedy."""
    return {
        "finding_id": row["finding_id"],
        "geotag_id": row["geotag_id"],
        "code": row["code"],
        "severity": row["severity"],
        "ruleset": row["ruleset"],
        "ruleset_version": row["ruleset_version"],
        "assigned_area": row["assigned_area"],
        "area_name": row["area_name"],
        "household_key": row["household_key"],
        "distance_m": finite(row["distance_m"], 3),
        "probability": finite(row["probability"], 6),
        "evidence": row["evidence"],
        "title": title_of(row["code"], language),
        "message": message_of(row["code"], row["evidence"], language),
        "remedy": remedy_of(row["code"], language),
        "lon": finite(row["lon"], DECIMALS),
        "lat": finite(row["lat"], DECIMALS),
    }
