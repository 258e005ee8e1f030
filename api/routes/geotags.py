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
from geo.checks.words import reason_said
from geotags.store.campaigns import campaign_named
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


class GeotagDetail(GeotagProperties):
    findings: list[FindingAnswer]
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
        rows = read_geotags(
            connection,
            found,
            area=code_prefix("area", area, found.frame.scheme),
            verdict=verdict,
            after=after_id(after),
            limit=limit + 1,
        )
    page = rows[:limit]
    cursor = cursor_of(str(page[-1]["geotag_id"])) if len(rows) > limit else None
    return GeoJSONResponse(collection([geotag_feature(row) for row in page], next_link(request, cursor)))


@router.get("/{geotag_id}", response_model=GeotagDetailFeature)
def get_geotag(
    database: Households, campaign: CampaignName, geotag_id: GeotagId, language: Spoken
) -> GeoJSONResponse:
    """One geotag with everything that was found about it, and what could not be assessed."""
    with reading(database) as connection:
        found = campaign_named(connection, campaign)
        row = find_geotag(connection, found, geotag_id)
        findings = findings_of_geotag(connection, found, geotag_id)
    feature = geotag_feature(row)
    reasons = row["not_assessed"] or {}
    feature["properties"] |= {
        "findings": [say_finding(finding, language) for finding in findings],
        "not_assessed": reasons,
        "not_assessed_said": {code: reason_said(reason, language) for code, reason in reasons.items()},
    }
    return GeoJSONResponse(feature)
