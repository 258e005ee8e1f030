"""Results and findings of geotags: written in bulk, replaced when a geotag is checked again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from boundaries.store.engine import named_sql
from geo.checks.duplicate_coordinate import CHECK as DUPLICATE_COORDINATE
from geo.checks.protocol import Severity
from geo.engine import Checked, Finding, Verdict, roll_up

Owners = Mapping[int, "Owner"]
"""Row of a batch -> what its result and findings take over from its geotag."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The geotag of a row: its identity, and what the row policies read."""

    geotag_id: int
    province: str
    assigned_area: str
    key_id: int | None


def delete_results(connection: Connection, campaign_id: int, codes: list[str]) -> None:
    """Before all current geotags of a campaign are checked again: away with what the checks said."""
    bound = {"campaign_id": campaign_id}
    connection.execute(text(named_sql("geotags.store", "results_delete")), bound)
    connection.execute(
        text(named_sql("geotags.store", "findings_of_current_delete")), bound | {"codes": codes}
    )


def write_results(
    connection: Connection, campaign_id: int, release_id: int, checked: Checked, owners: Owners
) -> None:
    """Write results and findings of the geotags whose rows ``owners`` names.

    ``checked`` holds the checks that need no other geotag. Duplicates are left to
    ``geotags.store.clusters``, which sees the whole campaign; a geotag without a usable coordinate
    has no place there, and this is said here. Other checks that look at other geotags are not run in a
    database (``geotags.run.STORED_CHECKS``) and have no outcome.
    """
    membership, verdicts = checked.membership, checked.verdicts()
    not_assessed = checked.not_assessed()
    if checked.ruleset.is_on(DUPLICATE_COORDINATE.code):
        for row in np.flatnonzero(~checked.subject.usable).tolist():
            not_assessed[row][DUPLICATE_COORDINATE.code] = "coordinate_unusable"
    rows = list(owners)
    columns = _owned(owners.values()) | {
        "verdict": [Verdict(int(verdicts[row])).word for row in rows],
        "distance_m": [_rounded(membership.distance_m[row], 3) for row in rows],
        "probability": [_rounded(membership.probability[row], 6) for row in rows],
        "not_assessed": [json.dumps(not_assessed[row]) for row in rows],
    }
    bound = {"campaign_id": campaign_id, "release_id": release_id}
    connection.execute(text(named_sql("geotags.store", "results_insert")), bound | columns)
    found = ((finding, None) for finding in checked.findings() if finding.row in owners)
    write_findings(connection, campaign_id, release_id, found, owners)


def write_findings(
    connection: Connection,
    campaign_id: int,
    release_id: int,
    findings: Iterable[tuple[Finding, int | None]],
    owners: Owners,
) -> None:
    """Write findings, each with the cluster it belongs to, in the caller's transaction."""
    pairs = list(findings)
    if not pairs:
        return
    columns = _owned(owners[finding.row] for finding, _ in pairs) | {
        "check_code": [finding.check.code for finding, _ in pairs],
        "check_version": [finding.check.version for finding, _ in pairs],
        "severity": [finding.severity.word for finding, _ in pairs],
        "distance_m": [finding.distance_m for finding, _ in pairs],
        "probability": [finding.probability for finding, _ in pairs],
        "evidence": [json.dumps(finding.evidence) for finding, _ in pairs],
        "cluster_id": [cluster_id for _, cluster_id in pairs],
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


def update_verdicts(
    connection: Connection,
    ids: list[int],
    provinces: list[str],
    reasons: Mapping[int, Mapping[str, str | None]],
) -> None:
    """Roll verdicts up anew after findings of clustered checks changed.

    ``reasons`` gives, per geotag, check codes with why they were not assessed (None: assessed now).
    """
    rows = connection.execute(
        text(named_sql("geotags.store", "results_of")), {"ids": ids, "provinces": provinces}
    ).all()
    if not rows:
        return
    worst = np.array(
        [max((Severity[s.upper()] for s in row.severities), default=0) for row in rows], np.uint8
    )
    verdicts = roll_up(worst, np.array([row.undecided for row in rows]))
    updates = []
    for row, verdict in zip(rows, verdicts.tolist(), strict=True):
        packed = {**row.not_assessed, **reasons.get(row.geotag_id, {})}
        updates.append(
            {
                "verdict": Verdict(verdict).word,
                "not_assessed": json.dumps({code: reason for code, reason in packed.items() if reason}),
                "province": row.province,
                "geotag_id": row.geotag_id,
            }
        )
    connection.execute(text(named_sql("geotags.store", "verdict_update")), updates)


def finding_items(connection: Connection, campaign_id: int) -> list[tuple[str, str, str]]:
    """Item, check code and severity of every finding of current geotags."""
    rows = connection.execute(text(named_sql("geotags.store", "finding_items")), {"campaign_id": campaign_id})
    return [(row.item_id, row.check_code, row.severity) for row in rows]


def _rounded(value: float, digits: int) -> float | None:
    return round(float(value), digits) if np.isfinite(value) else None
