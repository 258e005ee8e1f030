"""Datums of geotags: which are WGS 84 for every purpose here, which are transformed."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

WGS84_EPSG = 4326
# DGN95 (4755) and SRGI2013 (9470) are realisations of ITRF: within a metre of WGS 84.
SAME_AS_WGS84 = frozenset({WGS84_EPSG, 4755, 9470})
# ID74 (4238) differs by tens of metres and has a published transformation.
TRANSFORMED = frozenset({4238})
ACCEPTED = SAME_AS_WGS84 | TRANSFORMED
# Names as people write them, in capitals without blanks, hyphens and underscores.
EPSG_OF_NAME = {"WGS84": WGS84_EPSG, "DGN95": 4755, "SRGI2013": 9470, "ID74": 4238}


def to_wgs84(
    lon: NDArray[np.float64], lat: NDArray[np.float64], epsg: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Degrees on the datum ``epsg`` as degrees on WGS 84; unchanged for datums that are not accepted.

    Whether the datum is accepted is a check's business, not this function's.
    """
    if epsg not in TRANSFORMED:
        return lon, lat
    x, y = _transformer(epsg).transform(lon, lat)
    return np.asarray(x, float), np.asarray(y, float)


@lru_cache(maxsize=8)
def _transformer(epsg: int) -> Transformer:
    return Transformer.from_crs(epsg, WGS84_EPSG, always_xy=True, only_best=False)
