"""The six counts of muatan: read from columns of text, and the rules that the next system has for them.

``muatan = max(btt, kk) + bttk + bbtt_nonusaha + usaha``. The next system judges sub-SLS, so that is where a
rule decides. The same rules over the sum of each building say where to look: a sub-SLS with more btt than
kk has at least one such building. There they are one severity milder, because a single building may well
break them (a shop without a family has usaha > kk + btt).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.checks.protocol import Severity
from geo.text import Text

COUNTS = ("kk", "btt", "bku", "bttk", "bbtt_nonusaha", "usaha")
"""The columns of every array of counts here, in the order of the GS file."""

_COLUMN = {name: position for position, name in enumerate(COUNTS)}

# A whole number as people and tables write it: 3, 03, 3.0. Ten digits hold any that a record can have.
_WHOLE = r"^[0-9]{1,10}(\.0*)?$"
FAULTY = -1
"""Stands for a count that could not be read, so that it can never be mistaken for none."""

NO_COLUMN = Text(
    en="{file} has no column {column}: every record counts 0 in it",
    id="{file} tidak memiliki kolom {column}: setiap catatan dihitung 0",
)
BLANK_CELLS = Text(
    en="{file}, column {column}: {n} empty cells count 0",
    id="{file}, kolom {column}: {n} sel kosong dihitung 0",
)
NOT_WHOLE = Text(
    en="column {column} holds no whole number from 0 upward",
    id="kolom {column} bukan bilangan bulat mulai dari 0",
)


@dataclass(frozen=True)
class CountFault:
    """A cell that is no count: ``row`` from 0. What it holds is not repeated: it may be anything."""

    row: int
    column: str

    @property
    def reason(self) -> Text:
        """The sentence about it."""
        return NOT_WHOLE.fill(column=self.column)


@dataclass(frozen=True, eq=False)
class Counts:
    """``values`` is int64 (n, 6), in the order of ``COUNTS``, ``FAULTY`` where a cell is no count.

    The caller puts the rows of ``faults`` aside; ``notes`` say what counted 0 without being written.
    """

    values: NDArray[np.int64]
    faults: tuple[CountFault, ...]
    notes: tuple[Text, ...]

    @property
    def usable(self) -> NDArray[np.bool_]:
        """The rows with six counts. Shape (n,)."""
        return np.asarray((self.values != FAULTY).all(axis=1))


def read_counts(file_name: str, columns: Mapping[str, pa.Array], n: int) -> Counts:
    """Read the ``columns`` that are there, by names of ``COUNTS``; each of length n.

    A missing column and an empty cell count 0, with a note. Any other text that is no whole number from 0
    upward is a fault. Nothing else becomes 0.
    """
    values = np.zeros((n, len(COUNTS)), np.int64)
    faults: list[CountFault] = []
    notes: list[Text] = []
    for position, name in enumerate(COUNTS):
        if name not in columns:
            notes.append(NO_COLUMN.fill(file=file_name, column=name))
            continue
        numbers, blank = whole_numbers(columns[name])
        n_blank = int(blank.sum())
        if n_blank:
            notes.append(BLANK_CELLS.fill(file=file_name, column=name, n=n_blank))
        values[:, position] = np.where(blank, 0, numbers)
        faults.extend(CountFault(row, name) for row in np.flatnonzero((numbers < 0) & ~blank).tolist())
    return Counts(values, tuple(sorted(faults, key=lambda fault: fault.row)), tuple(notes))


def whole_numbers(texts: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The number of each text, ``FAULTY`` where it is none, and which texts are blank. Both of shape (n,)."""
    trimmed = trimmed_texts(texts)
    blank = pc.equal(trimmed, "")
    whole = pc.match_substring_regex(trimmed, _WHOLE)
    digits = pc.replace_substring_regex(pc.if_else(whole, trimmed, None), r"\.0*$", "")
    numbers = pc.fill_null(pc.cast(digits, pa.int64()), FAULTY)
    return (
        np.array(numbers.to_numpy(zero_copy_only=False), np.int64),
        np.asarray(blank.to_numpy(zero_copy_only=False), np.bool_),
    )


