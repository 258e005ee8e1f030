"""What a geotag check is: its texts and parameters, the subject it reads, the outcomes it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.candidates import Candidates, find_candidates
from geo.checks.vocabulary import in_words
from geo.context import Context
from geo.coordinates import SENTINELS_DEG
from geo.frame import Frame
from geo.geotags import R95_PER_R68, Geotags
from geo.levels import Level
from geo.membership import Membership, Undecided, find_membership
from geo.parameters import Parameter
from geo.text import Language, Text


class Scope(StrEnum):
    """Which other geotags of the campaign a check looks at, beside the one that it decides."""

    RECORD = "record"
    """None: each geotag is decided by itself."""
    PLACE = "place"
    """Those at or near the same place."""
    HOUSEHOLD = "household"
    """Those of the same household."""
    ENUMERATOR = "enumerator"
    """Those of the same enumerator."""
    AREA = "area"
    """Those assigned to the same area."""
    PHOTO = "photo"
    """Those with the same photo."""


class Outcome(IntEnum):
    """Of one geotag and one check."""

    PASS = 0
    FAIL = 1
    NOT_ASSESSED = 2


class Severity(IntEnum):
    """Of a finding; ordered, so that the worst is the greatest."""

    INFO = 1
    REVIEW = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """The word used in JSON and SQL."""
        return self.name.lower()


Values = Mapping[str, float]
"""The parameters of one check, by name, as a ruleset gives them."""


Columns = Mapping[str, Any]
"""Evidence by name: sequences (NumPy, Arrow or lists) with one value per failing row, in their order."""


@dataclass(eq=False)
class Outcomes:
    """What one check says of n geotags.

    ``outcome``, ``severity`` and ``reason`` have shape (n,). ``severity`` matters where ``outcome`` is FAIL;
    ``reason`` indexes ``reasons`` (keys of ``geo.checks.reasons``) where it is NOT_ASSESSED. ``evidence``
    holds the values that the message shows, one per failing row.
    """

    outcome: NDArray[np.uint8]
    severity: NDArray[np.uint8]
    reason: NDArray[np.uint8]
    reasons: tuple[str, ...]
    evidence: Columns = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        fails: NDArray[np.bool_],
        severity: Severity | NDArray[np.uint8],
        not_assessed: Mapping[str, NDArray[np.bool_]] | None = None,
        evidence: Callable[[NDArray[np.int64]], Columns] | None = None,
    ) -> Outcomes:
        """Build from masks of length n. Not assessed wins over fail; of reasons the first wins.

        ``evidence`` is asked once, for the rows that fail in the end, if there are any.
        """
        n = len(fails)
        outcome = fails.astype(np.uint8)
        reason = np.zeros(n, np.uint8)
        reasons = tuple(not_assessed or ())
        for index in reversed(range(len(reasons))):
            where = (not_assessed or {})[reasons[index]]
            outcome[where], reason[where] = Outcome.NOT_ASSESSED, index
        failed = np.flatnonzero(outcome == Outcome.FAIL)
        return cls(
            outcome=outcome,
            severity=np.broadcast_to(np.asarray(severity, np.uint8), (n,)),
            reason=reason,
            reasons=reasons,
            evidence=evidence(failed) if evidence and len(failed) else {},
        )

    @cached_property
    def failed(self) -> NDArray[np.int64]:
        """The rows that fail."""
        return np.flatnonzero(self.outcome == Outcome.FAIL)

    def evidence_rows(self) -> Iterator[dict[str, Any]]:
        """The evidence of each failing row, in their order, as plain values that JSON can hold."""
        names = list(self.evidence)
        if not names:
            yield from ({} for _ in self.failed)
            return
        columns = [_plain(self.evidence[name]) for name in names]
        for values in zip(*columns, strict=True):
            yield dict(zip(names, values, strict=True))


def _plain(values: Any) -> list[Any]:
    if isinstance(values, np.ndarray):
        return values.tolist()  # type: ignore[no-any-return]
    return values.to_pylist() if hasattr(values, "to_pylist") else list(values)


@dataclass(eq=False)
class Subject:
    """A batch of geotags against a frame, with what several checks need computed once."""

    geotags: Geotags
    frame: Frame
    level: Level
    missing_accuracy_m: float
    least_probability: float
    """Outside is outside for every check: below this mass inside the area, the accuracy cannot explain it."""
    context: Context = field(default_factory=Context)

    @cached_property
    def is_sentinel(self) -> NDArray[np.bool_]:
        """Either coordinate is a number that devices and tables write for "none"."""
        marks = np.array(SENTINELS_DEG)
        return np.asarray(np.isin(self.geotags.lon, marks) | np.isin(self.geotags.lat, marks))

    @cached_property
    def usable(self) -> NDArray[np.bool_]:
        """The coordinate can be measured: two numbers in range, no sentinel, not both zero."""
        both_zero = (self.geotags.lon == 0) & (self.geotags.lat == 0)
        return np.asarray(self.geotags.is_number & self.geotags.in_range & ~both_zero & ~self.is_sentinel)

    @cached_property
    def r95_m(self) -> NDArray[np.float64]:
        """Metres that hold the true place in 95 of 100 cases; of the assumed accuracy without one."""
        accuracy = self.geotags.accuracy_m
        return np.asarray(R95_PER_R68 * np.where(np.isnan(accuracy), self.missing_accuracy_m, accuracy))

    @cached_property
    def membership(self) -> Membership:
        """Distance and probability of every geotag against its assigned area."""
        return find_membership(self.geotags, self.frame, self.level, self.usable, self.missing_accuracy_m)

    @cached_property
    def rows_with_candidates(self) -> NDArray[np.int64]:
        """The geotags outside their area and those whose area is unknown: point i of ``candidates`` each."""
        unknown = self.membership.undecided == Undecided.AREA_UNKNOWN
        return np.flatnonzero((self.membership.distance_m < 0) | unknown)

    @cached_property
    def candidates(self) -> Candidates:
        """The probable areas of each of ``rows_with_candidates``."""
        rows = self.rows_with_candidates
        geotags = self.geotags
        return find_candidates(
            self.frame,
            self.level,
            geotags.lon[rows],
            geotags.lat[rows],
            self.membership.sigma_m[rows],
            geotags.assigned_area.take(pa.array(rows)),
        )

    def undecided_masks(self) -> dict[str, NDArray[np.bool_]]:
        """Why membership is not assessed: reason -> mask."""
        undecided = self.membership.undecided
        return {
            reason.name.lower(): np.asarray(undecided == reason)
            for reason in Undecided
            if reason is not Undecided.DECIDED
        }


@dataclass(frozen=True)
class Check:
    """One rule about geotags. ``message`` is filled from a finding's evidence."""

    code: str
    version: int
    severity: Severity
    title: Text
    message: Text
    remedy: Text
    decide: Callable[[Subject, Values], Outcomes]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    exemptible: bool = True
    """Whether an exemption may lower its findings; not where nothing can be known of the place."""
    reads: tuple[str, ...] = ()
    """The fields of geotags that the check needs beside ``geo.geotags.ALWAYS_READ``."""
    scope: Scope = Scope.RECORD
    """Which other geotags the outcome depends on."""

    def defaults(self) -> dict[str, float]:
        """The default value of every parameter."""
        return {name: float(parameter.value) for name, parameter in self.parameters.items()}

    def say(self, language: Language, evidence: Mapping[str, Any]) -> str:
        """The message, filled from a finding's evidence."""
        return self.message.say(language, **in_words(evidence, language))
