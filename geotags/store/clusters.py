"""Duplicates within a campaign: SQL brings every geotag at the places that changed, Python decides."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from sqlalchemy import Connection, text

from boundaries.store.engine import named_sql
from geo.checks.duplicate_coordinate import CHECK as DUPLICATE_COORDINATE
from geo.checks.duplicate_coordinate import cluster_key
from geo.checks.protocol import Outcome
from geo.engine import Finding, check_geotags
from geo.frame import Frame
from geotags.store.campaigns import Campaign
from geotags.store.current import geotags_of_rows, owners_of
from geotags.store.results import update_verdicts, write_findings

_PLACES_AT_ONCE = 20_000
_CODE = DUPLICATE_COORDINATE.code


def refresh_duplicates(
    connection: Connection,
    campaign: Campaign,
    release_id: int,
    frame: Frame,
    places: set[tuple[int, int]],
    left: AbstractSet[tuple[int, int]] = frozenset(),
) -> None:
    """Judge the duplicates at some places (coordinate keys) again, from all current geotags there.

    At ``places`` a single geotag has no outcome that could change, unless another has ``left`` it.
    """
    if not campaign.ruleset.is_on(_CODE):
        return
    ordered = sorted(places | left)
    for start in range(0, len(ordered), _PLACES_AT_ONCE):
        _refresh(connection, campaign, release_id, frame, ordered[start : start + _PLACES_AT_ONCE], left)


def _refresh(
    connection: Connection,
    campaign: Campaign,
    release_id: int,
    frame: Frame,
    places: list[tuple[int, int]],
    left: AbstractSet[tuple[int, int]],
) -> None:
    keys = [cluster_key(*place) for place in places]
    bound = {"campaign_id": campaign.campaign_id, "check_code": _CODE}
    listed = {
        "lon_keys": [lon for lon, _ in places],
        "lat_keys": [lat for _, lat in places],
        "cluster_keys": keys,
        "have_left": [place in left for place in places],
    }
    rows = connection.execute(text(named_sql("geotags.store", "geotags_at_places")), bound | listed).all()
    checked = check_geotags(
        geotags_of_rows(rows), frame, campaign.level, campaign.ruleset, [DUPLICATE_COORDINATE]
    )
    found = list(checked.findings())
    standing = {finding.evidence["cluster_key"] for finding in found}
    connection.execute(
        text(named_sql("geotags.store", "clusters_delete")),
        bound | {"gone": [key for key in keys if key not in standing]},
    )
    if not rows:
        return
    owners = owners_of(rows)
    touched = {
        "ids": [owner.geotag_id for owner in owners.values()],
        "provinces": sorted({owner.province for owner in owners.values()}),
    }
    connection.execute(text(named_sql("geotags.store", "findings_delete")), touched | {"codes": [_CODE]})
    cluster_ids = _write_clusters(connection, campaign.campaign_id, found)
    members = ((finding, cluster_ids[finding.evidence["cluster_key"]]) for finding in found)
    write_findings(connection, campaign.campaign_id, release_id, members, owners)
    outcomes = checked.outcomes[_CODE]
    reasons: dict[int, dict[str, str | None]] = {}
    for row, owner in owners.items():
        missed = outcomes.outcome[row] == Outcome.NOT_ASSESSED
        reasons[owner.geotag_id] = {_CODE: outcomes.reasons[int(outcomes.reason[row])] if missed else None}
    update_verdicts(connection, touched["ids"], touched["provinces"], reasons)


def _write_clusters(connection: Connection, campaign_id: int, found: list[Finding]) -> dict[str, int]:
    """One row per cluster, however many members; returns the clusters' identities by key."""
    upsert = text(named_sql("geotags.store", "cluster_upsert"))
    clusters = {finding.evidence["cluster_key"]: finding for finding in found}
    return {
        key: connection.execute(
            upsert,
            {
                "campaign_id": campaign_id,
                "check_code": _CODE,
                "cluster_key": key,
                "n_geotags": finding.evidence["geotags"],
                "n_households": finding.evidence["households"],
                "severity": finding.severity.word,
            },
        ).scalar_one()
        for key, finding in clusters.items()
    }
