"""The public Python API: read a frame, check geotags against it, look at the result on a map."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import folium
import geopandas
import pandas as pd

from boundaries.assembly import frame_of_tables
from boundaries.intake import read_areas
from geo.codes import SCHEMES
from geo.engine import check_geotags
from geo.frame import DEFAULT_BOUNDARY_SIGMA_M, Frame
from geo.levels import Level
from geo.ruleset import Ruleset
from geo.text import Language
from geotags.exports import as_points, checked_table
from geotags.formats.dataframe import TABLE, raw_of_dataframe
from geotags.intake import read_geotags, understand
from patok.maps import make_map


def read_frame(
    path: str | Path,
    level: str,
    *,
    scheme: str = "bps",
    columns: Mapping[str, str] | None = None,
    boundary_sigma_m: float = DEFAULT_BOUNDARY_SIGMA_M,
) -> Frame:
    """A boundary file as a frame of one level. Raises the input errors of ``geo.errors``."""
    path = Path(path)
    loaded = read_areas(path, Level(level), SCHEMES[scheme], columns)
    tables = {loaded.areas.level: loaded.areas}
    return frame_of_tables(
        SCHEMES[scheme], tables, boundary_sigma_m=boundary_sigma_m, release=loaded.file_name
    )


def check(
    frame: Frame,
    geotags: str | Path | pd.DataFrame,
    *,
    level: str | None = None,
    columns: Mapping[str, str] | None = None,
    ruleset: Ruleset | None = None,
    language: Language = "en",
) -> geopandas.GeoDataFrame:
    """One row per geotag: verdict, signed ``distance_m`` (positive inside), ``probability``, findings.

    ``geotags`` is a file or a table with the column names that Patok knows, or ``columns``. ``level``
    is that of the assigned areas, by default the frame's deepest. EPSG:4326.
    """
    of = Level(level) if level else frame.levels()[-1]
    if isinstance(geotags, pd.DataFrame):
        raw = raw_of_dataframe(geotags)
        batch, first_row = understand(raw, TABLE, frame.scheme, of, columns), raw.first_row
    else:
        loaded = read_geotags(Path(geotags), frame.scheme, of, columns)
        batch, first_row = loaded.geotags, loaded.first_row
    return as_points(checked_table(check_geotags(batch, frame, of, ruleset), language, first_row))


def map(
    frame: Frame, results: geopandas.GeoDataFrame | None = None, *, level: str | None = None
) -> folium.Map:
    """The areas of one level and, coloured by verdict, the geotags of ``check``, on a folium map.

    The map carries its own Leaflet and has no base map: nothing is fetched from another host. What
    it shows stands in its HTML, so a saved map with geotags is personal data.
    """
    of = Level(level) if level else frame.levels()[-1]
    areas = [
        (layer.codes[row].as_py(), layer.names[row].as_py(), layer.geometry(row))
        for _, layer in frame.layers(of)
        for row in range(len(layer))
    ]
    placed = [] if results is None else results[~results.geometry.isna()].itertuples()
    return make_map(
        areas,
        ((row.geometry.x, row.geometry.y, row.verdict, f"{row.verdict} {row.findings}") for row in placed),
    )
