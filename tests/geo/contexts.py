"""What a case draws beside its frame, as the checks read it.

country, water: an outline, as WKT in metres from the frame's origin (in degrees where it has none)
doubtful: area code -> the place of an open finding of frame QA
lineage: the fields of each succession, at least an old code and a new one
exemptions: the fields of each exemption
kind_column: the attribute that names the kind of a special area
photos: name -> sha256 and what the photo says of itself: at, gps_at (UTC), taken_at, offset_minutes
places: kind, name and metres east and north of each listed place
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from geo.context import Context
from geo.exemptions import Exemption, Exemptions, ExemptionScope
from geo.frame import Layer
from geo.lineage import Lineage, Succession
from geo.photos import Photos
from geo.places import Places
from geo.regions import Regions
from geo.special_areas import KIND_COLUMN
from tests.geo.shapes import around, layer_of


def context_of(drawn: Mapping[str, Any], origin: list[float] | None) -> Context:
    """Everything that ``drawn`` names; nothing else."""
    assert set(drawn) <= {
        "country",
        "water",
        "doubtful",
        "places",
        "lineage",
        "exemptions",
        "kind_column",
        "photos",
    }

    def layer(places: Mapping[str, str]) -> Layer:
        shapes = [shapely.from_wkt(wkt) for wkt in places.values()]
        if origin is not None:
            shapes = [around(shape, *origin) for shape in shapes]
        return layer_of(shapes, list(places))

    return Context(
        country=Regions.of(layer({"ID": drawn["country"]})) if "country" in drawn else None,
        water=Regions.of(layer({"sea": drawn["water"]})) if "water" in drawn else None,
        places=places_of(drawn["places"], origin) if "places" in drawn else None,
        lineage=Lineage.of(Succession(*pair) for pair in drawn["lineage"]) if "lineage" in drawn else None,
        exemptions=exemptions_of(drawn["exemptions"]) if "exemptions" in drawn else None,
        kind_column=drawn.get("kind_column", KIND_COLUMN),
        photos=photos_of(drawn["photos"], origin) if "photos" in drawn else None,
        doubtful=layer(drawn["doubtful"]) if "doubtful" in drawn else None,
    )


def places_of(drawn: Sequence[tuple[str, str, float, float]], origin: list[float] | None) -> Places:
    """Listed places, in metres from the origin."""
    assert origin is not None
    at = [around(shapely.Point(east, north), *origin) for _, _, east, north in drawn]
    return Places(
        name=pa.array([name for _, name, _, _ in drawn], pa.string()),
        kind=pa.array([kind for kind, _, _, _ in drawn], pa.string()),
        lon=np.array([point.x for point in at], float),
        lat=np.array([point.y for point in at], float),
    )


def exemptions_of(drawn: Sequence[Mapping[str, Any]]) -> Exemptions:
    """Exemptions; who and reason are filled in where a case does not care."""
    usual = {"reason": "visited", "who": "pml-1"}
    return Exemptions(
        [Exemption(**(usual | dict(one) | {"scope": ExemptionScope(one["scope"])})) for one in drawn]
    )


def photos_of(drawn: Mapping[str, Mapping[str, Any]], origin: list[float] | None) -> Photos:
    """What photos say of themselves; places in metres from the origin."""
    assert origin is not None
    at = [around(shapely.Point(*one["at"]), *origin) if "at" in one else None for one in drawn.values()]
    times = {
        name: np.array([one.get(name, "NaT") for one in drawn.values()], "datetime64[us]")
        for name in ("gps_at", "taken_at")
    }
    return Photos(
        name=pa.array(list(drawn), pa.string()),
        sha256=pa.array([one.get("sha256", name) for name, one in drawn.items()], pa.string()),
        lon=np.array([point.x if point else np.nan for point in at]),
        lat=np.array([point.y if point else np.nan for point in at]),
        offset_minutes=np.array([one.get("offset_minutes", np.nan) for one in drawn.values()], float),
        **times,
    )
