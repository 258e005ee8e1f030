"""Runs every check of the registry over a batch of geotags. Pure: the same input, the same findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.checks.accuracy_missing import CHECK as ACCURACY_MISSING
from geo.checks.exempting import exempted
from geo.checks.outside_assigned_area import CHECK as OUTSIDE_ASSIGNED_AREA
from geo.checks.protocol import Check, Outcome, Outcomes, Severity, Subject
from geo.checks.registry import CHECK_OF_CODE, CHECKS
from geo.context import Context
from geo.errors import ValueRefused
from geo.frame import Frame
from geo.geotags import Geotags
from geo.levels import Level
from geo.membership import Membership
from geo.ruleset import Ruleset
from geo.text import Text


class Verdict(IntEnum):
    """The roll-up of one geotag's outcomes."""

    ACCEPTED = 0
    NOT_ASSESSED = 1
    REVIEW = 2
    REJECTED = 3

    @property
    def word(self) -> str:
        """The word used in JSON and SQL."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Finding:
    """A fail of one geotag (``row`` of the batch) with what is needed to reproduce and explain it."""

    row: int
    check: Check
    severity: Severity
    distance_m: float | None
    probability: float | None
    evidence: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Checked:
    """A batch with the outcomes of every check that was run, by code in registry order."""

    subject: Subject
    outcomes: dict[str, Outcomes]
    ruleset: Ruleset

    @property
    def membership(self) -> Membership:
        """Distance and probability of every geotag."""
        return self.subject.membership

    def verdicts(self) -> NDArray[np.uint8]:
        """A ``Verdict`` per geotag: the worst finding decides; undecided membership is never accepted."""
        worst = np.zeros(len(self.subject.geotags), np.uint8)
        for outcomes in self.outcomes.values():
            failed = outcomes.failed
            worst[failed] = np.maximum(worst[failed], outcomes.severity[failed])
        return roll_up(worst, self.membership.undecided > 0)

    def findings(self) -> Iterator[Finding]:
        """Every fail, by check in registry order and then by row."""
        distance_m, probability = self.membership.distance_m, self.membership.probability
        for code, outcomes in self.outcomes.items():
            check = CHECK_OF_CODE[code]
            rows = zip(outcomes.failed.tolist(), outcomes.evidence_rows(), strict=True)
            for row, evidence in rows:
                yield Finding(
                    row=row,
                    check=check,
                    severity=Severity(int(outcomes.severity[row])),
                    distance_m=_number(distance_m[row], 2),
                    probability=_number(probability[row], 6),
                    evidence=evidence,
                )

    def not_assessed(self) -> list[dict[str, str]]:
        """For each geotag the checks that were not assessed, with the reason."""
        packed: list[dict[str, str]] = [{} for _ in range(len(self.subject.geotags))]
        for code, outcomes in self.outcomes.items():
            for row in np.flatnonzero(outcomes.outcome == Outcome.NOT_ASSESSED).tolist():
                packed[row][code] = outcomes.reasons[int(outcomes.reason[row])]
        return packed


def roll_up(worst: NDArray[np.uint8], undecided: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Verdicts from the worst ``Severity`` of each geotag (0 for none) and where membership is undecided."""
    verdict = np.where(undecided, Verdict.NOT_ASSESSED, Verdict.ACCEPTED)
    verdict[worst == Severity.REVIEW] = Verdict.REVIEW
    verdict[worst == Severity.ERROR] = Verdict.REJECTED
    return verdict.astype(np.uint8)


def verdict_of(worst: int, undecided: bool) -> Verdict:
    """As ``roll_up``, of one geotag."""
    if worst == Severity.ERROR:
        return Verdict.REJECTED
    if worst == Severity.REVIEW:
        return Verdict.REVIEW
    return Verdict.NOT_ASSESSED if undecided else Verdict.ACCEPTED


def _number(value: float, digits: int) -> float | None:
    return round(float(value), digits) if np.isfinite(value) else None


def subject_of(
    geotags: Geotags, frame: Frame, level: Level, ruleset: Ruleset, context: Context | None = None
) -> Subject:
    """The batch against the frame, with the parameters that more than one check reads.

    The frame's own lineage holds where ``context`` brings none.
    """
    context = context or Context()
    if context.lineage is None and frame.lineage is not None:
        context = replace(context, lineage=frame.lineage)
    return Subject(
        geotags,
        frame,
        level,
        missing_accuracy_m=ruleset.parameters[ACCURACY_MISSING.code]["assumed_m"],
        least_probability=ruleset.parameters[OUTSIDE_ASSIGNED_AREA.code]["least_probability"],
        context=context,
    )


def check_geotags(
    geotags: Geotags,
    frame: Frame,
    level: Level,
    ruleset: Ruleset | None = None,
    checks: Iterable[Check] = CHECKS,
    context: Context | None = None,
    membership: Membership | None = None,
) -> Checked:
    """Run ``checks`` (all of them by default) over geotags against one release of a frame.

    A check that the ruleset turns off has no outcome at all.

    Raises ``ValueRefused`` for a level that the frame's code scheme does not have.
    """
    if level not in frame.scheme.widths:
        words = ", ".join(known.value for known in frame.scheme.levels)
        raise ValueRefused(
            where="level",
            value=level.value,
            wanted=Text(en=f"one of: {words}", id=f"salah satu dari: {words}"),
        )
    rules = ruleset or Ruleset()
    subject = subject_of(geotags, frame, level, rules, context)
    if membership is not None:
        subject.membership = membership
    outcomes = {
        check.code: exempted(check, check.decide(subject, rules.parameters[check.code]), subject)
        for check in checks
        if rules.is_on(check.code)
    }
    return Checked(subject, outcomes, rules)
