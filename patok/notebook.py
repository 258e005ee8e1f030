"""The public Python API: read a frame, check geotags against it, look at the result on a map.

>>> import geopandas, pandas, patok, shapely
>>> areas = geopandas.GeoDataFrame(
...     {"idsubsls": ["5105030001000101", "5105030001000102"]},
...     geometry=[shapely.box(115.40, -8.51, 115.41, -8.50), shapely.box(115.41, -8.51, 115.42, -8.50)],
...     crs="EPSG:4326",
... )
>>> frame = patok.read_frame(areas, "subsls")
>>> geotags = pandas.DataFrame(
...     {
...         "idsubsls": ["5105030001000101", "5105030001000101"],
...         "longitude": ["115.4050000", "115.4120000"],
...         "latitude": ["-8.5050000", "-8.5050000"],
...         "accuracy": ["6.5", "6.5"],
...     }
... )
>>> checked = patok.check(frame, geotags)
>>> print(checked[["verdict", "distance_m", "probability"]])
    verdict  distance_m  probability
0  accepted      550.52          1.0
1    review     -220.21          0.0
>>> print(checked["messages"][1])
The point lies 220 m outside its assigned area, in an area that is another sub-SLS of the same SLS.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, overload

import folium
import geopandas
import pandas as pd
import pyarrow as pa

from boundaries.assembly import frame_of_tables
from boundaries.formats.dataframe import TABLE as AREAS_TABLE
from boundaries.formats.dataframe import raw_of_table
from boundaries.intake import read_areas
from boundaries.intake import understand as understand_areas
from geo.codes import SCHEMES
from geo.context import Context
from geo.engine import check_geotags
from geo.frame import DEFAULT_BOUNDARY_SIGMA_M, Frame
from geo.levels import Level
from geo.ruleset import Ruleset
from geo.special_areas import KIND_COLUMN
from geo.text import Language
from geotags.exports import as_points, checked_table
from geotags.formats.dataframe import TABLE, raw_of_dataframe
from geotags.intake import read_geotags, understand
from patok.maps import make_map
from patok.rulesets import find_ruleset


def read_frame(
    areas: str | Path | geopandas.GeoDataFrame | pa.Table,
    level: str,
    *,
    scheme: str = "bps",
    columns: Mapping[str, str] | None = None,
    boundary_sigma_m: float = DEFAULT_BOUNDARY_SIGMA_M,
) -> Frame:
    """A frame of one level: from a boundary file, a GeoDataFrame, or an Arrow table with GeoArrow geometries.

    ``columns`` names the columns ``code`` and ``name`` where Patok does not know them; ``boundary_sigma_m``
    is the standard deviation of the boundaries themselves, metres. Geometries in another CRS than EPSG:4326
    are transformed. Raises the input errors of ``geo.errors``.
    """
    of, named = Level(level), SCHEMES[scheme]
    if isinstance(areas, str | Path):
        loaded = read_areas(Path(areas), of, named, columns)
        table, release = loaded.areas, loaded.file_name
    else:
        table, _ = understand_areas(raw_of_table(areas), AREAS_TABLE, of, named, columns)
        release = AREAS_TABLE
    return frame_of_tables(named, {of: table}, boundary_sigma_m=boundary_sigma_m, release=release)


def read_context(
    frame: Frame,
    *,
    level: str | None = None,
    photos: str | Path | None = None,
    kind_column: str = KIND_COLUMN,
    **lists: str | Path,
) -> Context:
    """Lists and layers for ``check``: ``roster``, ``lineage``, ``exemptions``, ``places``, ``country``,
    ``water``, ``doubtful`` are files, ``photos`` is a folder; the same as the options of ``patok check``.

    Raises ``TypeError`` for another name, and the input errors of ``geo.errors``.
    """
    from geotags.lists.photos import read_photos
    from patok.context import PARTS

    of = Level(level) if level else frame.levels()[-1]
    if unknown := sorted(set(lists) - set(PARTS)):
        raise TypeError(f"no list is called {unknown[0]!r}; there are {', '.join(PARTS)}")
    parts: dict[str, Any] = {
        name: PARTS[name].read(Path(path), frame.scheme, of) for name, path in lists.items()
    }
    if photos is not None:
        parts["photos"] = read_photos(Path(photos)).photos
    return Context(kind_column=kind_column, **parts)


@overload
def check(
    frame: Frame,
    geotags: pa.Table,
    *,
    level: str | None = None,
    columns: Mapping[str, str] | None = None,
    ruleset: Ruleset | str | None = None,
    context: Context | None = None,
    language: Language = "en",
) -> pa.Table: ...
@overload
def check(
    frame: Frame,
    geotags: str | Path | pd.DataFrame,
    *,
    level: str | None = None,
    columns: Mapping[str, str] | None = None,
    ruleset: Ruleset | str | None = None,
    context: Context | None = None,
    language: Language = "en",
) -> geopandas.GeoDataFrame: ...
def check(
    frame: Frame,
    geotags: str | Path | pd.DataFrame | pa.Table,
    *,
    level: str | None = None,
    columns: Mapping[str, str] | None = None,
    ruleset: Ruleset | str | None = None,
    context: Context | None = None,
    language: Language = "en",
) -> geopandas.GeoDataFrame | pa.Table:
    """One row per geotag: verdict, signed ``distance_m`` (positive inside), ``probability``, findings.

    ``geotags`` is a file or a table with the column names that Patok knows, or ``columns``. ``level`` is that
    of the assigned areas, by default the frame's deepest. ``ruleset`` may be a name or the path of a TOML
    file; ``context`` is what ``read_context`` gives. An Arrow table is answered with one, without geometries;
    anything else with a GeoDataFrame in EPSG:4326. Raises the input errors of ``geo.errors``.
    """
    of = Level(level) if level else frame.levels()[-1]
    rules = find_ruleset(ruleset) if isinstance(ruleset, str) else ruleset
    if isinstance(geotags, pd.DataFrame | pa.Table):
        raw = raw_of_dataframe(geotags)
        batch, first_row = understand(raw, TABLE, frame.scheme, of, columns), raw.first_row
    else:
        loaded = read_geotags(Path(geotags), frame.scheme, of, columns)
        batch, first_row = loaded.geotags, loaded.first_row
    table = checked_table(check_geotags(batch, frame, of, rules, context=context), language, first_row)
    if isinstance(geotags, pa.Table):
        return pa.Table.from_pandas(table, preserve_index=False)
    return as_points(table)


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
