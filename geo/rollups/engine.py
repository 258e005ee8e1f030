"""Runs roll-ups: pieces into sums, sums into findings. The same for one batch in memory and for a country.

sums = {}
for checked in pieces:                                  # cut as each roll-up's scope allows
    sums = add_sums(sums, collect_sums(checked, roll_ups))
found = decide_sums(sums, ruleset, setting)
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from geo.checks.protocol import Outcome, Outcomes, Scope
from geo.rollups.exempting import exempted_subjects
from geo.rollups.protocol import SUBJECT_COLUMNS, Decided, RollUp, Setting
from geo.rollups.registry import ROLL_UP_OF_CODE, ROLL_UPS
from geo.text import Language

if TYPE_CHECKING:
    from geo.engine import Checked
    from geo.ruleset import Ruleset

Sums = dict[str, pa.Table]
"""The sums of each roll-up, by its code."""

FINDINGS_SCHEMA = pa.schema(
    [
        ("code", pa.string()),
        ("version", pa.int32()),
        ("severity", pa.uint8()),
        ("about", pa.string()),
        *((name, pa.string()) for name in SUBJECT_COLUMNS),
        ("evidence", pa.string()),
    ]
)


@dataclass(frozen=True, eq=False)
class RollUps:
    """What roll-ups found. ``findings`` has ``FINDINGS_SCHEMA``, sorted by registry order and subject;
    columns that do not name the subject are null, ``evidence`` is JSON.

    ``assessed`` counts the subjects by code that passed or failed, ``not_assessed`` those that were not, by
    code and reason; a roll-up that could not be decided at all counts once.
    """

    findings: pa.Table
    assessed: Counter[str] = field(default_factory=Counter)
    not_assessed: Counter[tuple[str, str]] = field(default_factory=Counter)

    def said(self, language: Language) -> pa.Table:
        """The findings with their title, message and remedy in words."""
        rows = self.findings.select(["code", "evidence"]).to_pylist()
        rules = [ROLL_UP_OF_CODE[row["code"]] for row in rows]
        words = {
            "title": [rule.title.say(language) for rule in rules],
            "message": [
                rule.say(language, json.loads(row["evidence"])) for rule, row in zip(rules, rows, strict=True)
            ],
            "remedy": [rule.remedy.say(language) for rule in rules],
        }
        table = self.findings
        for name, texts in words.items():
            table = table.append_column(name, pa.array(texts, pa.string()))
        return table


def roll_ups_of(ruleset: Ruleset, scope: Scope | None = None) -> list[RollUp]:
    """Those that are on, in registry order; with ``scope`` only those that take input cut like that.

    Roll-ups that need the outcomes of all checks are of no scope: they are given what was put together.
    """
    on = [one for one in ROLL_UPS if ruleset.is_on(one.code)]
    return [one for one in on if scope is None or (one.scope is scope and not one.after_checks)]


def collect_sums(checked: Checked, roll_ups: Iterable[RollUp]) -> Sums:
    """The sums of a piece."""
    return {one.code: one.collect(checked) for one in roll_ups}


def add_sums(one: Mapping[str, pa.Table], other: Mapping[str, pa.Table]) -> Sums:
    """Sums of two pieces as those of both together. Shorter than both, if keys come again."""
    return {
        code: ROLL_UP_OF_CODE[code].add_up(tables[code] for tables in (one, other) if code in tables)
        for code in {**one, **other}
    }


def decide_sums(sums: Mapping[str, pa.Table], ruleset: Ruleset, setting: Setting) -> RollUps:
    """Findings from whole sums. A roll-up that is on but has no sums had no geotags."""
    tables, assessed = [FINDINGS_SCHEMA.empty_table()], Counter[str]()
    not_assessed = Counter[tuple[str, str]]()
    for one in roll_ups_of(ruleset):
        whole = one.add_up([sums[one.code]] if one.code in sums else [])
        decided = one.decide(whole, ruleset.parameters[one.code], setting)
        if decided.absent is not None:
            not_assessed[one.code, decided.absent] += 1
        outcomes = exempted_subjects(one.code, decided, setting)
        missed = outcomes.outcome == Outcome.NOT_ASSESSED
        assessed[one.code] += int((~missed).sum())
        each = np.bincount(outcomes.reason[missed], minlength=len(outcomes.reasons)).tolist()
        for reason, n in zip(outcomes.reasons, each, strict=False):
            if n:
                not_assessed[one.code, reason] += n
        tables.append(_findings(one, decided, outcomes))
    return RollUps(pa.concat_tables(tables).combine_chunks(), assessed, not_assessed)


def _findings(one: RollUp, decided: Decided, outcomes: Outcomes) -> pa.Table:
    failed = outcomes.failed
    n = len(failed)
    subjects = decided.subjects.take(pa.array(failed, pa.int64()))
    columns: dict[str, Any] = {
        "code": pa.array([one.code] * n, pa.string()),
        "version": pa.array([one.version] * n, pa.int32()),
        "severity": pa.array(outcomes.severity[failed]),
        "about": pa.array([one.about.value] * n, pa.string()),
    }
    for name in SUBJECT_COLUMNS:
        given = name in subjects.column_names
        columns[name] = subjects.column(name) if given else pa.nulls(n, pa.string())
    evidence = [json.dumps(row, ensure_ascii=False) for row in outcomes.evidence_rows()]
    columns["evidence"] = pa.array(evidence, pa.string())
    table = pa.table(columns, schema=FINDINGS_SCHEMA)
    return table.sort_by([(name, "ascending") for name in SUBJECT_COLUMNS])


def roll_up_all(checked: Checked) -> RollUps:
    """Every roll-up that is on, over a whole campaign that every check has seen in one batch."""
    subject = checked.subject
    sums = collect_sums(checked, roll_ups_of(checked.ruleset))
    return decide_sums(sums, checked.ruleset, Setting(subject.frame, subject.level, subject.context))
