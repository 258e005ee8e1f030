"""Texts as numbers that are the same on every day and machine, so that equal ones meet in one bucket."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray


def hashes(texts: pa.StringArray) -> NDArray[np.int64]:
    """A number from 0 on for each text, by FNV-1a of 64 bits (Fowler, Noll and Vo). Shape (n,)."""
    result = np.empty(len(texts), np.int64)
    _, offsets, characters = texts.buffers()
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    _hash(ends, np.frombuffer(characters or b"", np.uint8), result)
    return result


@njit(cache=True, nogil=True)
def _hash(ends: NDArray[np.int32], characters: NDArray[np.uint8], result: NDArray[np.int64]) -> None:
    for i in range(len(result)):
        value = np.uint64(0xCBF29CE484222325)
        for at in range(ends[i], ends[i + 1]):
            value = (value ^ np.uint64(characters[at])) * np.uint64(0x100000001B3)
        # The high bits are the better mixed ones.
        result[i] = np.int64((value ^ (value >> np.uint64(32))) >> np.uint64(1))
