"""Both coordinates in one text: which part is the longitude, where only one answer is possible.

    -8.5051, 115.4052    115,405212; -8,505112    03°19'03.44" N 097°07'41.73" E    POINT (115.4052 -8.5051)

Letters tell the two apart, and so does a number beyond 90, which is no latitude: in Indonesia every longitude
is. Without either nobody can know, and the text stays as it is for both.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo.coordinates import CoordinateState
from geo.typed import Axis, read_typed

_MOST_DEG = {Axis.LON: 180.0, Axis.LAT: 90.0}
_WKT = re.compile(r"POINT\s*\(\s*(?P<lon>[-+.0-9E]+)\s+(?P<lat>[-+.0-9E]+)\s*\)", re.IGNORECASE)
# Tried one after the other; a text is cut only where it can be cut at one place.
_BETWEEN = (
    re.compile(r"\s*[;|\t\n]\s*"),
    re.compile(r",\s+|\s+,"),
    re.compile(r"(?<=[NSEWUTB])\s*,?\s*(?=[-+0-9])", re.IGNORECASE),
    re.compile(r","),
    re.compile(r"\s+"),
)
_PLAIN = r"^\s*(?P<one>[-+]?[0-9]+\.[0-9]+)\s*[,; ]\s*(?P<other>[-+]?[0-9]+\.[0-9]+)\s*$"


def split_pairs(texts: pa.StringArray) -> tuple[pa.StringArray, pa.StringArray]:
    """The texts of longitudes and of latitudes; where a text cannot be divided, all of it for both."""
    texts = pc.fill_null(texts, "")
    lon = texts.to_numpy(zero_copy_only=False).astype(object)
    lat = lon.copy()
    parts = pc.extract_regex(texts, _PLAIN)
    one, other = (parts.field(name).to_numpy(zero_copy_only=False) for name in ("one", "other"))
    plain = pc.is_valid(parts).to_numpy(zero_copy_only=False)
    degrees = [np.full(len(texts), np.nan), np.full(len(texts), np.nan)]
    for values, part in zip(degrees, (one, other), strict=True):
        values[plain] = part[plain].astype(np.float64)
    first_is_lat = (np.abs(degrees[0]) <= 90) & (np.abs(degrees[1]) > 90) & (np.abs(degrees[1]) <= 180)
    first_is_lon = (np.abs(degrees[1]) <= 90) & (np.abs(degrees[0]) > 90) & (np.abs(degrees[0]) <= 180)
    lat[first_is_lat], lon[first_is_lat] = one[first_is_lat], other[first_is_lat]
    lon[first_is_lon], lat[first_is_lon] = one[first_is_lon], other[first_is_lon]
    rest = np.flatnonzero(~(first_is_lat | first_is_lon))
    encoded = texts.take(pa.array(rest)).dictionary_encode()
    divided = [divide(text) or (text, text) for text in encoded.dictionary.to_pylist()]
    if len(rest):
        index = encoded.indices.to_numpy(zero_copy_only=False)
        both = np.array(divided, object).reshape(-1, 2)[index]
        lon[rest], lat[rest] = both[:, 0], both[:, 1]
    return pa.array(lon, pa.string()), pa.array(lat, pa.string())


def divide(text: str) -> tuple[str, str] | None:
    """Longitude and latitude of one text; None where it is not two coordinates, or either could be either."""
    text = text.strip()
    if match := _WKT.fullmatch(text):
        return match["lon"], match["lat"]
    for between in _BETWEEN:
        cuts = list(between.finditer(text))
        if len(cuts) != 1:
            continue
        one, other = text[: cuts[0].start()], text[cuts[0].end() :]
        possible = [
            (lon, lat)
            for lon, lat in ((one, other), (other, one))
            if _could_be(lon, Axis.LON) and _could_be(lat, Axis.LAT)
        ]
        if possible:
            return possible[0] if len(possible) == 1 else None
    return None


def _could_be(text: str, axis: Axis) -> bool:
    read = read_typed(text, axis)
    if read.state is CoordinateState.AMBIGUOUS:
        # Whatever its comma means, the degrees stand before it.
        return abs(int(re.split(r"[.,]", re.sub(r"[^0-9.,]", "", text))[0])) <= _MOST_DEG[axis]
    return read.state is CoordinateState.NUMBER and abs(read.degrees) <= _MOST_DEG[axis]
