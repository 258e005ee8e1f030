"""What a case draws beside its frame, as the checks read it.

country, water: an outline, as WKT in metres from the frame's origin (in degrees where it has none)
doubtful: area code -> the place of an open finding of frame QA
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import shapely

from geo.context import Context
from geo.frame import Layer
from tests.geo.shapes import around, layer_of


def context_of(drawn: Mapping[str, Any], origin: list[float] | None) -> Context:
    """Everything that ``drawn`` names; nothing else."""
    assert set(drawn) <= {"country", "water", "doubtful"}

    def layer(places: Mapping[str, str]) -> Layer:
        shapes = [shapely.from_wkt(wkt) for wkt in places.values()]
        if origin is not None:
            shapes = [around(shape, *origin) for shape in shapes]
        return layer_of(shapes, list(places))

    return Context(
        country=layer({"ID": drawn["country"]}) if "country" in drawn else None,
        water=layer({"sea": drawn["water"]}) if "water" in drawn else None,
        doubtful=layer(drawn["doubtful"]) if "doubtful" in drawn else None,
    )
