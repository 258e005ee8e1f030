"""What a frame quality check is: values in, an outcome with findings out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from shapely.geometry.base import BaseGeometry

from boundaries.areas import AreaTable
from boundaries.qa.coverage import LevelCoverage
from geo.codes import CodeScheme
from geo.levels import Level
from geo.parameters import Parameter
from geo.text import Language, Text

Severity = Literal["error", "review", "info"]
Outcome = Literal["pass", "fail", "not_assessed"]

REASONS: dict[str, Text] = {
    "nothing_loaded": Text(en="no level is loaded", id="belum ada tingkat yang dimuat"),
    "parent_level_not_loaded": Text(
        en="no level above the loaded one is loaded",
        id="tidak ada tingkat di atasnya yang dimuat",
    ),
    "measured_on_repaired_copies": Text(
        en="some outlines are invalid and were measured on a repaired copy; the areas stay as they are",
        id="sebagian batas tidak sah dan diukur pada salinan yang diperbaiki; areanya tetap seperti semula",
    ),
}
"""The words for ``QaOutcome.reason``, which is one of these keys."""


@dataclass(frozen=True)
class QaFinding:
    """One fail of one check at one area or pair of areas.

    ``evidence`` holds plain numbers and texts with the unit in the name; ``geometry`` is the problem
    itself (sliver, gap, point; EPSG:4326, longitude first) or None.
    """

    check_code: str
    check_version: int
    severity: Severity
    level: Level
    area_code: str
    other_code: str | None
    evidence: dict[str, Any]
    geometry: BaseGeometry | None


@dataclass(frozen=True)
class QaOutcome:
    """``reason`` is a key of ``REASONS`` or None; ``findings`` are in a fixed order."""

    outcome: Outcome
    reason: str | None
    findings: list[QaFinding]


@dataclass(frozen=True)
class CandidateView:
    """What of a frame is loaded, and the coverage of each level, computed once and shared by the checks."""

    scheme: CodeScheme
    tables: dict[Level, AreaTable]
    _coverages: dict[Level, LevelCoverage] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def levels(self) -> list[Level]:
        """The loaded levels, highest first."""
        return [level for level in Level if level in self.tables]

    def parent_level(self, level: Level) -> Level | None:
        """The nearest loaded level above ``level``."""
        return next((up for up in level.above() if up in self.tables), None)

    def coverage(self, level: Level) -> LevelCoverage:
        """The shapes of ``level`` with what is measured on them; kept for the next check."""
        if level not in self._coverages:
            self._coverages[level] = LevelCoverage(self.tables[level])
        return self._coverages[level]


@dataclass(frozen=True)
class QaCheck:
    """One rule about a frame. ``message`` is filled by ``say_message``."""

    code: str
    version: int
    severity: Severity
    title: Text
    message: Text
    remedy: Text
    parameters: dict[str, Parameter]
    run: Callable[[CandidateView, dict[str, float]], QaOutcome]
    words: Mapping[str, Text] = field(default_factory=dict)
    """Words for texts that stand in the evidence as fixed English terms."""

    def say_message(
        self,
        language: Language,
        *,
        level: str,
        area_code: str,
        other_code: str | None,
        evidence: Mapping[str, Any],
    ) -> str:
        """The sentence for one finding of this check."""
        values = {"level": level, "area_code": area_code, "other_code": other_code, **evidence}
        said = {
            name: self.words[value].say(language) if isinstance(value, str) and value in self.words else value
            for name, value in values.items()
        }
        return self.message.say(language, **said)


def decide(findings: list[QaFinding], view: CandidateView, measured: bool = False) -> QaOutcome:
    """Fail with the findings in their fixed order, or pass.

    ``measured``: the check measured outlines, so the outcome says when some were repaired copies.
    """
    findings.sort(key=_order)
    repaired = measured and any(view.coverage(level).repaired.any() for level in view.levels())
    reason = "measured_on_repaired_copies" if repaired else None
    return QaOutcome("fail" if findings else "pass", reason, findings)


def not_assessed(reason: str) -> QaOutcome:
    """The outcome of a check that lacks what it needs; ``reason`` is a key of ``REASONS``."""
    if reason not in REASONS:
        raise KeyError(reason)
    return QaOutcome("not_assessed", reason, [])


def _order(finding: QaFinding) -> tuple[Any, ...]:
    bounds = (0.0,) * 4 if finding.geometry is None or finding.geometry.is_empty else finding.geometry.bounds
    row = finding.evidence.get("file_row", 0)
    return (finding.level.depth, finding.area_code, finding.other_code or "", row, bounds)
