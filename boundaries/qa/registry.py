"""Every frame quality check, in the order in which reports list them. To add one: a file and a line."""

from __future__ import annotations

from collections.abc import Mapping

from boundaries.qa import (
    code_duplicate,
    code_shape,
    gap_enclosed,
    gap_narrow,
    geometry_invalid,
    orphan_area,
    outside_parent,
    overlap,
)
from boundaries.qa.protocol import CandidateView, QaCheck, QaOutcome, not_assessed

QA_CHECKS: tuple[QaCheck, ...] = (
    geometry_invalid.CHECK,
    code_duplicate.CHECK,
    code_shape.CHECK,
    orphan_area.CHECK,
    outside_parent.CHECK,
    overlap.CHECK,
    gap_narrow.CHECK,
    gap_enclosed.CHECK,
)


def run_qa(
    view: CandidateView, thresholds: Mapping[str, Mapping[str, float]] | None = None
) -> dict[str, QaOutcome]:
    """Run every check over what is loaded: check code -> outcome.

    ``thresholds`` may replace parameters: check code -> parameter name -> value. A name that no check
    knows raises KeyError: a misspelt threshold must not pass for the default.
    """
    thresholds = thresholds or {}
    known = {check.code: check for check in QA_CHECKS}
    for code, named in thresholds.items():
        for name in named:
            if name not in known[code].parameters:
                raise KeyError(f"{code} has no parameter {name}")
    outcomes: dict[str, QaOutcome] = {}
    for check in QA_CHECKS:
        values = {name: parameter.value for name, parameter in check.parameters.items()}
        values.update(thresholds.get(check.code, {}))
        outcomes[check.code] = check.run(view, values) if view.tables else not_assessed("nothing_loaded")
    return outcomes
