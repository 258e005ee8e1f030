"""GeoJSON (RFC 7946): longitude first, WGS 84, seven decimals."""

from __future__ import annotations

import json
import math
from typing import Any

from fastapi.responses import JSONResponse

DECIMALS = 7
"""Of a degree: about a centimetre, and the key of DUPLICATE_COORDINATE."""


class GeoJSONResponse(JSONResponse):
    media_type = "application/geo+json"


def finite(value: float | None, decimals: int | None = None) -> float | None:
    """``value`` as JSON can hold it: None for a number that is not finite."""
    if value is None or not math.isfinite(value):
        return None
    return value if decimals is None else round(value, decimals)


def point(lon: float | None, lat: float | None) -> dict[str, Any] | None:
    """A Point, or None where there is no place on a map."""
    x, y = finite(lon, DECIMALS), finite(lat, DECIMALS)
    return None if x is None or y is None else {"type": "Point", "coordinates": [x, y]}


def area_feature(row: dict[str, Any]) -> dict[str, Any]:
    """A Feature of a row of ``boundaries.store.areas.read_areas``."""
    return {
        "type": "Feature",
        "id": row["area_code"],
        "geometry": json.loads(row["geometry"]),
        "properties": {
            "area_code": row["area_code"],
            "level": row["level"],
            "name": row["name"],
            "parent_code": row["parent_code"],
            "attributes": row["attributes"],
        },
    }


def geotag_feature(row: dict[str, Any]) -> dict[str, Any]:
    """A Feature of a row of ``geotags.store.reading.read_geotags``."""
    captured_at = row["captured_at"]
    return {
        "type": "Feature",
        "id": row["geotag_id"],
        "geometry": point(row["lon"], row["lat"]),
        "properties": {
            "household_key": row["household_key"],
            "building_no": row["building_no"],
            "assigned_area": row["assigned_area"],
            "accuracy_m": finite(row["accuracy_m"]),
            "verdict": row["verdict"],
            "distance_m": finite(row["distance_m"], 3),
            "probability": finite(row["probability"], 6),
            "captured_at": captured_at.isoformat() if captured_at else None,
            "enumerator_id": row["enumerator_id"],
        },
    }


def collection(features: list[dict[str, Any]], following: str | None) -> dict[str, Any]:
    """A FeatureCollection with the address of the next page."""
    return {"type": "FeatureCollection", "features": features, "next": following}
