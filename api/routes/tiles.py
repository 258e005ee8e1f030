"""Mapbox vector tiles of areas and geotags, and their TileJSON.

An area tile without a campaign never changes, so a browser may keep it. One with a campaign, and
every tile of geotags, is household data and is not stored anywhere.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from api.answers import Answer, example
from api.parameters import CLEAN, Areas, CheckCode, Households, LevelFilter, ReleaseReference, Severity
from api.tilesets import area_tileset, check_tile, find_area_layer, geotag_tileset
from boundaries.store.areas import AREA_TILE_MAX_ZOOM, AREA_TILE_ZOOMS, area_tile
from boundaries.store.reading import reading
from geotags.store.campaigns import campaign_named
from geotags.store.tiles import GEOTAG_TILE_MAX_ZOOM, GEOTAG_TILE_MIN_ZOOM, geotag_tile, summary_tile


class VectorLayer(Answer):
    id: str
    fields: dict[str, str]
    minzoom: int
    maxzoom: int


class TileSet(Answer):
    """A TileJSON 3.0 document."""

    model_config = example(
        tilejson="3.0.0",
        name="areas",
        scheme="xyz",
        tiles=["http://127.0.0.1:8000/tiles/areas/{z}/{x}/{y}.mvt?frame=klungkung&release=2&level=desa"],
        minzoom=7,
        maxzoom=14,
        bounds=[115.3, -8.9, 115.7, -8.4],
        center=[115.5, -8.65, 10],
        vector_layers=[{"id": "areas", "fields": {"area_code": "String"}, "minzoom": 7, "maxzoom": 14}],
    )
    tilejson: Literal["3.0.0"]
    name: str
    scheme: Literal["xyz"]
    tiles: list[str]
    minzoom: int
    maxzoom: int
    bounds: list[float]
    center: list[float]
    vector_layers: list[VectorLayer]


router = APIRouter(prefix="/tiles", tags=["tiles"])

MVT = "application/vnd.mapbox-vector-tile"
_YEAR_S = 31_536_000

FrameQuery = Annotated[
    str | None, Query(max_length=200, pattern=CLEAN, description="Name of a frame; the campaign's if absent.")
]
CampaignQuery = Annotated[
    str | None, Query(max_length=200, pattern=CLEAN, description="Adds the counts of a campaign.")
]
CampaignNeeded = Annotated[str, Query(max_length=200, pattern=CLEAN, description="Name of a campaign.")]

_TILE_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {MVT: {"schema": {"type": "string", "format": "binary"}}}, "description": "A tile."},
    204: {"description": "Nothing lies in this tile."},
}


def _tile_response(tile: bytes, cache: str) -> Response:
    headers = {"Cache-Control": cache}
    if not tile:
        return Response(status_code=204, headers=headers)
    return Response(tile, media_type=MVT, headers=headers)


@router.get("/areas/{z}/{x}/{y}.mvt", response_class=Response, responses=_TILE_ANSWERS)
def get_area_tile(
    database: Areas,
    z: int,
    x: int,
    y: int,
    frame: FrameQuery = None,
    release: ReleaseReference = None,
    level: LevelFilter = None,
    campaign: CampaignQuery = None,
    published: Annotated[str | None, Query(max_length=40, description="The release's stamp.")] = None,
) -> Response:
    """Layer `areas`: area_code, name, level; with a campaign also geotags, flagged, flagged_share."""
    tile = (z, x, y)
    with reading(database) as connection:
        layer = find_area_layer(connection, database, frame, release, level, campaign)
        check_tile(tile, AREA_TILE_ZOOMS[layer.level], AREA_TILE_MAX_ZOOM)
        if layer.campaign:
            data = summary_tile(connection, layer.campaign, layer.release, layer.level, tile)
        else:
            data = area_tile(connection, layer.frame, layer.release, layer.level, tile)
    if layer.campaign:
        cache = "private, no-store"
    elif release == str(layer.release.number) and published == layer.stamp:
        cache = f"private, max-age={_YEAR_S}, immutable"
    else:
        cache = "private, no-cache"
    return _tile_response(data, cache)


@router.get("/geotags/{z}/{x}/{y}.mvt", response_class=Response, responses=_TILE_ANSWERS)
def get_geotag_tile(
    database: Households,
    z: int,
    x: int,
    y: int,
    campaign: CampaignNeeded,
    code: CheckCode,
    severity: Severity = None,
) -> Response:
    """Layer `geotags`: geotag_id, verdict, severity (worst), codes (with commas), assigned_area.

    Every current geotag is in exactly one tile of a zoom. A tile is never thinned: with more than
    200,000 geotags it is refused (TILE_TOO_FULL), and there are no tiles below zoom 8.
    """
    tile = (z, x, y)
    check_tile(tile, GEOTAG_TILE_MIN_ZOOM, GEOTAG_TILE_MAX_ZOOM)
    with reading(database) as connection:
        found = campaign_named(connection, campaign)
        data = geotag_tile(connection, found, tile, code=code, severity=severity)
    return _tile_response(data, "private, no-store")


@router.get("/areas.json", response_model=TileSet)
def area_tilejson(
    request: Request,
    database: Areas,
    frame: FrameQuery = None,
    release: ReleaseReference = None,
    level: LevelFilter = None,
    campaign: CampaignQuery = None,
) -> dict[str, Any]:
    """TileJSON of the areas of one level. Use `promoteId: "area_code"` for feature state."""
    with reading(database) as connection:
        layer = find_area_layer(connection, database, frame, release, level, campaign)
        return area_tileset(request, connection, layer)


@router.get("/geotags.json", response_model=TileSet)
def geotag_tilejson(
    request: Request,
    database: Households,
    campaign: CampaignNeeded,
    code: CheckCode,
    severity: Severity = None,
) -> dict[str, Any]:
    """TileJSON of a campaign's geotags."""
    with reading(database) as connection:
        return geotag_tileset(request, connection, campaign_named(connection, campaign), code, severity)
