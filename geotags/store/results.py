"""Results and findings of geotags: written in bulk, replaced when a geotag is checked again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from boundaries.store.engine import named_sql
from geo.engine import Checked, Finding, Verdict

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

    ``checked`` holds the checks that need no other geotag; the others are for ``geotags.store.groups``.
    """
    membership, verdicts = checked.membership, checked.verdicts()
    not_assessed = checked.not_assessed()
    rows = list(owners)
    columns = _owned(owners.values()) | {
        "verdict": [Verdict(int(verdicts[row])).word for row in rows],
        "distance_m": [_rounded(membership.distance_m[row], 3) for row in rows],
        "probability": [_rounded(membership.probability[row], 6) for row in rows],
        "not_assessed": [json.dumps(not_assessed[row]) for row in rows],
    }
    bound = {"campaign_id": campaign_id, "release_id": release_id}
    connection.execute(text(named_sql("geotags.store", "results_insert")), bound | columns)
    found = [(owners[f.row], f, None) for f in checked.findings() if f.row in owners]
    write_findings(connection, campaign_id, release_id, found)


def write_findings(
    connection: Connection,
    campaign_id: int,
    release_id: int,
    found: Sequence[tuple[Owner, Finding, int | None]],
) -> None:
    """Write findings, each with its geotag and the cluster it belongs to, in the caller's transaction."""
    if not found:
        return
    columns = _owned(owner for owner, _, _ in found) | {
        "check_code": [finding.check.code for _, finding, _ in found],
        "check_version": [finding.check.version for _, finding, _ in found],
        "severity": [finding.severity.word for _, finding, _ in found],
        "distance_m": [finding.distance_m for _, finding, _ in found],
        "probability": [finding.probability for _, finding, _ in found],
        "evidence": [json.dumps(finding.evidence) for _, finding, _ in found],
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
