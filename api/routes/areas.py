"""The areas of a release, as GeoJSON."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request

from api.answers import Answer, example
from api.geojson import GeoJSONResponse, area_feature, collection
from api.paging import DEFAULT_LIMIT, After, Limit, after_code, cursor_of, next_link
from api.parameters import (
    AreaCode,
    AreaFilter,
    Areas,
    FrameName,
    LevelFilter,
    ReleaseReference,
    code_prefix,
    level_in_scheme,
    level_of_code,
)
from boundaries.store.areas import find_area, read_areas, read_releases
from boundaries.store.frames import frame_named, pick_release
from boundaries.store.reading import reading


class AreaProperties(Answer):
    area_code: str
    level: str
    name: str
    parent_code: str | None
    attributes: dict[str, Any]


_AREA_EXAMPLE = {
    "type": "Feature",
    "id": "5105010001",
    "geometry": {
        "type": "MultiPolygon",
        "coordinates": [[[[115.3, -8.7], [115.4, -8.7], [115.4, -8.6], [115.3, -8.7]]]],
    },
    "properties": {
        "area_code": "5105010001",
        "level": "desa",
        "name": "Sakti",
        "parent_code": "5105010",
        "attributes": {},
    },
}


class AreaFeature(Answer):
    """A GeoJSON Feature, EPSG:4326, longitude first."""

    model_config = example(**_AREA_EXAMPLE)
    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any]
    properties: AreaProperties


class AreaCollection(Answer):
    """A GeoJSON FeatureCollection with the address of the next page."""

    model_config = example(
        type="FeatureCollection",
        features=[_AREA_EXAMPLE],
        next=None,
    )
    type: Literal["FeatureCollection"]
    features: list[AreaFeature]
    next: str | None


router = APIRouter(prefix="/v1/frames/{frame}/areas", tags=["areas"], default_response_class=GeoJSONResponse)


@router.get("", response_model=AreaCollection)
def list_areas(
    request: Request,
    database: Areas,
    frame: FrameName,
    release: ReleaseReference = None,
    level: LevelFilter = None,
    parent: AreaFilter = None,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> GeoJSONResponse:
    """Areas in the order of their codes; with `parent`, what lies below it at any depth."""
    with reading(database) as connection:
        found = frame_named(connection, frame)
        rows = read_areas(
            connection,
            found,
            pick_release(read_releases(connection, found.frame_id), found, release),
            level=level_in_scheme(level, found.scheme) if level else None,
            parent=code_prefix("parent", parent, found.scheme),
            after=after_code(after),
            limit=limit + 1,
        )
    page = rows[:limit]
    cursor = cursor_of(page[-1]["area_code"]) if len(rows) > limit else None
    return GeoJSONResponse(collection([area_feature(row) for row in page], next_link(request, cursor)))


@router.get("/{area_code}", response_model=AreaFeature)
def get_area(
    database: Areas, frame: FrameName, area_code: AreaCode, release: ReleaseReference = None
) -> GeoJSONResponse:
    """One area."""
    with reading(database) as connection:
        found = frame_named(connection, frame)
        level = level_of_code("area_code", area_code, found.scheme)
        chosen = pick_release(read_releases(connection, found.frame_id), found, release)
        row = find_area(connection, found, chosen, level, area_code)
    return GeoJSONResponse(area_feature(row))
