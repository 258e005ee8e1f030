"""Groups of stored geotags: those of a household, an enumerator, a place, an area.

A batch judges the small groups that it touched at once, in its own transaction, so that its answer knows
of them. Large ones, areas and squares wait in a table until nothing more comes for a moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, text

from boundaries.store.engine import named_sql
from geo.checks.duplicate_coordinate import CHECK as DUPLICATE_COORDINATE
from geo.checks.near import halo_deg, strips
from geo.checks.protocol import Check, Scope
from geo.checks.registry import CHECKS
from geo.frame import Frame
from geo.geotags import Geotags
from geotags.store.campaigns import Campaign
from geotags.store.current import geotags_of_rows
from geotags.store.judged import Judged, Rows, judge, said_by
from geotags.store.results import Said

MOST_AT_ONCE = 500
"""Geotags of one group that are judged while a device waits: a market has ten thousand at one place."""

SQL_OF_SCOPE = {
    Scope.HOUSEHOLD: "geotags_of_households",
    Scope.ENUMERATOR: "geotags_of_enumerators",
    Scope.AREA: "geotags_of_areas",
}

Group = tuple[Scope, str]
"""A scope and the key of a group of it."""


@dataclass
class Touched:
    """The groups that gained or lost a geotag, and the geotags that are in no group of a scope."""

    groups: set[Group] = field(default_factory=set)
    places: set[tuple[int, int]] = field(default_factory=set)
    """Coordinate keys."""
    alone: dict[Scope, list[int]] = field(default_factory=dict)
    provinces: set[str] = field(default_factory=set)
    left: dict[int, str] = field(default_factory=dict)
    """Geotags that are not current any more, each with its province."""

    def gain(self, geotags: Geotags, usable: np.ndarray, ids: dict[int, int]) -> None:
        """Geotags of a batch, by row, that are the current ones of their items."""
        rows = list(ids)
        for scope, column in (
            (Scope.HOUSEHOLD, geotags.household_key),
            (Scope.ENUMERATOR, geotags.enumerator_id),
            (Scope.AREA, geotags.assigned_area),
        ):
            for row in rows:
                key = column[row].as_py()
                if key:
                    self.groups.add((scope, key))
                else:
                    self.alone.setdefault(scope, []).append(ids[row])
        there = [row for row in rows if usable[row]]
        self.groups |= squares_of(geotags.lon[there], geotags.lat[there])
        self.alone.setdefault(Scope.PLACE, []).extend(ids[row] for row in rows if not usable[row])

    def lose(self, left: Iterable[Row[Any]]) -> None:
        """Geotags that are not current any more."""
        for row in left:
            self.left[row.id] = row.province
            pairs = (
                (Scope.HOUSEHOLD, row.household_key),
                (Scope.ENUMERATOR, row.enumerator_id),
                (Scope.AREA, row.assigned_area),
            )
            self.groups.update((scope, key) for scope, key in pairs if key)
            if row.lon_key is not None:
                self.places.add((row.lon_key, row.lat_key))
                self.groups |= squares_of(np.array([row.lon]), np.array([row.lat]))


def squares_of(lon: np.ndarray, lat: np.ndarray) -> set[Group]:
    """The squares of 0.01 degree that places (n,), (n,) lie in, and those whose geotags can feel them."""
    reach_lon, reach_lat = halo_deg(lat)
    found: set[Group] = set()
    for east in (-1, 0, 1):
        for north in (-1, 0, 1):
            columns, rows = strips(lon + east * reach_lon), strips(lat + north * reach_lat)
            found.update(
                (Scope.PLACE, f"{c} {r}") for c, r in zip(columns.tolist(), rows.tolist(), strict=True)
            )
    return found


def checks_of(campaign: Campaign, scope: Scope) -> list[Check]:
    """The checks of a scope that the campaign's ruleset has on."""
    return [check for check in CHECKS if check.scope is scope and campaign.ruleset.is_on(check.code)]


