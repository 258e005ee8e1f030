"""What a roll-up is: a rule about an enumerator, an area or a household, decided from many geotags.

It has two steps, so that any number of geotags can be read in pieces. ``collect`` turns a piece into sums
by key; sums of pieces are added up (``add_up``); ``decide`` reads the whole sums. The findings are the same
however the input was cut and in whatever order it came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from geo.checks.protocol import Outcomes, Scope, Severity, Values
from geo.context import Context
from geo.frame import Frame
from geo.levels import Level
from geo.parameters import Parameter
from geo.text import Language, Text

if TYPE_CHECKING:  # the engine knows rulesets, and a ruleset knows the roll-ups
    from geo.engine import Checked


class About(StrEnum):
    """The kind of subject that a roll-up is about."""

    ENUMERATOR = "enumerator"
    AREA = "area"
    AREA_PAIR = "area_pair"
    ENUMERATOR_AREA = "enumerator_area"
    HOUSEHOLD = "household"


SUBJECT_COLUMNS = ("enumerator_id", "area_code", "other_area_code", "household_key")
"""What names a subject. ``other_area_code`` is the second of a pair: the area in which the points lie."""


@dataclass(frozen=True, eq=False)
class Setting:
    """What ``decide`` may read beside the sums: the same that ``collect`` saw."""

    frame: Frame
    level: Level
    context: Context = field(default_factory=Context)


@dataclass(frozen=True, eq=False)
class Decided:
    """The n subjects that a roll-up knows, with one outcome each.

    ``subjects`` has some of ``SUBJECT_COLUMNS`` as text. ``absent`` is the reason (a key of
    ``geo.rollups.reasons``) why there is nothing to decide at all, such as a roster that was not given.
    """

    subjects: pa.Table
    outcomes: Outcomes
    absent: str | None = None


@dataclass(frozen=True)
class RollUp:
    """One rule about many geotags. ``message`` is filled from a finding's evidence.

    ``sums`` is the schema of what ``collect`` gives; its first ``n_keys`` columns are the key, every other
    is a number that is added up. ``reads`` are the fields of geotags that it needs beside
    ``geo.geotags.ALWAYS_READ``. ``scope`` says how the input may be cut: ``Scope.RECORD`` anywhere, any
    other only between groups, and then no group may come twice. With ``after_checks`` the outcomes of all
    checks are needed, those of every scope.
    """

    code: str
    version: int
    severity: Severity
    about: About
    title: Text
    message: Text
    remedy: Text
    sums: pa.Schema
    n_keys: int
    collect: Callable[[Checked], pa.Table]
    decide: Callable[[pa.Table, Values, Setting], Decided]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    scope: Scope = Scope.RECORD
    after_checks: bool = False

    def defaults(self) -> dict[str, float]:
        """The default value of every parameter."""
        return {name: float(parameter.value) for name, parameter in self.parameters.items()}

    def say(self, language: Language, evidence: Mapping[str, Any]) -> str:
        """The message, filled from a finding's evidence."""
        return self.message.say(language, **evidence)

    def add_up(self, tables: Iterable[pa.Table]) -> pa.Table:
        """The sums of several pieces as those of one, a row per key, sorted by key.

        Sums of sums are the same sums: it may be called as often as memory asks for it.
        """
        keys, sums = self.sums.names[: self.n_keys], self.sums.names[self.n_keys :]
        together = pa.concat_tables([self.sums.empty_table(), *tables])
        added = together.group_by(keys).aggregate([(name, "sum") for name in sums])
        added = added.rename_columns(self.sums.names).cast(self.sums)  # keys first, then the sums
        return added.sort_by([(key, "ascending") for key in keys]).combine_chunks()
