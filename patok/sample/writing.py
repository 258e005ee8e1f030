"""Writing the sample as an office would hand it over: a GeoJSON per level and a CSV of geotags."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import shapely

from boundaries.areas import AreaTable
from geo.levels import Level

GEOTAGS_FILE = "geotags.csv"
_CRS = '{"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}'


def write_sample(
    folder: str | Path, tables: Mapping[Level, AreaTable], rows: pd.DataFrame
) -> dict[str, Path]:
    """Write ``{level}.geojson`` for each level and ``geotags.csv``; the paths by level and ``geotags``.

    The folder is made when it is not there; files in it are overwritten. UTF-8, longitude before
    latitude, CRS 84.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for level, table in tables.items():
        paths[level.value] = folder / f"{level.value}.geojson"
        paths[level.value].write_text(_feature_collection(table), encoding="utf-8", newline="\n")
    paths["geotags"] = folder / GEOTAGS_FILE
    rows.to_csv(paths["geotags"], index=False, encoding="utf-8", lineterminator="\n")
    return paths


def _feature_collection(table: AreaTable) -> str:
    properties = (json.dumps(attributes, ensure_ascii=False) for attributes in table.attributes)
    features = ",\n".join(
        f'{{"type": "Feature", "properties": {own}, "geometry": {geometry}}}'
        for own, geometry in zip(properties, shapely.to_geojson(table.geometries), strict=True)
    )
    head = f'"type": "FeatureCollection", "name": "{table.level}", "crs": {_CRS}'
    return f'{{{head}, "features": [\n{features}\n]}}\n'
