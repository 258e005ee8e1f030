"""Coordinate texts into numbers: only what is unambiguous, never a guess."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
_DECIMAL_COMMA = r"^\s*([0-9]{1,3}),([0-9]+)\s*$"
# What devices, GIS programs and statistical packages write for "no value"; -999999999 is Regsosek's own.
SENTINELS_DEG = (-999999999.0, -99999.0, -9999.0, -999.0, 999.0, 9999.0, 99999.0, 999999999.0)
_MISSING = pa.array(["", "null"])


class CoordinateState(IntEnum):
    """What a coordinate's text is."""

    NUMBER = 0
    MISSING = 1
    INVALID = 2
    AMBIGUOUS = 3
    """It can be read in two ways (``geo.typed``)."""


def parse_numbers(texts: pa.Array) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Values (NaN where there is none) and ``CoordinateState`` of each text. Both of shape (n,).

    Missing: null, blank or the word null. A number: ASCII, a point as decimal mark, finite.
    """
    trimmed = pc.utf8_trim_whitespace(pc.fill_null(texts, ""))
    missing = pc.is_in(pc.utf8_lower(trimmed), value_set=_MISSING).to_numpy(zero_copy_only=False)
    number = pc.match_substring_regex(trimmed, _NUMBER)
    values = pc.cast(pc.if_else(number, trimmed, None), pa.float64()).to_numpy(zero_copy_only=False)
    values = np.where(np.isfinite(values), values, np.nan).astype(np.float64)
    state = np.where(np.isnan(values), CoordinateState.INVALID, CoordinateState.NUMBER)
    return values, np.where(missing, CoordinateState.MISSING, state).astype(np.uint8)


def with_decimal_point(texts: pa.Array) -> pa.Array:
    """Metres with a point for the comma of 4,288: no device writes thousands. Of coordinates, where a comma
    may stand before minutes, ``geo.typed`` says more."""
    return pc.replace_substring_regex(texts, _DECIMAL_COMMA, r"\1.\2")


def decimals_written(texts: pa.Array) -> NDArray[np.int64]:
    """How many digits follow the decimal point in each text; -1 where it is no plain decimal number."""
    trimmed = pc.utf8_trim_whitespace(pc.fill_null(texts, ""))
    plain = pc.match_substring_regex(trimmed, r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$")
    point = pc.find_substring(trimmed, ".").to_numpy(zero_copy_only=False)
    length = pc.utf8_length(trimmed).to_numpy(zero_copy_only=False)
    decimals = np.where(point >= 0, length - point - 1, 0)
    return np.where(plain.to_numpy(zero_copy_only=False), decimals, -1).astype(np.int64)
