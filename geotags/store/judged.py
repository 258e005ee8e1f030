"""Checks that look at other geotags: what they say of stored ones is compared with what was said before.

Only what changed is written: a finding that stands stays the row that it is, with the release of that day.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, text

from boundaries.store.engine import named_sql
from geo.checks.protocol import Check, Outcome, Scope, Severity
from geo.checks.registry import CHECKS
from geo.engine import Checked, Finding, check_geotags, verdict_of
from geo.frame import Frame
from geo.geotags import Geotags
from geotags.store.campaigns import Campaign
from geotags.store.current import geotags_of_rows, owners_of
from geotags.store.results import Owner, Said, reason_columns, write_findings

Rows = Sequence[Row[Any]]

# Without a list of photos there is nothing to bring together: those checks say so of each record.
ALONE = tuple(check for check in CHECKS if check.scope in (Scope.RECORD, Scope.PHOTO))


@dataclass(frozen=True)
class Judged:
    """Some rows of stored geotags with what some checks say of them; ``own`` are those it is said of.

    The others were looked at because their neighbours depend on them.
    """

    rows: Rows
    own: frozenset[int]
    checked: Checked


def judge(
    campaign: Campaign,
    frame: Frame,
    rows: Rows,
    checks: Iterable[Check],
    own: Iterable[int] | None = None,
    geotags: Geotags | None = None,
) -> Judged:
    """Run ``checks`` over whole groups of stored geotags. ``own`` are places in ``rows``; all by default.

    ``geotags`` are those of the rows where they were made before.
    """
    geotags = geotags_of_rows(rows) if geotags is None else geotags
    checked = check_geotags(geotags, frame, campaign.level, campaign.ruleset, checks)
    return Judged(rows, frozenset(range(len(rows)) if own is None else own), checked)


def said_by(judged: Sequence[Judged]) -> dict[int, Said]:
    """What ``judged`` says of its own rows, by identity of the geotag. Several may be about one geotag, each
    with checks of its own."""
    said: dict[int, Said] = {}
    for one in judged:
        owners = owners_of(one.rows)
        of_row = {}
        for row in sorted(one.own):
            household = one.rows[row].household_key or f"\x1f{one.rows[row].item_id}"
            of = said.setdefault(owners[row].geotag_id, Said(owners[row], household))
            of.codes |= one.checked.outcomes.keys()
            of_row[row] = of
        for code, outcomes in one.checked.outcomes.items():
            for row in np.flatnonzero(outcomes.outcome == Outcome.NOT_ASSESSED).tolist():
                if row in of_row:
                    of_row[row].not_assessed[code] = outcomes.reasons[int(outcomes.reason[row])]
        for finding in one.checked.findings():
            if finding.row in of_row:
                of_row[finding.row].findings.append(finding)
    return said


def write_said(
    connection: Connection,
    campaign: Campaign,
    release_id: int,
    said: Mapping[int, Said],
    new: Sequence[Said] = (),
    left: Mapping[int, str] = MappingProxyType({}),
) -> None:
    """Bring findings, clusters and verdicts of stored geotags to what is said of them.

    ``new`` are geotags of which nothing was said before; their results are written by the caller.
    ``left`` are geotags that were current a moment ago, each with its province: their findings become
    history. Runs in the caller's transaction, which holds the campaign's lock.
    """
    change = _changes(connection, said)
    change.findings += [(one.owner, finding) for one in new for finding in one.findings]
    left_clusters: list[int] = []
    if change.gone or left:
        provinces = sorted(change.provinces.union(left.values()))
        gone = {"ids": change.gone, "provinces": provinces, "left_ids": list(left)}
        left_clusters = sorted(connection.execute(_sql("findings_end"), gone).scalars())
    everybody = [*said.values(), *new]
    clusters = _write_clusters(connection, campaign.campaign_id, everybody, change.findings)
    pairs = [(owner, finding, clusters.get(_cluster(finding))) for owner, finding in change.findings]
    write_findings(connection, campaign.campaign_id, release_id, pairs)
    if change.verdicts:
        provinces, ids, verdicts, reasons = zip(*change.verdicts, strict=True)
        columns = {"province": list(provinces), "geotag_id": list(ids), "verdict": list(verdicts)}
        connection.execute(_sql("verdicts_update"), columns | reason_columns(reasons))
    if left_clusters:
        connection.execute(_sql("clusters_delete"), {"ids": left_clusters})


@dataclass
class _Change:
    """What is to be written."""

    gone: list[int] = field(default_factory=list)
    """Identities of findings."""
    provinces: set[str] = field(default_factory=set)
    findings: list[tuple[Owner, Finding]] = field(default_factory=list)
    verdicts: list[tuple[Any, ...]] = field(default_factory=list)


def _changes(connection: Connection, said: Mapping[int, Said]) -> _Change:
    change = _Change(provinces={one.owner.province for one in said.values()})
    if not said:
        return change
    asked = {"ids": list(said), "provinces": sorted(change.provinces)}
    for row in connection.execute(_sql("results_of"), asked):
        one = said[row.geotag_id]
        kept, lost, added = _compare(row.findings, one)
        change.gone += [finding["id"] for finding in lost]
        change.findings += [(one.owner, finding) for finding in added]
        worst = max([*kept, *(int(finding.severity) for finding in added)], default=0)
        verdict = verdict_of(worst, row.undecided).word
        reasons = {c: r for c, r in row.not_assessed.items() if c not in one.codes} | one.not_assessed
        if verdict != row.verdict or reasons != row.not_assessed:
            change.verdicts.append((row.province, row.geotag_id, verdict, reasons))
    return change


def _compare(
    before: list[dict[str, Any]], one: Said
) -> tuple[list[int], list[dict[str, Any]], list[Finding]]:
    """Severities that stay, stored findings that go, findings that come."""
    now = {finding.check.code: finding for finding in one.findings}
    kept: list[int] = []
    lost: list[dict[str, Any]] = []
    for stored in before:
        severity = int(Severity[stored["severity"].upper()])
        if stored["check_code"] not in one.codes:
            kept.append(severity)
            continue
        finding = now.get(stored["check_code"])
        if finding is not None and _same(stored, finding):
            kept.append(severity)
            del now[stored["check_code"]]
        else:
            lost.append(stored)
    return kept, lost, list(now.values())


def _same(stored: dict[str, Any], finding: Finding) -> bool:
    return (
        stored["severity"] == finding.severity.word
        and stored["check_version"] == finding.check.version
        and stored["distance_m"] == finding.distance_m
        and stored["probability"] == finding.probability
        and stored["evidence"] == json.loads(json.dumps(finding.evidence))
    )


def _cluster(finding: Finding) -> tuple[str, str]:
    return finding.check.code, finding.evidence.get("cluster_key", "")


def _write_clusters(
    connection: Connection,
    campaign_id: int,
    said: Iterable[Said],
    new: Iterable[tuple[Owner, Finding]],
) -> dict[tuple[str, str], int]:
    """One row per cluster that a new finding names, however many members; identities by code and key.

    A cluster's findings all change when its size does, so those of a cluster that is not named stand.
    """
    wanted = {_cluster(finding) for _, finding in new if "cluster_key" in finding.evidence}
    if not wanted:
        return {}
    members: dict[tuple[str, str], list[tuple[str, Severity]]] = {}
    for one in said:
        for finding in one.findings:
            if _cluster(finding) in wanted:
                members.setdefault(_cluster(finding), []).append((one.household, finding.severity))
    names = sorted(members)
    columns = {
        "check_codes": [code for code, _ in names],
        "cluster_keys": [key for _, key in names],
        "n_geotags": [len(members[name]) for name in names],
        "n_households": [len({household for household, _ in members[name]}) for name in names],
        "severities": [max(severity for _, severity in members[name]).word for name in names],
    }
    rows = connection.execute(_sql("clusters_upsert"), {"campaign_id": campaign_id} | columns)
    return {(row.check_code, row.cluster_key): row.id for row in rows}


def _sql(name: str) -> Any:
    return text(named_sql("geotags.store", name))
