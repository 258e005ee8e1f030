"""What a map layer shows: its areas or geotags, the zooms it has, and the addresses of its tiles."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import Request

from api.parameters import level_in_scheme, require_households
from api.problems import ParameterRefused, TileOutOfRange
from boundaries.store.areas import (
    AREA_TILE_MAX_ZOOM,
    AREA_TILE_ZOOMS,
    FrameRecord,
    ReleaseRecord,
    area_bounds,
    read_releases,
)
from boundaries.store.frames import frame_named, pick_release
from boundaries.store.reading import Access, Connection
from geo.levels import Level
from geo.text import Text
from geotags.store.campaigns import Campaign, campaign_named
from geotags.store.tiles import GEOTAG_TILE_MAX_ZOOM, GEOTAG_TILE_MIN_ZOOM

WORLD = [-180.0, -85.051129, 180.0, 85.051129]
"""Web Mercator. The bounds of geotags: one in the wrong country must be asked for as well."""

_MOST_FITTED_ZOOM = 16


@dataclass(frozen=True)
class AreaLayer:
    """The areas of one level of one release, with a campaign's counts or without."""

    frame: FrameRecord
    release: ReleaseRecord
    level: Level
    campaign: Campaign | None

    @property
    def stamp(self) -> str:
        """When the release was published: a release of another database with the same number differs."""
        return f"{self.release.published_at.timestamp():.6f}"


def find_area_layer(
    connection: Connection,
    access: Access,
    frame: str | None,
    release: str | None,
    level: Level | None,
    campaign: str | None,
) -> AreaLayer:
    """The layer of a request: with a campaign its frame and level are the defaults.

    Raises ``NotFound``, ``ParameterRefused`` when the frame or the level is not given or not right, and
    ``RoleRefused`` when a campaign's counts are asked for by a role that does not see households.
    """
    if campaign is not None:
        require_households(access)
    found = campaign_named(connection, campaign) if campaign is not None else None
    if frame is None and found is None:
        raise ParameterRefused(parameter="frame", wanted=Text(en="the name of a frame", id="nama kerangka"))
    chosen = found.frame if found and frame in (None, found.frame.name) else None
    if chosen is None:
        chosen = frame_named(connection, frame or "")
        if found is not None:
            raise ParameterRefused(
                parameter="frame",
                wanted=Text(en="the campaign's own frame", id="kerangka kegiatan itu sendiri"),
            )
    at = level or (found.level if found else None)
    if at is None:
        raise ParameterRefused(
            parameter="level",
            wanted=Text(
                en=f"one of: {', '.join(chosen.scheme.levels)}",
                id=f"salah satu dari: {', '.join(chosen.scheme.levels)}",
            ),
        )
    published = pick_release(read_releases(connection, chosen.frame_id), chosen, release)
    return AreaLayer(chosen, published, level_in_scheme(at, chosen.scheme), found)


def check_tile(tile: tuple[int, int, int], lowest: int, highest: int) -> None:
    """Raise ``TileOutOfRange`` unless (z, x, y) is a tile of zooms ``lowest`` to ``highest``."""
    z, x, y = tile
    if not (lowest <= z <= highest and 0 <= x < 2**z and 0 <= y < 2**z):
        raise TileOutOfRange(lowest=lowest, highest=highest)


def area_tileset(request: Request, connection: Connection, layer: AreaLayer) -> dict[str, Any]:
    """The TileJSON of an area layer."""
    query = {"frame": layer.frame.name, "release": str(layer.release.number), "level": str(layer.level)}
    fields = {"area_code": "String", "name": "String", "level": "String"}
    if layer.campaign:
        query["campaign"] = layer.campaign.name
        fields |= {"geotags": "Number", "flagged": "Number", "flagged_share": "Number"}
    else:
        query["published"] = layer.stamp
    bounds = _bounds_of(connection, layer)
    return _tileset(
        request, "areas", query, (AREA_TILE_ZOOMS[layer.level], AREA_TILE_MAX_ZOOM), bounds, bounds, fields
    )


def geotag_tileset(
    request: Request, connection: Connection, campaign: Campaign, code: str | None, severity: str | None
) -> dict[str, Any]:
    """The TileJSON of a campaign's geotags; its centre is that of the frame's areas."""
    query = {"campaign": campaign.name} | {
        name: value for name, value in (("code", code), ("severity", severity)) if value is not None
    }
    fields = dict.fromkeys(("verdict", "severity", "codes", "assigned_area"), "String")
    release = pick_release(read_releases(connection, campaign.frame.frame_id), campaign.frame, None)
    shown = _bounds_of(connection, AreaLayer(campaign.frame, release, campaign.level, campaign))
    zooms = (GEOTAG_TILE_MIN_ZOOM, GEOTAG_TILE_MAX_ZOOM)
    return _tileset(request, "geotags", query, zooms, WORLD, shown, {"geotag_id": "Number"} | fields)


def _bounds_of(connection: Connection, layer: AreaLayer) -> list[float]:
    bounds = area_bounds(connection, layer.frame, layer.release, layer.level)
    return WORLD if bounds is None else [round(value, 7) for value in bounds]


def _tileset(
    request: Request,
    name: str,
    query: dict[str, str],
    zooms: tuple[int, int],
    bounds: list[float],
    shown: list[float],
    fields: dict[str, str],
) -> dict[str, Any]:
    lowest, highest = zooms
    zoom = min(max(fitting_zoom(shown), lowest), highest)
    return {
        "tilejson": "3.0.0",
        "name": name,
        "scheme": "xyz",
        "tiles": [
            f"{str(request.base_url).rstrip('/')}/tiles/{name}/{{z}}/{{x}}/{{y}}.mvt?{urlencode(query)}"
        ],
        "minzoom": lowest,
        "maxzoom": highest,
        "bounds": bounds,
        "center": [(shown[0] + shown[2]) / 2, (shown[1] + shown[3]) / 2, zoom],
        "vector_layers": [{"id": name, "fields": fields, "minzoom": lowest, "maxzoom": highest}],
    }


def fitting_zoom(bounds: list[float]) -> int:
    """The greatest whole zoom at which ``bounds`` (degrees) fit a screen of two tiles' width."""
    west, south, east, north = bounds
    spread = max((east - west) / 360, _mercator(north) - _mercator(south), 1e-9)
    return max(0, min(_MOST_FITTED_ZOOM, math.floor(math.log2(2 / spread))))


def _mercator(lat: float) -> float:
    """0 at the south edge of Web Mercator, 1 at the north."""
    return 0.5 + math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)
