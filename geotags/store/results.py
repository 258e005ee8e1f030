"""Results and findings of geotags: written in bulk, replaced when a geotag is checked again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import numpy as np
from sqlalchemy import Connection, text

from boundaries.store.engine import copying, named_sql
from geo.checks.duplicate_coordinate import CHECK as DUPLICATE_COORDINATE
from geo.checks.protocol import Severity
from geo.engine import Checked, Finding, Verdict, roll_up

_COPY_RESULTS = (
    "COPY geotag_results (province, geotag_id, campaign_id, release_id, verdict, distance_m, probability,"
    " not_assessed) FROM STDIN"
)
_COPY_FINDINGS = (
    "COPY findings (province, geotag_id, campaign_id, release_id, check_code, check_version, severity,"
    " distance_m, probability, evidence, cluster_id) FROM STDIN"
)


def delete_results(connection: Connection, campaign_id: int, codes: list[str]) -> None:
    """Before all current geotags of a campaign are checked again: away with what the checks said."""
    bound = {"campaign_id": campaign_id}
    connection.execute(text(named_sql("geotags.store", "results_delete")), bound)
    connection.execute(
        text(named_sql("geotags.store", "findings_of_current_delete")), bound | {"codes": codes}
    )


def write_results(
    connection: Connection,
    campaign_id: int,
    release_id: int,
    checked: Checked,
    ids: Mapping[int, int],
    provinces: Mapping[int, str],
) -> None:
    """Write results and findings of the geotags whose rows ``ids`` maps to their identity.

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
    with copying(connection, _COPY_RESULTS) as copy:
        for row, geotag_id in ids.items():
            copy.write_row(
                (
                    provinces[row],
                    geotag_id,
                    campaign_id,
                    release_id,
                    Verdict(int(verdicts[row])).word,
                    _rounded(membership.distance_m[row], 3),
                    _rounded(membership.probability[row], 6),
                    json.dumps(not_assessed[row]),
                )
            )
    rows = ((finding, None) for finding in checked.findings() if finding.row in ids)
    copy_findings(connection, campaign_id, release_id, rows, ids, provinces)


def copy_findings(
    connection: Connection,
    campaign_id: int,
    release_id: int,
    findings: Iterable[tuple[Finding, int | None]],
    ids: Mapping[int, int],
    provinces: Mapping[int, str],
) -> None:
    """Write findings, each with the cluster it belongs to, in the caller's transaction."""
    with copying(connection, _COPY_FINDINGS) as copy:
        for finding, cluster_id in findings:
            copy.write_row(
                (
                    provinces[finding.row],
                    ids[finding.row],
                    campaign_id,
                    release_id,
                    finding.check.code,
                    finding.check.version,
                    finding.severity.word,
                    finding.distance_m,
                    finding.probability,
                    json.dumps(finding.evidence),
                    cluster_id,
                )
            )


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
