"""Map styles for MapLibre: no glyphs, no sprites, nothing from another server."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from api.parameters import Areas, CheckCode, Households, LevelFilter, ReleaseReference, Severity
from api.routes.tiles import CampaignNeeded, CampaignQuery, FrameQuery
from api.tilesets import area_tileset, find_area_layer, geotag_tileset
from boundaries.store.reading import reading
from geotags.palette import (
    NO_GEOTAGS_COLOUR,
    SEVERITY_COLOURS,
    SHARE_COLOURS,
    SHARE_LIMITS,
    VERDICT_COLOURS,
)
from geotags.store.campaigns import campaign_named


class MapStyle(BaseModel):
    """A MapLibre style, version 8, without glyphs and sprites."""

    model_config = ConfigDict(
        extra="allow", json_schema_extra={"examples": [{"version": 8, "sources": {}, "layers": []}]}
    )
    version: Literal[8]
    name: str
    sources: dict[str, Any]
    layers: list[dict[str, Any]]


router = APIRouter(prefix="/styles", tags=["styles"])

_ANY = 1e-9  # a share above none


@router.get("/areas.json", response_model=MapStyle)
def area_style(
    request: Request,
    database: Areas,
    frame: FrameQuery = None,
    release: ReleaseReference = None,
    level: LevelFilter = None,
    campaign: CampaignQuery = None,
) -> dict[str, Any]:
    """The areas of one level; with a campaign, coloured by the share of flagged households."""
    with reading(database) as connection:
        layer = find_area_layer(connection, database, frame, release, level, campaign)
        areas = area_tileset(request, connection, layer)
    return _style(f"areas {layer.frame.name}", {"areas": areas}, _area_layers())


@router.get("/geotags.json", response_model=MapStyle)
def geotag_style(
    request: Request,
    database: Households,
    campaign: CampaignNeeded,
    code: CheckCode,
    severity: Severity = None,
) -> dict[str, Any]:
    """A campaign's geotags by worst severity, over its areas by share of flagged households."""
    with reading(database) as connection:
        found = campaign_named(connection, campaign)
        layer = find_area_layer(connection, database, None, None, None, campaign)
        areas = area_tileset(request, connection, layer)
        geotags = geotag_tileset(request, connection, found, code, severity)
    return _style(
        f"geotags {found.name}", {"areas": areas, "geotags": geotags}, [*_area_layers(), _geotag_layer()]
    )


def _style(name: str, tilesets: dict[str, dict[str, Any]], layers: list[dict[str, Any]]) -> dict[str, Any]:
    first = next(iter(tilesets.values()))
    lon, lat, zoom = first["center"]
    background = {"id": "background", "type": "background", "paint": {"background-color": "#f7f7f4"}}
    return {
        "version": 8,
        "name": name,
        "center": [lon, lat],
        "zoom": zoom,
        "sources": {source: _source(tileset) for source, tileset in tilesets.items()},
        "layers": [background, *layers],
    }


def _source(tileset: dict[str, Any]) -> dict[str, Any]:
    keys = {"areas": "area_code", "geotags": "geotag_id"}
    kept = ("tiles", "scheme", "minzoom", "maxzoom", "bounds")
    return {"type": "vector", "promoteId": keys[tileset["name"]]} | {key: tileset[key] for key in kept}


def _area_layers() -> list[dict[str, Any]]:
    none, *colours = SHARE_COLOURS
    ramp: list[Any] = ["step", ["get", "flagged_share"], none]
    for share, colour in zip((_ANY, *SHARE_LIMITS), colours, strict=True):
        ramp += [share, colour]
    return [
        {
            "id": "areas-fill",
            "type": "fill",
            "source": "areas",
            "source-layer": "areas",
            "paint": {
                "fill-color": ["case", ["has", "flagged_share"], ramp, NO_GEOTAGS_COLOUR],
                "fill-opacity": 0.75,
            },
        },
        {
            "id": "areas-line",
            "type": "line",
            "source": "areas",
            "source-layer": "areas",
            "paint": {"line-color": "#555555", "line-width": 0.7},
        },
    ]


def _geotag_layer() -> dict[str, Any]:
    colours = [part for pair in SEVERITY_COLOURS.items() for part in pair]
    return {
        "id": "geotags-circle",
        "type": "circle",
        "source": "geotags",
        "source-layer": "geotags",
        "paint": {
            "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 1.5, 14, 5],
            "circle-color": [
                "match",
                ["coalesce", ["get", "severity"], "none"],
                *colours,
                VERDICT_COLOURS["accepted"],
            ],
            "circle-stroke-color": "#ffffff",
            "circle-stroke-width": 0.5,
        },
    }
