"""Geotags with their verdicts, as GeoJSON."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import Field

from api.answers import Answer, example
from api.catalogue import say_finding
from api.geojson import GeoJSONResponse, collection, geotag_feature
from api.languages import Spoken
from api.paging import DEFAULT_LIMIT, After, Limit, after_id, cursor_of, next_link
from api.parameters import AreaFilter, CampaignName, GeotagId, Households, Verdict, code_prefix
from api.routes.findings import FINDING_EXAMPLE, FindingAnswer
from boundaries.store.reading import reading
from geo.checks.words import message_of, reason_said, title_of
from geo.text import Language
from geotags.store.campaigns import campaign_named
from geotags.store.changes import ended_of_geotag
from geotags.store.found import findings_of_geotag
from geotags.store.reading import find_geotag, read_geotags


class GeotagProperties(Answer):
    household_key: str
    building_no: str
    assigned_area: str
    accuracy_m: float | None
    verdict: Literal["accepted", "review", "rejected", "not_assessed"] | None
    distance_m: float | None
    probability: float | None
    captured_at: dt.datetime | None
    enumerator_id: str


_PROPERTIES_EXAMPLE = {
    "household_key": "H-0003",
    "building_no": "12",
    "assigned_area": "5105010001000101",
    "accuracy_m": 4.5,
    "verdict": "review",
    "distance_m": -84.2,
    "probability": 0.0001,
    "captured_at": "2025-10-20T02:11:00+00:00",
    "enumerator_id": "PPL-07",
}
_FEATURE_EXAMPLE = {
    "type": "Feature",
    "id": 3,
    "geometry": {"type": "Point", "coordinates": [115.4, -8.7]},
    "properties": _PROPERTIES_EXAMPLE,
}


class GeotagFeature(Answer):
    """A GeoJSON Feature; the geometry is null where there is no place on a map."""

    model_config = example(**_FEATURE_EXAMPLE)
    type: Literal["Feature"]
    id: int
    geometry: dict[str, Any] | None
    properties: GeotagProperties


class GeotagCollection(Answer):
    """A GeoJSON FeatureCollection with the address of the next page."""

    model_config = example(type="FeatureCollection", features=[_FEATURE_EXAMPLE], next=None)
    type: Literal["FeatureCollection"]
    features: list[GeotagFeature]
    next: str | None


class EarlierFinding(Answer):
    """What was found once, and does not stand any more."""

    finding_id: int
    code: str
    severity: Literal["error", "review", "info"]
    title: str
    message: str
    release: int = Field(description="Number of the release that it was found against.")
    created_at: dt.datetime
    ended_at: dt.datetime


class GeotagDetail(GeotagProperties):
    findings: list[FindingAnswer]
    earlier_findings: list[EarlierFinding] = Field(description="The last first.")
    not_assessed: dict[str, str] = Field(description="Check code -> reason, a stable word.")
    not_assessed_said: dict[str, str] = Field(description="Check code -> reason, in words.")


class GeotagDetailFeature(Answer):
    """A GeoJSON Feature of one geotag with everything that was found about it."""

    model_config = example(
        **_FEATURE_EXAMPLE
        | {
            "properties": _PROPERTIES_EXAMPLE
            | {
                "findings": [FINDING_EXAMPLE],
                "earlier_findings": [],
                "not_assessed": {"COORDINATE_PRECISION_LOW": "no_typed_text"},
                "not_assessed_said": {"COORDINATE_PRECISION_LOW": "The digits typed are not known."},
            }
        }
    )
    type: Literal["Feature"]
    id: int
    geometry: dict[str, Any] | None
    properties: GeotagDetail


router = APIRouter(
    prefix="/v1/campaigns/{campaign}/geotags", tags=["geotags"], default_response_class=GeoJSONResponse
)


@router.get("", response_model=GeotagCollection)
def list_geotags(
    request: Request,
    database: Households,
    campaign: CampaignName,
    area: AreaFilter = None,
    verdict: Verdict = None,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> GeoJSONResponse:
    """Current geotags in the order of their ids; `area` is the beginning of the assigned area."""
    with reading(database) as connection:
        found = campaign_named(connection, campaign)
        rows, more = read_geotags(
            connection,
            found,
            area=code_prefix("area", area, found.frame.scheme),
            verdict=verdict,
            after=after_id(after),
            limit=limit,
        )
    cursor = cursor_of(str(rows[-1]["geotag_id"])) if more else None
    return GeoJSONResponse(collection([geotag_feature(row) for row in rows], next_link(request, cursor)))


@router.get("/{geotag_id}", response_model=GeotagDetailFeature)
def get_geotag(
    database: Households, campaign: CampaignName, geotag_id: GeotagId, language: Spoken
) -> GeoJSONResponse:
    """One geotag with everything that was found about it, and what could not be assessed."""
    with reading(database) as connection:
        found = campaign_named(connection, campaign)
        row = find_geotag(connection, found, geotag_id)
        findings = findings_of_geotag(connection, found, geotag_id)
        ended = ended_of_geotag(connection, found, geotag_id)
    feature = geotag_feature(row)
    reasons = row["not_assessed"] or {}
    feature["properties"] |= {
        "findings": [say_finding(finding, language) for finding in findings],
        "earlier_findings": [_earlier(row, language) for row in ended],
        "not_assessed": reasons,
        "not_assessed_said": {code: reason_said(reason, language) for code, reason in reasons.items()},
    }
    return GeoJSONResponse(feature)


def _earlier(row: dict[str, Any], language: Language) -> dict[str, Any]:
    code, evidence = row["code"], row["evidence"]
    said = {"title": title_of(code, language), "message": message_of(code, evidence, language)}
    times = {name: row[name].isoformat() for name in ("created_at", "ended_at")}
    return {name: row[name] for name in ("finding_id", "code", "severity", "release")} | times | said
