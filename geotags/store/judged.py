"""Checks that look at other geotags: what they say of stored ones is compared with what was said before.

Only what changed is written: a finding that stands stays the row that it is, with the release of that day.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, text

from boundaries.store.engine import named_sql
from geo.checks.protocol import Check, Outcome, Severity
from geo.engine import Checked, Finding, Verdict, check_geotags, roll_up
from geo.frame import Frame
from geotags.store.campaigns import Campaign
from geotags.store.current import geotags_of_rows, owners_of
from geotags.store.results import Owner, write_findings

Rows = Sequence[Row[Any]]


@dataclass(frozen=True)
class Judged:
    """Some rows of stored geotags with what some checks say of them; ``own`` are those it is said of.

    The others were looked at because their neighbours depend on them.
    """

    rows: Rows
    own: frozenset[int]
    checked: Checked


def judge(
    campaign: Campaign, frame: Frame, rows: Rows, checks: Iterable[Check], own: Iterable[int] | None = None
) -> Judged:
    """Run ``checks`` over whole groups of stored geotags. ``own`` are places in ``rows``; all by default."""
    geotags = geotags_of_rows(rows)
    checked = check_geotags(geotags, frame, campaign.level, campaign.ruleset, checks)
    return Judged(rows, frozenset(range(len(rows)) if own is None else own), checked)


@dataclass
class _Said:
    """What was said of one geotag, and what is to be said now."""

    owner: Owner
    household: str
    findings: list[tuple[Finding, str | None]] = field(default_factory=list)
    """Each with the key of its cluster, if it is of one."""
    codes: set[str] = field(default_factory=set)
    """The checks that were run."""
    not_assessed: dict[str, str] = field(default_factory=dict)


def write_judged(
    connection: Connection,
    campaign: Campaign,
    release_id: int,
    judged: Sequence[Judged],
    left_ids: Sequence[int] = (),
) -> None:
    """Bring findings, clusters and verdicts of the own rows of ``judged`` to what it says.

    Several may be about one geotag, each with checks of its own. ``left_ids`` are geotags that were current
    a moment ago. Runs in the caller's transaction, which holds the campaign's lock.
    """
    said = _said(judged)
    left_clusters = _write_said(connection, campaign, release_id, said) if said else set()
    if left_clusters or left_ids:
        left = {"ids": sorted(left_clusters), "left_ids": list(left_ids)}
        connection.execute(_sql("clusters_delete"), left)


def _write_said(
    connection: Connection, campaign: Campaign, release_id: int, said: dict[int, _Said]
) -> set[int]:
    """The clusters that lost a finding."""
    asked = {"ids": list(said), "provinces": sorted({one.owner.province for one in said.values()})}
    stored = connection.execute(text(named_sql("geotags.store", "results_of")), asked).all()
    gone: list[int] = []
    left_clusters: set[int] = set()
    new: list[tuple[Owner, Finding, str | None]] = []
    verdicts: list[tuple[Any, ...]] = []
    for row in stored:
        one = said[row.geotag_id]
        kept, lost, added = _compare(row.findings, one)
        gone += [finding["id"] for finding in lost]
        left_clusters.update(f["cluster_id"] for f in lost if f["cluster_id"] is not None)
        new += [(one.owner, finding, key) for finding, key in added]
        worst = max([*kept, *(int(finding.severity) for finding, _ in added)], default=0)
        verdict = Verdict(int(roll_up(np.array([worst], np.uint8), np.array([row.undecided]))[0])).word
        reasons = {c: r for c, r in row.not_assessed.items() if c not in one.codes} | one.not_assessed
        if verdict != row.verdict or reasons != row.not_assessed:
            verdicts.append((row.province, row.geotag_id, verdict, json.dumps(reasons)))
    if gone:
        provinces = asked["provinces"]
        connection.execute(_sql("findings_delete"), {"ids": gone, "provinces": provinces})
    clusters = _write_clusters(connection, campaign.campaign_id, said.values(), new)
    _insert(connection, campaign.campaign_id, release_id, new, clusters)
    if verdicts:
        names = ("province", "geotag_id", "verdict", "not_assessed")
        columns = dict(zip(names, map(list, zip(*verdicts, strict=True)), strict=True))
        connection.execute(_sql("verdicts_update"), columns)
    return left_clusters


def _said(judged: Sequence[Judged]) -> dict[int, _Said]:
    said: dict[int, _Said] = {}
    for one in judged:
        owners = owners_of(one.rows)
        of_row = {}
        for row in sorted(one.own):
            household = one.rows[row].household_key or f"\x1f{one.rows[row].item_id}"
            of_row[row] = said.setdefault(owners[row].geotag_id, _Said(owners[row], household))
        for code, outcomes in one.checked.outcomes.items():
            missed = outcomes.outcome == Outcome.NOT_ASSESSED
            for row, of in of_row.items():
                of.codes.add(code)
                if missed[row]:
                    of.not_assessed[code] = outcomes.reasons[int(outcomes.reason[row])]
        for finding in one.checked.findings():
            if finding.row in of_row:
                of_row[finding.row].findings.append((finding, finding.evidence.get("cluster_key")))
    return said


def _compare(
    before: list[dict[str, Any]], one: _Said
) -> tuple[list[int], list[dict[str, Any]], list[tuple[Finding, str | None]]]:
    """Severities that stay, stored findings that go, findings that come."""
    now = {finding.check.code: (finding, key) for finding, key in one.findings}
    kept: list[int] = []
    lost: list[dict[str, Any]] = []
    for stored in before:
        severity = int(Severity[stored["severity"].upper()])
        if stored["check_code"] not in one.codes:
            kept.append(severity)
            continue
        pair = now.get(stored["check_code"])
        if pair is not None and _same(stored, pair[0]):
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


def _write_clusters(
    connection: Connection,
    campaign_id: int,
    said: Iterable[_Said],
    new: list[tuple[Owner, Finding, str | None]],
) -> dict[tuple[str, str], int]:
    """One row per cluster that a new finding names, however many members; identities by code and key.

    A cluster's findings all change when its size does, so those of a cluster that is not named stand.
    """
    wanted = {(finding.check.code, key) for _, finding, key in new if key is not None}
    if not wanted:
        return {}
    members: dict[tuple[str, str], list[tuple[str, Severity]]] = {}
    for one in said:
        for finding, key in one.findings:
            if key is not None and (finding.check.code, key) in wanted:
                members.setdefault((finding.check.code, key), []).append((one.household, finding.severity))
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


def _insert(
    connection: Connection,
    campaign_id: int,
    release_id: int,
    new: list[tuple[Owner, Finding, str | None]],
    clusters: dict[tuple[str, str], int],
) -> None:
    pairs = [
        (owner, finding, clusters[finding.check.code, key] if key is not None else None)
        for owner, finding, key in new
    ]
    write_findings(connection, campaign_id, release_id, pairs)


def _sql(name: str) -> Any:
    return text(named_sql("geotags.store", name))
