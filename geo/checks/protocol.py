"""What a geotag check is: its texts and parameters, the subject it reads, the outcomes it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.candidates import CandidateArea, find_candidates
from geo.coordinates import SENTINELS_DEG
from geo.frame import Frame
from geo.geotags import Geotags
from geo.levels import Level
from geo.membership import Membership, Undecided, find_membership
from geo.parameters import Parameter
from geo.text import Text


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


@dataclass(eq=False)
class Outcomes:
    """What one check says of n geotags.

    ``severity`` matters where ``outcome`` is FAIL; ``reasons`` names why where it is NOT_ASSESSED
    (a key of ``geo.checks.reasons``), index into it per geotag in ``reason``. ``evidence`` maps a
    row to the values that its message shows; rows without evidence may be absent.
    """

    outcome: NDArray[np.uint8]
    severity: NDArray[np.uint8]
    reason: NDArray[np.uint8]
    reasons: tuple[str, ...]
    evidence: dict[int, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        fails: NDArray[np.bool_],
        severity: Severity | NDArray[np.uint8],
        not_assessed: Mapping[str, NDArray[np.bool_]] | None = None,
        evidence: Callable[[int], dict[str, Any]] | None = None,
    ) -> Outcomes:
        """Build from masks of length n. Not assessed wins over fail; of reasons the first wins."""
        n = len(fails)
        outcome = np.where(fails, Outcome.FAIL, Outcome.PASS).astype(np.uint8)
        reason = np.zeros(n, np.uint8)
        reasons = tuple(not_assessed or ())
        for index in reversed(range(len(reasons))):
            where = (not_assessed or {})[reasons[index]]
            outcome[where], reason[where] = Outcome.NOT_ASSESSED, index
        shown = (
            {int(i): evidence(int(i)) for i in np.flatnonzero(outcome == Outcome.FAIL)} if evidence else {}
        )
        return cls(
            outcome=outcome,
            severity=np.broadcast_to(np.asarray(severity, np.uint8), (n,)),
            reason=reason,
            reasons=reasons,
            evidence=shown,
        )

    @property
    def failed(self) -> NDArray[np.int64]:
        """The rows that fail."""
        return np.flatnonzero(self.outcome == Outcome.FAIL)


@dataclass(eq=False)
class Subject:
    """A batch of geotags against a frame, with what several checks need computed once."""

    geotags: Geotags
    frame: Frame
    level: Level
    missing_accuracy_m: float
    least_probability: float
    """Outside is outside for every check: below this mass inside the area, the accuracy cannot explain it."""

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
    def membership(self) -> Membership:
        """Distance and probability of every geotag against its assigned area."""
        return find_membership(self.geotags, self.frame, self.level, self.usable, self.missing_accuracy_m)

    @cached_property
    def candidates(self) -> dict[int, list[CandidateArea]]:
        """The probable areas of each geotag outside its area or whose area is unknown, by row."""
        unknown = self.membership.undecided == Undecided.AREA_UNKNOWN
        rows = np.flatnonzero((self.membership.distance_m < 0) | unknown)
        found = find_candidates(
            self.frame,
            self.level,
            self.geotags.lon[rows],
            self.geotags.lat[rows],
            self.membership.sigma_m[rows],
            self.geotags.assigned_area.take(rows).to_pylist(),
        )
        return dict(zip(rows.tolist(), found, strict=True))

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
    clustered: bool = False
    """True where the outcome depends on other geotags of the campaign: stored as a cluster."""

    def defaults(self) -> dict[str, float]:
        """The default value of every parameter."""
        return {name: parameter.value for name, parameter in self.parameters.items()}
