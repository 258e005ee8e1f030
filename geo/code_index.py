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
_GOLDEN = 0x9E3779B97F4A7C15 - 2**64
"""2**64 divided by the golden ratio, as a number with a sign."""


@dataclass(frozen=True, eq=False)
class CodeIndex:
    """The codes of n areas, for looking up many at once. ``find`` gives the place of a code among them.

    Codes of digits are compared as numbers: ``slots`` is a hash table of places with open addressing, at
    least twice as long as there are codes, -1 where it is empty. Of other codes the table is empty.
    """

    codes: pa.StringArray
    numbers: NDArray[np.int64]
    slots: NDArray[np.int64]
    width: int

    @classmethod
    def of(cls, codes: pa.StringArray, width: int, *, digits: bool) -> CodeIndex:
        """``digits`` says that all codes of the scheme are digits; then numbers are compared, not texts."""
        if not digits or width > _LONGEST:
            return cls(codes, np.empty(0, np.int64), np.empty(0, np.int64), width)
        numbers = _numbers(codes, width)
        slots = np.full(1 << (2 * len(codes) + 1).bit_length(), -1, np.int64)
        _fill(numbers, slots)
        return cls(codes, numbers, slots, width)

    def find(self, codes: pa.StringArray) -> NDArray[np.int64]:
        """The place of the first area with each code; -1 where there is none. Shape (len(codes),)."""
        if not len(self.slots):
            found = pc.index_in(codes, value_set=self.codes)
            return np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), np.int64)
        found = np.empty(len(codes), np.int64)
        _find(self.numbers, self.slots, _numbers(codes, self.width), found)
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
def _slot(number: int, n_slots: int) -> int:
    """Where the search for a number begins: Fibonacci hashing (Knuth, volume 3, 6.4)."""
    return ((number * _GOLDEN) >> 32) & (n_slots - 1)


@njit(cache=True, nogil=True)
def _fill(numbers: NDArray[np.int64], slots: NDArray[np.int64]) -> None:
    for place in range(len(numbers)):
        if numbers[place] < 0:
            continue
        slot = _slot(numbers[place], len(slots))
        while slots[slot] >= 0 and numbers[slots[slot]] != numbers[place]:
            slot = (slot + 1) & (len(slots) - 1)
        if slots[slot] < 0:  # of equal codes the first is found
            slots[slot] = place


@njit(cache=True, nogil=True)
def _find(
    numbers: NDArray[np.int64], slots: NDArray[np.int64], wanted: NDArray[np.int64], found: NDArray[np.int64]
) -> None:
    for i in range(len(wanted)):
        found[i] = -1
        if wanted[i] < 0:
            continue
        slot = _slot(wanted[i], len(slots))
        while slots[slot] >= 0:
            if numbers[slots[slot]] == wanted[i]:
                found[i] = slots[slot]
                break
            slot = (slot + 1) & (len(slots) - 1)


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
