"""What the attributes of assigned areas say, read once per area and frame however many geotags it has."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.checks.protocol import Subject
from geo.frame import Frame, Layer
from geo.levels import Level


@dataclass(frozen=True)
class AreaFact:
    """One word about an area, made of the attributes ``names`` alone; "" where they say nothing.

    Two facts are the same where ``names`` and ``word`` are, so ``word`` is to be a function of a module.
    """

    names: tuple[str, ...]
    word: Callable[[Mapping[str, Any]], str]


def where_area(
    subject: Subject, rows: NDArray[np.int64], fact: AreaFact, words: AbstractSet[str]
) -> NDArray[np.bool_]:
    """For each of ``rows`` whether the word about its assigned area is one of ``words``, none of them ""."""
    known = _known(subject.frame, subject.level, fact)
    numbers = _numbers(known, subject, rows)
    return np.array([word in words for word in known.words])[numbers]


def area_words(subject: Subject, rows: NDArray[np.int64], fact: AreaFact) -> pa.StringArray:
    """For each of ``rows`` the word about its assigned area; "" without one."""
    known = _known(subject.frame, subject.level, fact)
    numbers = _numbers(known, subject, rows)
    return pa.array(known.words, pa.string()).take(pa.array(numbers))


@dataclass(eq=False)
class _Known:
    """The words about the areas of a level, as numbers: those of the segment at p begin at ``starts[p]``.

    The number behind the last is that of no area. A segment is read when one of its areas is first asked for.
    """

    fact: AreaFact
    level: Level
    starts: NDArray[np.int64]
    numbers: NDArray[np.int32]
    is_read: NDArray[np.bool_]
    words: list[str] = field(default_factory=lambda: [""])
    lock: Lock = field(default_factory=Lock)


_OF_FRAME: WeakKeyDictionary[Frame, dict[tuple[Level, AreaFact], _Known]] = WeakKeyDictionary()


def _known(frame: Frame, level: Level, fact: AreaFact) -> _Known:
    of_frame = _OF_FRAME.setdefault(frame, {})
    if (level, fact) not in of_frame:
        sizes = [len(segment.layers[level]) if level in segment.layers else 0 for segment in frame.segments]
        starts = np.r_[0, np.cumsum(sizes)].astype(np.int64)
        numbers = np.zeros(int(starts[-1]) + 1, np.int32)
        # The first of two threads wins: both have read nothing yet.
        of_frame.setdefault(
            (level, fact), _Known(fact, level, starts, numbers, np.zeros(len(sizes), np.bool_))
        )
    return of_frame[level, fact]


def _numbers(known: _Known, subject: Subject, rows: NDArray[np.int64]) -> NDArray[np.int32]:
    segment, row = subject.membership.segment[rows], subject.membership.row[rows]
    has_area = row >= 0
    asked = np.bincount(segment[has_area], minlength=len(known.is_read)) > 0
    if (asked & ~known.is_read).any():
        with known.lock:
            for position in np.flatnonzero(asked & ~known.is_read).tolist():
                _read(known, subject.frame, position)
    return known.numbers[np.where(has_area, known.starts[segment] + row, len(known.numbers) - 1)]


def _read(known: _Known, frame: Frame, position: int) -> None:
    layer = frame.segments[position].layers[known.level]
    number_of = {word: number for number, word in enumerate(known.words)}
    start, names, of_values = int(known.starts[position]), known.fact.names, dict[str, int]()
    for row in _speaking(layer, names).tolist():
        attributes = json.loads(layer.attributes[row].as_py())
        said = {name: attributes[name] for name in names if name in attributes}
        if (values := repr(said)) not in of_values:
            word = known.fact.word(said)
            of_values[values] = number_of.setdefault(word, len(number_of))
        known.numbers[start + row] = of_values[values]
    # First the words, then that they may be asked for: others read without the lock.
    known.words = list(number_of)
    known.is_read[position] = True


def _speaking(layer: Layer, names: tuple[str, ...]) -> NDArray[np.int64]:
    """The areas that may have some of the attributes; to read the JSON of all would take far longer."""
    may = np.zeros(len(layer), np.bool_)
    for name in names:
        # In other names JSON has escapes.
        is_plain = name.isascii() and name.isprintable() and not set(name) & set('"\\')
        found = pc.match_substring(layer.attributes, name) if is_plain else pc.not_equal(layer.attributes, "")
        may |= pc.fill_null(found, False).to_numpy(zero_copy_only=False)
    return np.flatnonzero(may)
