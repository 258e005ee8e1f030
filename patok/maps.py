"""Folium maps that carry their own Leaflet: nothing is fetched from another host."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

import folium
import geopandas

from geo.errors import SetupError
from geo.text import Text
from geotags.palette import VERDICT_COLOURS

_LEAFLET = ("web", "vendor", "leaflet")


class MapMissing(SetupError):
    """Leaflet is not installed beside the API."""

    code = "MAP_MISSING"
    text = Text(
        en="The map's files are not installed. Run bin/demo, which installs them.",
        id="Berkas peta belum terpasang. Jalankan bin/demo untuk memasangnya.",
    )


def make_map(
    areas: Iterable[tuple[str, str, Any]], points: Iterable[tuple[float, float, str, str]]
) -> folium.Map:
    """Areas (code, name, geometry in degrees) and, coloured by verdict, points (lon, lat, verdict, words).

    There is no base map. What is shown stands in the map's HTML: a saved map with geotags is personal data.
    """
    shown = folium.Map(tiles=None, prefer_canvas=True, font_size="12px")
    shown.default_js = [("leaflet", _data_address("leaflet.js", "text/javascript"))]
    shown.default_css = [("leaflet_css", _data_address("leaflet.css", "text/css"))]
    # Tooltips are HTML: names from a file must not be.
    rows = [
        {"area_code": html.escape(code), "name": html.escape(name), "geometry": geometry}
        for code, name, geometry in areas
    ]
    outlines = geopandas.GeoDataFrame(rows, columns=["area_code", "name", "geometry"], crs="EPSG:4326")
    if len(outlines):
        folium.GeoJson(
            outlines,
            style_function=lambda _: {"color": "#555555", "weight": 1, "fillOpacity": 0.05},
            tooltip=folium.GeoJsonTooltip(["area_code", "name"]),
        ).add_to(shown)
    places = []
    for lon, lat, verdict, words in points:
        places.append((lat, lon))
        folium.CircleMarker(
            (lat, lon), radius=4, color=VERDICT_COLOURS[verdict], fill=True, tooltip=html.escape(words)
        ).add_to(shown)
    if len(outlines):
        west, south, east, north = outlines.total_bounds
        shown.fit_bounds([(south, west), (north, east)])
    elif places:
        lats, lons = zip(*places, strict=True)
        shown.fit_bounds([(min(lats), min(lons)), (max(lats), max(lons))])
    return shown


def _data_address(name: str, kind: str) -> str:
    path = files("api").joinpath(*_LEAFLET, name)
    if not path.is_file():
        raise MapMissing()
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