def judge_touched(
    connection: Connection, campaign: Campaign, frame: Frame, touched: Touched, *, at_once: bool = True
) -> dict[int, Said]:
    """What the small groups that were touched say of their geotags, by identity; the rest is left waiting.

    With ``at_once`` False all groups wait: nobody reads an answer. In the caller's transaction, which holds
    the campaign's lock; ``write_said`` is up to the caller.
    """
    if not at_once:
        wait(connection, campaign, touched.groups)
        return said_by(judge_alone(connection, campaign, frame, touched))
    waiting = {group for group in touched.groups if group[0] in (Scope.AREA, Scope.PLACE)}
    wanted: list[tuple[Rows, list[Check]]] = []
    for scope in (Scope.HOUSEHOLD, Scope.ENUMERATOR):
        keys = sorted(key for of, key in touched.groups if of is scope)
        rows = geotags_of_groups(connection, campaign, scope, keys, MOST_AT_ONCE)
        kept, crowded = _without_crowded(rows, MOST_AT_ONCE)
        waiting |= {(scope, key) for key in crowded}
        wanted.append((kept, checks_of(campaign, scope)))
    if campaign.ruleset.is_on(DUPLICATE_COORDINATE.code):
        rows = _at_places(connection, campaign, sorted(touched.places))
        kept, _ = _without_crowded(rows, MOST_AT_ONCE)  # the square that they lie in waits anyway
        wanted.append((kept, [DUPLICATE_COORDINATE]))
    judged = _judge_each(campaign, frame, wanted)
    judged += judge_alone(connection, campaign, frame, touched)
    wait(connection, campaign, waiting)
    return said_by([one for one in judged if one.rows])


def _judge_each(campaign: Campaign, frame: Frame, wanted: Sequence[tuple[Rows, list[Check]]]) -> list[Judged]:
    """Most rows are in several of the sets: each is read once."""
    row_of_id = {row.id: row for rows, _ in wanted for row in rows}
    position = {geotag_id: number for number, geotag_id in enumerate(row_of_id)}
    geotags = geotags_of_rows(list(row_of_id.values()))
    judged = []
    for rows, checks in wanted:
        taken = geotags.take(np.array([position[row.id] for row in rows], np.int64))
        judged.append(judge(campaign, frame, rows, checks, geotags=taken))
    return judged


def judge_alone(connection: Connection, campaign: Campaign, frame: Frame, touched: Touched) -> list[Judged]:
    """Geotags that are in no group: without a household, an enumerator or a place."""
    judged = []
    for scope, ids in touched.alone.items():
        if ids:
            listed = {"ids": ids, "provinces": sorted(touched.provinces)}
            rows = connection.execute(_sql("geotags_of_ids"), listed).all()
            judged.append(judge(campaign, frame, rows, checks_of(campaign, scope)))
    return judged


def wait(connection: Connection, campaign: Campaign, groups: Iterable[Group]) -> None:
    """Have some groups judged soon."""
    listed = sorted(group for group in groups if checks_of(campaign, group[0]))
    columns = {"scopes": [scope.value for scope, _ in listed], "keys": [key for _, key in listed]}
    connection.execute(_sql("groups_wait"), {"campaign_id": campaign.campaign_id} | columns)


def geotags_of_groups(
    connection: Connection, campaign: Campaign, scope: Scope, keys: Sequence[str], most: int
) -> Rows:
    """The current geotags of some groups, of each at most one more than ``most``."""
    if not keys:
        return []
    bound = {"campaign_id": campaign.campaign_id, "keys": list(keys), "most": most}
    return connection.execute(_sql(SQL_OF_SCOPE[scope]), bound).all()


def _at_places(connection: Connection, campaign: Campaign, places: Sequence[tuple[int, int]]) -> Rows:
    if not places:
        return []
    bound = {
        "campaign_id": campaign.campaign_id,
        "lon_keys": [lon for lon, _ in places],
        "lat_keys": [lat for _, lat in places],
        "most": MOST_AT_ONCE,
    }
    return connection.execute(_sql("geotags_of_places"), bound).all()


def _without_crowded(rows: Rows, most: int) -> tuple[list[Row[Any]], set[str]]:
    """The rows of groups of at most ``most``, and the keys of the other groups."""
    sizes: dict[str, int] = {}
    for row in rows:
        sizes[row.group_key] = sizes.get(row.group_key, 0) + 1
    crowded = {key for key, size in sizes.items() if size > most}
    return [row for row in rows if row.group_key not in crowded], crowded


def _sql(name: str) -> Any:
    return text(named_sql("geotags.store", name))