def trimmed_texts(column: pa.Array) -> pa.StringArray:
    """A column as text without blanks around it; "" where nothing was given."""
    texts = column if pa.types.is_string(column.type) else pc.cast(column, pa.string())
    return pc.utf8_trim_whitespace(pc.fill_null(texts, ""))


def muatan_of(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The muatan of each row of counts: (m, 6) in, (m,) out."""
    kk, btt, _, bttk, bbtt_nonusaha, usaha = values.T
    return np.asarray(np.maximum(btt, kk) + bttk + bbtt_nonusaha + usaha)


Unit = Literal["building", "subsls"]
"""What counts were summed over."""

_Columns = Mapping[str, NDArray[np.int64]]


@dataclass(frozen=True)
class MuatanRule:
    """One rule of the next system; ``breaks`` says where sums break it."""

    name: str
    reads: tuple[str, ...]
    severity_of: Mapping[Unit, Severity]
    message: Text
    breaks: Callable[[_Columns], NDArray[np.bool_]]


# What the next system refuses is an error, what it warns of is to be looked at.
_REFUSED: dict[Unit, Severity] = {"subsls": Severity.ERROR, "building": Severity.REVIEW}
_WARNED: dict[Unit, Severity] = {"subsls": Severity.REVIEW, "building": Severity.INFO}

RULES = (
    MuatanRule(
        "btt_above_kk",
        ("btt", "kk"),
        _REFUSED,
        Text(
            en="{key}: btt is {btt}, above kk, which is {kk}",
            id="{key}: btt {btt} melebihi kk, yaitu {kk}",
        ),
        lambda of: of["btt"] > of["kk"],
    ),
    MuatanRule(
        "bku_above_usaha",
        ("bku", "usaha"),
        _REFUSED,
        Text(
            en="{key}: bku is {bku}, above usaha, which is {usaha}",
            id="{key}: bku {bku} melebihi usaha, yaitu {usaha}",
        ),
        lambda of: of["bku"] > of["usaha"],
    ),
    MuatanRule(
        "usaha_above_kk_btt",
        ("usaha", "kk", "btt"),
        _WARNED,
        Text(
            en="{key}: usaha is {usaha}, above kk + btt, which is {kk} + {btt}",
            id="{key}: usaha {usaha} melebihi kk + btt, yaitu {kk} + {btt}",
        ),
        lambda of: of["usaha"] > of["kk"] + of["btt"],
    ),
)


@dataclass(frozen=True)
class MuatanFault:
    """Sums that break a rule. ``level`` is what was summed over, ``key`` its ``unique_bang`` or area code."""

    level: Unit
    key: str
    rule: str
    severity: Severity
    numbers: dict[str, int]

    @property
    def message(self) -> Text:
        """The sentence about it, in both languages."""
        rule = next(rule for rule in RULES if rule.name == self.rule)
        return rule.message.fill(key=self.key, **self.numbers)


def check_sums(level: Unit, keys: Sequence[str], sums: NDArray[np.int64]) -> list[MuatanFault]:
    """Every rule that sums break, rule by rule; ``sums`` is (m, 6) and ``keys`` has length m."""
    columns = {name: sums[:, position] for name, position in _COLUMN.items()}
    return [
        MuatanFault(
            level,
            keys[row],
            rule.name,
            rule.severity_of[level],
            {name: int(columns[name][row]) for name in rule.reads},
        )
        for rule in RULES
        for row in np.flatnonzero(rule.breaks(columns)).tolist()
    ]


def named_counts(values: Iterable[int]) -> dict[str, int]:
    """Six counts by their names."""
    return {name: int(value) for name, value in zip(COUNTS, values, strict=True)}
