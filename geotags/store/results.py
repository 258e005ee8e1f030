"""Results and findings of geotags: written in bulk, replaced when a geotag is checked again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from boundaries.store.engine import named_sql
from geo.engine import Checked, Finding, verdict_of

Owners = Mapping[int, "Owner"]
"""Row of a batch -> what its result and findings take over from its geotag."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The geotag of a row: its identity, and what the row policies read."""

    geotag_id: int
    province: str
    assigned_area: str
    key_id: int | None


@dataclass
class Said:
    """What checks say of one stored geotag: of those in ``codes``, all that fail and all not assessed."""

    owner: Owner
    household: str = ""
    findings: list[Finding] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)
    not_assessed: dict[str, str] = field(default_factory=dict)

    def verdict(self, undecided: bool) -> str:
        """The roll-up of the findings."""
        worst = max((int(finding.severity) for finding in self.findings), default=0)
        return verdict_of(worst, undecided).word


@dataclass(frozen=True)
class Result:
    """What is stored of a geotag that was judged by every check."""

    said: Said
    verdict: str
    distance_m: float | None
    probability: float | None


def results_of(checked: Checked, owners: Owners, said: Mapping[int, Said]) -> dict[int, Result]:
    """The results of the rows that ``owners`` names, by row.

    ``checked`` holds the checks that need no other geotag, ``said`` what the others said, by identity of the
    geotag; those that are to be judged later say nothing yet.
    """
    membership, not_assessed = checked.membership, checked.not_assessed()
    of_row: dict[int, Said] = {}
    for row, owner in owners.items():
        one = said.get(owner.geotag_id) or Said(owner)
        one.not_assessed = not_assessed[row] | one.not_assessed
        of_row[row] = one
    for finding in checked.findings():
        if finding.row in of_row:
            of_row[finding.row].findings.append(finding)
    return {
        row: Result(
            one,
            one.verdict(bool(membership.undecided[row] > 0)),
            _rounded(membership.distance_m[row], 3),
            _rounded(membership.probability[row], 6),
        )
        for row, one in of_row.items()
    }


def write_results(
    connection: Connection,
    campaign_id: int,
    release_id: int,
    results: Sequence[Result],
    answers: Sequence[Mapping[str, Any] | None] | None = None,
) -> None:
    """Write the results of geotags that have none; ``answers`` are what their devices are told."""
    if not results:
        return
    columns: dict[str, Any] = _owned(one.said.owner for one in results) | {
        "verdict": [one.verdict for one in results],
        "distance_m": [one.distance_m for one in results],
        "probability": [one.probability for one in results],
        "answers": json.dumps(answers or [None] * len(results)),
        **reason_columns([one.said.not_assessed for one in results]),
    }
    bound = {"campaign_id": campaign_id, "release_id": release_id}
    connection.execute(text(named_sql("geotags.store", "results_insert")), bound | columns)


def measure_again(connection: Connection, release_id: int, checked: Checked, owners: Owners) -> None:
    """Write where geotags that have results lie in another release. ``write_said`` does the rest."""
    membership = checked.membership
    columns = {
        "province": [owner.province for owner in owners.values()],
        "geotag_id": [owner.geotag_id for owner in owners.values()],
        "distance_m": [_rounded(membership.distance_m[row], 3) for row in owners],
        "probability": [_rounded(membership.probability[row], 6) for row in owners],
    }
    connection.execute(
        text(named_sql("geotags.store", "results_measure")), {"release_id": release_id} | columns
    )


def reason_columns(of_rows: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """The different sets of reasons, as one JSON array, and which of them each row has: there are few."""
    which: dict[tuple[tuple[str, str], ...], int] = {}
    rows = [which.setdefault(tuple(sorted(reasons.items())), len(which)) for reasons in of_rows]
    return {"reasons": json.dumps([dict(one) for one in which]), "which_reasons": rows}


def write_findings(
    connection: Connection,
    campaign_id: int,
    release_id: int,
    found: Sequence[tuple[Owner, Finding, int | None]],
) -> None:
    """Write findings, each with its geotag and the cluster it belongs to, in the caller's transaction."""
    if not found:
        return
    columns: dict[str, Any] = _owned(owner for owner, _, _ in found) | {
        "check_code": [finding.check.code for _, finding, _ in found],
        "check_version": [finding.check.version for _, finding, _ in found],
        "severity": [finding.severity.word for _, finding, _ in found],
        "distance_m": [finding.distance_m for _, finding, _ in found],
        "probability": [finding.probability for _, finding, _ in found],
        "evidence": json.dumps([finding.evidence for _, finding, _ in found]),
        "cluster_id": [cluster_id for _, _, cluster_id in found],
    }
    bound = {"campaign_id": campaign_id, "release_id": release_id}
    connection.execute(text(named_sql("geotags.store", "findings_insert")), bound | columns)


def _owned(owners: Iterable[Owner]) -> dict[str, list[Any]]:
    """One array per column: arrays pass row policies, which COPY does not."""
    all_of_them = list(owners)
    return {
        "province": [one.province for one in all_of_them],
        "geotag_id": [one.geotag_id for one in all_of_them],
        "assigned_area": [one.assigned_area for one in all_of_them],
        "key_id": [one.key_id for one in all_of_them],
    }


def finding_items(connection: Connection, campaign_id: int) -> list[tuple[str, str, str]]:
    """Item, check code and severity of every finding of current geotags."""
    rows = connection.execute(text(named_sql("geotags.store", "finding_items")), {"campaign_id": campaign_id})
    return [(row.item_id, row.check_code, row.severity) for row in rows]


def _rounded(value: float, digits: int) -> float | None:
    return round(float(value), digits) if np.isfinite(value) else None
