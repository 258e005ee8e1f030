"""Geotags with their verdicts, as GeoJSON."""

from __future__ import annotations

from fastapi import APIRouter, Request

from api.answers import GeotagCollection, GeotagDetailFeature
from api.catalogue import reason_said, say_finding
from api.geojson import GeoJSONResponse, collection, geotag_feature
from api.languages import Spoken
from api.paging import DEFAULT_LIMIT, After, Limit, after_id, cursor_of, next_link
from api.parameters import AreaFilter, CampaignName, Database, GeotagId, Verdict, code_prefix
from boundaries.store.reading import reading
from geotags.store.campaigns import campaign_named
from geotags.store.found import findings_of_geotag
from geotags.store.reading import find_geotag, read_geotags

router = APIRouter(
    prefix="/v1/campaigns/{campaign}/geotags", tags=["geotags"], default_response_class=GeoJSONResponse
)


@router.get("", response_model=GeotagCollection)
def list_geotags(
    request: Request,
    engine: Database,
    campaign: CampaignName,
    area: AreaFilter = None,
    verdict: Verdict = None,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> GeoJSONResponse:
    """Current geotags in the order of their ids; `area` is the beginning of the assigned area."""
    with reading(engine) as connection:
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
    engine: Database, campaign: CampaignName, geotag_id: GeotagId, language: Spoken
) -> GeoJSONResponse:
    """One geotag with everything that was found about it, and what could not be assessed."""
    with reading(engine) as connection:
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
