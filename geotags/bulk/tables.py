"""What a check said of a piece of the input, as columns: results per geotag, findings, and counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from geo.checks.protocol import Outcome, Outcomes, Severity
from geo.checks.registry import CHECK_OF_CODE, CHECKS
from geo.engine import Checked, Verdict, roll_up
from geo.rollups.engine import RollUps
from geo.text import Language
from geotags.bulk.texts import json_of, messages_of

ORDER = {check.code: i for i, check in enumerate(CHECKS)}
"""The place of each check in the registry: how findings are listed."""

FINDINGS_SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("order", pa.int16()),
        ("code", pa.string()),
        ("check_version", pa.int32()),
        ("severity", pa.uint8()),
        ("distance_m", pa.float64()),
        ("probability", pa.float64()),
        ("message", pa.string()),
        ("remedy", pa.string()),
        ("evidence", pa.string()),
    ]
)


def findings_of(
    checked: Checked, ids: NDArray[np.int64], own: NDArray[np.bool_], language: Language
) -> pa.Table:
    """One row per finding of the geotags that are the batch's ``own``."""
    tables = [FINDINGS_SCHEMA.empty_table()]
    for code, outcomes in checked.outcomes.items():
        rows, kept = outcomes.failed, own[outcomes.failed]
        n = len(rows)
        if not kept.any():
            continue
        check, membership = CHECK_OF_CODE[code], checked.membership
        columns = {
            "id": ids[rows],
            "order": np.full(n, ORDER[code], np.int16),
            "code": pa.repeat(code, n),
            "check_version": np.full(n, check.version, np.int32),
            "severity": outcomes.severity[rows],
            "distance_m": _rounded(membership.distance_m[rows], 2),
            "probability": _rounded(membership.probability[rows], 6),
            "message": messages_of(check.message, language, outcomes.evidence, n),
            "remedy": pa.repeat(check.remedy.say(language), n),
            "evidence": json_of(outcomes.evidence, n),
        }
        table = pa.table(columns, schema=FINDINGS_SCHEMA)
        tables.append(table if kept.all() else table.filter(pa.array(kept)))
    return pa.concat_tables(tables)


def _rounded(values: NDArray[np.float64], digits: int) -> pa.Array:
    return pa.array(np.round(values, digits), from_pandas=True)


@dataclass
class Said:
    """What checks said of n geotags, rolled up: all arrays have shape (n,).

    ``worst`` is the worst ``Severity``, 0 for none. ``failed`` has the bit of every check's place in the
    registry. ``not_assessed`` is the text of a set of checks and reasons.
    """

    worst: NDArray[np.uint8]
    failed: NDArray[np.uint64]
    not_assessed: pa.DictionaryArray


def said_of(outcomes: Mapping[str, Outcomes], n: int) -> Said:
    """Roll up the outcomes of some checks."""
    worst, failed = np.zeros(n, np.uint8), np.zeros(n, np.uint64)
    key = np.zeros(n, np.uint64)
    missed: dict[int, str] = {}
    for code, one in outcomes.items():
        rows = one.failed
        worst[rows] = np.maximum(worst[rows], one.severity[rows])
        failed[rows] |= np.uint64(1 << ORDER[code])
        absent = one.outcome == Outcome.NOT_ASSESSED
        if absent.any():
            # A number per check and reason; their sums differ for different sets.
            for i, reason in enumerate(one.reasons):
                number = pd.util.hash_array(np.array([f"{code}:{reason}"], object), categorize=False)[0]
                key[absent & (one.reason == i)] += number
                missed[int(number)] = f"{code}:{reason}"
    return Said(worst, failed, _texts_of_sets(key, outcomes))


def _texts_of_sets(key: NDArray[np.uint64], outcomes: Mapping[str, Outcomes]) -> pa.DictionaryArray:
    """The text of each row's set, made once per different set from the first row that has it."""
    codes, different = pd.factorize(key)
    first = np.full(len(different), -1)
    first[codes[::-1]] = np.arange(len(key))[::-1]
    texts = [
        ";".join(
            f"{code}:{one.reasons[int(one.reason[row])]}"
            for code, one in outcomes.items()
            if one.outcome[row] == Outcome.NOT_ASSESSED
        )
        for row in first.tolist()
    ]
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(texts, pa.string()))


def merged(parts: list[Said]) -> Said:
    """What several sets of checks said of the same geotags."""
    worst = np.maximum.reduce([part.worst for part in parts])
    failed = np.bitwise_or.reduce([part.failed for part in parts])
    texts = parts[0].not_assessed
    for part in parts[1:]:
        texts = _joined(texts, part.not_assessed)
    return Said(worst, failed, texts)


def _joined(one: pa.DictionaryArray, other: pa.DictionaryArray) -> pa.DictionaryArray:
    first, second = (np.asarray(of.indices.to_numpy(zero_copy_only=False)) for of in (one, other))
    codes, pairs = pd.factorize(first.astype(np.int64) * len(other.dictionary) + second)
    texts = [
        ";".join(
            text
            for text in (
                one.dictionary[int(pair // len(other.dictionary))].as_py(),
                other.dictionary[int(pair % len(other.dictionary))].as_py(),
            )
            if text
        )
        for pair in pairs
    ]
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(texts, pa.string()))


def codes_of(failed: NDArray[np.uint64]) -> pa.DictionaryArray:
    """The codes of the checks that failed, in registry order, of each row."""
    codes, masks = pd.factorize(failed)
    texts = [
        ";".join(check.code for check in CHECKS if int(mask) >> ORDER[check.code] & 1)
        for mask in masks.tolist()
    ]
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(texts, pa.string()))


def verdicts_of(worst: NDArray[np.uint8], undecided: NDArray[np.bool_]) -> pa.DictionaryArray:
    """The words of the verdicts."""
    numbers = roll_up(worst, undecided).astype(np.int32)
    return pa.DictionaryArray.from_arrays(
        pa.array(numbers), pa.array([verdict.word for verdict in Verdict], pa.string())
    )


@dataclass
class Counts:
    """What a bulk check counted. ``findings`` is by check code and severity, ``not_assessed`` by check code
    and reason, ``near_border`` how many probabilities had to be summed."""

    read: int = 0
    checked: int = 0
    quarantined: int = 0
    near_border: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    findings: Counter[tuple[str, str]] = field(default_factory=Counter)
    not_assessed: Counter[tuple[str, str]] = field(default_factory=Counter)
    roll_ups: RollUps | None = None
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Files that could not be used, with the sentence that says why."""

    def add_texts(self, texts: pa.DictionaryArray) -> None:
        """Count the sets of ``not_assessed``."""
        each = np.bincount(texts.indices.to_numpy(zero_copy_only=False), minlength=len(texts.dictionary))
        for text, n in zip(texts.dictionary.to_pylist(), each.tolist(), strict=True):
            for pair in text.split(";") if text else ():
                code, _, reason = pair.partition(":")
                self.not_assessed[code, reason] += n

    def add_findings(self, findings: pa.Table) -> None:
        """Count findings."""
        pairs = findings.group_by(["code", "severity"]).aggregate([([], "count_all")]).to_pylist()
        for one in pairs:
            self.findings[one["code"], Severity(one["severity"]).word] += one["count_all"]

    def add_verdicts(self, verdicts: pa.DictionaryArray) -> None:
        """Count verdicts."""
        each: Iterable[int] = np.bincount(
            verdicts.indices.to_numpy(zero_copy_only=False), minlength=len(verdicts.dictionary)
        ).tolist()
        self.verdicts.update(dict(zip(verdicts.dictionary.to_pylist(), each, strict=True)))
