"""Groups of geotags that wait until nothing more comes for a moment: taken, judged, written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, text

from boundaries.store.engine import named_sql
from boundaries.store.principals import as_checker
from geo.checks.duplicate_coordinate import COORDINATE_KEY_PER_DEGREE
from geo.checks.near import SQUARES_PER_DEG, halo_deg, strips
from geo.checks.protocol import Scope
from geo.frame import Frame
from geotags.store.campaigns import Campaign
from geotags.store.current import geotags_of_rows, owners_of
from geotags.store.groups import SQL_OF_SCOPE, Touched, checks_of, geotags_of_groups, judge_alone, wait
from geotags.store.judged import ALONE, Judged, Rows, judge, said_by, write_said
from geotags.store.rejudging import end_rejudging
from geotags.store.results import measure_again

_EVERY = 2**31


def campaigns_waiting(engine: Engine) -> list[str]:
    """The names of campaigns that have groups waiting."""
    with engine.begin() as connection, as_checker(connection):
        return list(connection.execute(_sql("campaigns_waiting")).scalars())


def count_waiting(engine: Engine, campaign: Campaign) -> int:
    """How many groups of a campaign wait."""
    with engine.begin() as connection, as_checker(connection):
        counted = connection.execute(_sql("groups_waiting"), {"campaign_id": campaign.campaign_id})
        return int(counted.scalar_one())


@dataclass(frozen=True)
class Queue:
    """How much waits in all campaigns: groups by scope, and for how long the oldest."""

    groups: dict[str, int]
    oldest_s: float


def read_queue(engine: Engine) -> Queue:
    """What waits at this moment."""
    with engine.begin() as connection, as_checker(connection):
        rows = connection.execute(_sql("groups_queue")).all()
    groups = {scope.value: 0 for scope in Scope} | {row.scope: row.n for row in rows}
    return Queue(groups, max((row.oldest_s for row in rows), default=0.0))


def judge_waiting(
    connection: Connection,
    campaign: Campaign,
    release_id: int,
    frame: Frame,
    *,
    limit: int,
    quiet_s: float = 0.0,
    most_s: float = 0.0,
) -> int:
    """Judge up to ``limit`` groups that wait and write what they say; returns how many.

    A group is due when nothing came to it for ``quiet_s`` seconds, and after ``most_s`` whatever came. Those
    that a new release concerns come last, a few at a time, and only when ``release_id`` is that release.
    """
    bound = {"campaign_id": campaign.campaign_id, "quiet_s": quiet_s, "most_s": most_s, "limit": limit}
    taken = connection.execute(_sql("groups_take"), bound | {"release_id": release_id}).all()
    again = sorted(row.group_key for row in taken if row.scope == Scope.RECORD)
    rows = geotags_of_groups(connection, campaign, Scope.AREA, again, _EVERY)
    judge_again(connection, campaign, release_id, frame, rows)
    if again:
        end_rejudging(connection, campaign)
    judged: list[Judged] = []
    for scope in SQL_OF_SCOPE:
        keys = sorted(row.group_key for row in taken if row.scope == scope)
        rows = geotags_of_groups(connection, campaign, scope, keys, _EVERY)
        judged.append(judge(campaign, frame, rows, checks_of(campaign, scope)))
    squares = [_Square.of(row.group_key) for row in taken if row.scope == Scope.PLACE]
    if squares:
        judged.append(_judge_squares(connection, campaign, frame, squares))
    write_said(connection, campaign, release_id, said_by([one for one in judged if one.own]))
    return len(taken)


def judge_again(
    connection: Connection, campaign: Campaign, release_id: int, frame: Frame, rows: Rows
) -> None:
    """Judge stored geotags by every check that needs no other geotag, and leave their groups waiting."""
    if not rows:
        return
    geotags, owners = geotags_of_rows(rows), owners_of(rows)
    alone = judge(campaign, frame, rows, ALONE, geotags=geotags)
    measure_again(connection, release_id, alone.checked, owners)
    touched = Touched(provinces={owner.province for owner in owners.values()})
    usable = np.array([row.lon_key is not None for row in rows])
    touched.gain(geotags, usable, {row: owner.geotag_id for row, owner in owners.items()})
    said = said_by([alone, *judge_alone(connection, campaign, frame, touched)])
    write_said(connection, campaign, release_id, said)
    wait(connection, campaign, touched.groups)


@dataclass(frozen=True)
class _Square:
    """A square of 0.01 degree, by its column and row."""

    column: int
    row: int

    @classmethod
    def of(cls, key: str) -> _Square:
        column, row = (int(part) for part in key.split())
        return cls(column, row)

    def box(self) -> tuple[int, int, int, int]:
        """West, south, east and north of the square and of what is near it, as coordinate keys."""
        far_from_equator = (max(abs(self.row), abs(self.row + 1)) + 1) / SQUARES_PER_DEG
        (reach_lon,), reach_lat = halo_deg(np.array([min(far_from_equator, 90.0)]))
        west, south = self.column / SQUARES_PER_DEG, self.row / SQUARES_PER_DEG
        side = 1 / SQUARES_PER_DEG
        edges = (west - reach_lon, south - reach_lat, west + side + reach_lon, south + side + reach_lat)
        lowest_w, lowest_s, highest_e, highest_n = (
            round(degrees * COORDINATE_KEY_PER_DEGREE) for degrees in edges
        )
        return lowest_w, lowest_s, highest_e, highest_n


def _judge_squares(
    connection: Connection, campaign: Campaign, frame: Frame, squares: Sequence[_Square]
) -> Judged:
    names = ("west", "south", "east", "north")
    edges = zip(*(square.box() for square in squares), strict=True)
    boxes = {name: list(values) for name, values in zip(names, edges, strict=True)}
    found = connection.execute(_sql("geotags_of_boxes"), {"campaign_id": campaign.campaign_id} | boxes)
    rows = list({row.id: row for row in found}.values())
    geotags = geotags_of_rows(rows)
    wanted = np.array([(square.column, square.row) for square in squares], np.int64)
    width = 10**6
    inside = np.isin(strips(geotags.lat) * width + strips(geotags.lon), wanted[:, 1] * width + wanted[:, 0])
    own = np.flatnonzero(inside).tolist()
    return judge(campaign, frame, rows, checks_of(campaign, Scope.PLACE), own, geotags)


def _sql(name: str) -> Any:
    return text(named_sql("geotags.store", name))
