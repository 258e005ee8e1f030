"""Which area of a release a code names: every code of a level as a number, in order, to be searched."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit
from numpy.typing import NDArray

_LONGEST = 18
"""Digits of the largest number of which all have room in 63 bits."""


@dataclass(frozen=True, eq=False)
class CodeIndex:
    """The codes of n areas, for looking up many at once. ``find`` gives the place of a code among them."""

    codes: pa.StringArray
    numbers: NDArray[np.int64]
    places: NDArray[np.int64]
    width: int

    @classmethod
    def of(cls, codes: pa.StringArray, width: int, *, digits: bool) -> CodeIndex:
        """``digits`` says that all codes of the scheme are digits; then numbers are compared, not texts."""
        numbers = np.empty(0, np.int64)
        if digits and width <= _LONGEST:
            numbers = _numbers(codes, width)
        places = np.argsort(numbers, kind="stable")
        return cls(codes, numbers[places], places, width)

    def find(self, codes: pa.StringArray) -> NDArray[np.int64]:
        """The place of the first area with each code; -1 where there is none. Shape (len(codes),)."""
        if not len(self.numbers):
            found = pc.index_in(codes, value_set=self.codes)
            return np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), np.int64)
        found = np.empty(len(codes), np.int64)
        _find(self.numbers, self.places, _numbers(codes, self.width), found)
        return found


def _numbers(codes: pa.StringArray, width: int) -> NDArray[np.int64]:
    """Each code as a number; -1 for texts that are not ``width`` digits."""
    numbers = np.full(len(codes), -1, np.int64)
    _, offsets, characters = codes.buffers()
    if characters is not None:
        ends = np.frombuffer(offsets, np.int32)[codes.offset : codes.offset + len(codes) + 1]
        _parse(ends, np.frombuffer(characters, np.uint8), width, numbers)
    return numbers


@njit(cache=True, nogil=True)
def _parse(
    ends: NDArray[np.int32], characters: NDArray[np.uint8], width: int, numbers: NDArray[np.int64]
) -> None:
    for i in range(len(numbers)):
        if ends[i + 1] - ends[i] != width:
            continue
        number = 0
        for j in range(ends[i], ends[i + 1]):
            if characters[j] < 48 or characters[j] > 57:
                number = -1
                break
            number = number * 10 + (int(characters[j]) - 48)
        numbers[i] = number


@njit(cache=True, nogil=True)
def _find(
    numbers: NDArray[np.int64], places: NDArray[np.int64], wanted: NDArray[np.int64], found: NDArray[np.int64]
) -> None:
    last, at = -1, -1
    for i in range(len(wanted)):
        # Geotags of one area often follow one another.
        if wanted[i] != last:
            last, at = int(wanted[i]), -1
            low, high = 0, len(numbers)
            while low < high:
                middle = (low + high) >> 1
                if numbers[middle] < last:
                    low = middle + 1
                else:
                    high = middle
            if last >= 0 and low < len(numbers) and numbers[low] == last:
                at = int(places[low])
        found[i] = at


@njit(cache=True, nogil=True)
def order_by_place(places: NDArray[np.int64], n_places: int) -> NDArray[np.int64]:
    """The rows whose place is not negative, by place, rows of one place in their order: a counting sort."""
    starts = np.zeros(n_places + 1, np.int64)
    for place in places:
        if place >= 0:
            starts[place + 1] += 1
    for i in range(n_places):
        starts[i + 1] += starts[i]
    order = np.empty(starts[n_places], np.int64)
    for row in range(len(places)):
        place = places[row]
        if place >= 0:
            order[starts[place]] = row
            starts[place] += 1
    return order
