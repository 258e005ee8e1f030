"""After a new release the geotags that it concerns are judged again: as if all were loaded only now."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy import Engine

from boundaries.areas import AreaTable
from boundaries.intake import LoadedFile
from boundaries.qa.protocol import CandidateView
from boundaries.qa.registry import run_qa
from boundaries.store.candidates import add_file, find_candidate, read_candidate
from boundaries.store.frames import create_frame
from boundaries.store.qa_runs import store_qa
from boundaries.store.reading import Access, reading
from boundaries.store.releases import ReleaseRecord, open_frame, publish, revert
from geo.levels import Level
from geotags.run import check_campaign, judge_all_waiting, pass_on
from geotags.store.campaigns import Campaign, create_campaign
from geotags.store.rejudging import read_rejudgings

from .world import World, geotag

WEST, SOUTH, SIDE = 115.20, -8.70, 0.01
COLUMNS, ROWS = 24, 2
"""26 km: farther than any search goes."""

Areas = dict[str, shapely.Polygon]


def _code(column: int, row: int) -> str:
    """Six villages of four columns each."""
    return f"5105010{column // 4 + 1:03d}{column % 4 + 1:02d}{row + 1:02d}00"


def _first_areas() -> Areas:
    """Squares, but for a hole in the middle."""
    return {
        _code(column, row): shapely.box(
            *np.round([WEST + SIDE * column, SOUTH + SIDE * row], 6),
            *np.round([WEST + SIDE * (column + 1), SOUTH + SIDE * (row + 1)], 6),
        )
        for column in range(COLUMNS)
        for row in range(ROWS)
        if (column, row) != (13, 1)
    }


def _file(level: Level, areas: Mapping[str, Any]) -> LoadedFile:
    geometries = np.empty(len(areas), dtype=object)
    for row, shape in enumerate(areas.values()):
        geometries[row] = shapely.MultiPolygon(shapely.get_parts(shape).tolist())
    names = [f"RT {code}" for code in areas]
    rows = list(range(1, len(areas) + 1))
    table = AreaTable(level, list(areas), names, [{"dominan": "1"}] * len(areas), rows, geometries)
    return LoadedFile(table, "GeoJSON", "0" * 64, f"{level.value}.geojson")


def _publish(engine: Engine, data_dir: Path, areas: Areas) -> ReleaseRecord:
    villages = {
        code: shapely.set_precision(shapely.union_all([s for c, s in areas.items() if c[:10] == code]), 1e-6)
        for code in sorted({code[:10] for code in areas})
    }
    for file in (_file(Level.DESA, villages), _file(Level.SUBSLS, areas)):
        add_file(engine, "strip", file)
    candidate = find_candidate(engine, "strip")
    view = CandidateView(candidate.frame.scheme, read_candidate(engine, candidate))
    store_qa(engine, candidate, run_qa(view), {})
    return publish(engine, data_dir, "strip", "2025_2", forced_reason="a test of what is found then")


def _rows(seed: int, n: int = 300) -> list[dict[str, Any]]:
    """Geotags all over the strip and around it; some with the wrong code, some typed the wrong way round."""
    dice = random.Random(seed)
    rows = []
    for i in range(n):
        column, row = dice.randrange(COLUMNS), dice.randrange(ROWS)
        lon = WEST + SIDE * (column + dice.uniform(-0.2, 1.2))
        lat = SOUTH + SIDE * (row + dice.uniform(-0.2, 1.2))
        code = _code(column, row)
        if dice.random() < 0.1:
            code = _code(dice.randrange(COLUMNS), row)
        if dice.random() < 0.05:
            code = code[:10] + "9900" + code[14:]
        if dice.random() < 0.05:
            lon, lat = lat, lon
        if dice.random() < 0.05:
            lon, lat = dice.choice([(WEST + SIDE * 2, SOUTH + SIDE), (WEST + SIDE * 6, SOUTH + SIDE)])
        accuracy = dice.choice(["5", "5", "12", "30", "", "150", "700", "3000"])
        more = {
            "accuracy_m": accuracy,
            "household_key": f"h{dice.randrange(n)}",
            "enumerator_id": f"e{i % 7}",
        }
        if dice.random() < 0.2:
            more["source"] = "manual"
        rows.append(geotag(f"i{i}", code, lon, lat, **more))
    return rows


def _split(areas: Areas) -> Areas:
    """The fifth column's lower square becomes two, the upper one of which has a new code."""
    old = areas.pop(_code(4, 0))
    west, south, east, north = old.bounds
    middle = round((south + north) / 2, 6)
    areas[_code(4, 0)[:12] + "0101"] = shapely.box(west, south, east, middle)
    areas[_code(4, 0)[:12] + "0102"] = shapely.box(west, middle, east, north)
    return areas


def _move(areas: Areas) -> Areas:
    """A border moves by 60 m."""
    west, south, east, north = areas[_code(8, 0)].bounds
    moved = round(east + 0.00055, 6)
    areas[_code(8, 0)] = shapely.box(west, south, moved, north)
    areas[_code(9, 0)] = shapely.box(moved, south, areas[_code(9, 0)].bounds[2], north)
    return areas


def _fill(areas: Areas) -> Areas:
    """The hole gets an area."""
    west, south = WEST + SIDE * 13, SOUTH + SIDE
    return areas | {_code(13, 1): shapely.box(*np.round([west, south, west + SIDE, south + SIDE], 6))}


def _drop(areas: Areas) -> Areas:
    """A whole village goes: nobody is assigned there any more."""
    return {code: shape for code, shape in areas.items() if code[:10] != _code(21, 0)[:10]}


def _overlap(areas: Areas) -> Areas:
    """An area grows into its neighbour, whose border stays."""
    west, south, east, north = areas[_code(17, 0)].bounds
    areas[_code(17, 0)] = shapely.box(west, south, round(east + 0.004, 6), north)
    return areas


def _merge(areas: Areas) -> Areas:
    """Two become one under the first one's code."""
    other = areas.pop(_code(1, 1))
    areas[_code(0, 1)] = shapely.set_precision(shapely.union(areas[_code(0, 1)], other), 1e-6)
    return areas


EDITS: tuple[Callable[[Areas], Areas], ...] = (_split, _move, _fill, _drop, _overlap, _merge)


@pytest.fixture
def world(engine: Engine, data_dir: Path) -> World:
    create_frame(engine, "strip", "bps", "ID")
    release = _publish(engine, data_dir, _first_areas())
    return World(engine, data_dir, release, open_frame(engine, data_dir, "strip"))


def _campaign(world: World, name: str) -> Campaign:
    return create_campaign(world.engine, name, "strip", Level.SUBSLS)


def _renew(world: World, release: ReleaseRecord) -> None:
    world.release, world.frame = release, open_frame(world.engine, world.data_dir, "strip", release.number)


def _judge_again(world: World, campaign: Campaign) -> int | None:
    areas = pass_on(world.engine, campaign, world.release.release_id)
    judge_all_waiting(world.engine, campaign, world.frame, world.release.release_id)
    return areas


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__.strip("_"))
def test_after_an_edit_all_is_as_if_loaded_now(world: World, edit: Callable[[Areas], Areas]) -> None:
    rows, campaign = _rows(7), _campaign(world, "before")
    world.load(campaign, rows)
    first = world.outcome(campaign)
    _renew(world, _publish(world.engine, world.data_dir, edit(_first_areas())))
    areas = _judge_again(world, campaign)
    fresh = _campaign(world, "fresh")
    world.load(fresh, rows)
    again, expected = world.outcome(campaign), world.outcome(fresh)
    assert again.verdicts == expected.verdicts
    assert again.not_assessed == expected.not_assessed
    assert again.findings == expected.findings
    assert again.clusters == expected.clusters
    assert again != first, "the edit changed nothing: the test shows nothing"
    assert areas


@pytest.mark.parametrize("seed", range(4))
def test_edit_upon_edit_and_back(world: World, seed: int) -> None:
    dice = random.Random(seed)
    rows, campaign = _rows(seed, 150), _campaign(world, "before")
    world.load(campaign, rows)
    areas = _first_areas()
    for edit in dice.sample(EDITS, 3):
        areas = edit(areas)
        _renew(world, _publish(world.engine, world.data_dir, dict(areas)))
        if dice.random() < 0.6:  # else two releases are passed on at once
            _judge_again(world, campaign)
    _renew(world, revert(world.engine, world.data_dir, "strip", 2, "the third was a mistake"))
    _judge_again(world, campaign)
    fresh = _campaign(world, "fresh")
    world.load(fresh, rows)
    assert world.outcome(campaign) == world.outcome(fresh)
    assert world.outcome(campaign).clusters == world.outcome(fresh).clusters


def test_old_findings_are_history_and_what_stands_keeps_its_release(world: World) -> None:
    campaign = _campaign(world, "before")
    inside, far = _code(4, 0), _code(20, 1)
    world.load(
        campaign,
        [
            geotag("moved", inside, WEST + SIDE * 4.5, SOUTH + SIDE * 0.9),
            geotag("far", far, WEST + SIDE * 2.5, SOUTH + SIDE * 0.5),
        ],
    )
    assert world.outcome(campaign).verdicts == {"moved": "accepted", "far": "rejected"}
    _renew(world, _publish(world.engine, world.data_dir, _split(_first_areas())))
    _judge_again(world, campaign)
    # The area of the first is no more, and the lineage leads to the two that came of it.
    assert world.outcome(campaign).of("moved") == {"AREA_RETIRED": "review"}
    (evidence,) = world.query("SELECT evidence FROM findings WHERE check_code = 'AREA_RETIRED'")
    assert [one["area_code"] for one in evidence[0]["successors"]] == [
        inside[:12] + "0102",
        inside[:12] + "0101",
    ]
    assert world.query(
        "SELECT DISTINCT release_id FROM findings WHERE check_code = 'OUTSIDE_ASSIGNED_AREA'"
    ) == [(1,)]
    _renew(world, revert(world.engine, world.data_dir, "strip", 1, "it was not agreed"))
    _judge_again(world, campaign)
    assert world.outcome(campaign).verdicts == {"moved": "accepted", "far": "rejected"}
    ended = world.query("SELECT check_code, release_id FROM ended_findings ORDER BY id")
    assert [row.check_code for row in ended] == ["AREA_RETIRED"]
    changes = world.query("SELECT kind, finding_id FROM finding_changes ORDER BY id")
    assert [row.kind for row in changes][-2:] == ["created", "ended"]
    assert changes[-1].finding_id == changes[-2].finding_id


def test_only_what_is_near_is_judged_again(world: World) -> None:
    campaign = _campaign(world, "before")
    middles = [
        geotag(f"{x} {y}", _code(x, y), WEST + SIDE * (x + 0.5), SOUTH + SIDE * (y + 0.5))
        for x in range(COLUMNS)
        for y in range(ROWS)
        if (x, y) != (13, 1)
    ]
    world.load(campaign, middles)
    _renew(world, _publish(world.engine, world.data_dir, _move(_first_areas())))
    assert pass_on(world.engine, campaign, world.release.release_id)
    waiting = {row.group_key for row in world.query("SELECT group_key FROM waiting_groups")}
    # The two whose border moved, and what their boxes reach to: five sigmas of 100 m, rounded up to tiles.
    assert {_code(8, 0), _code(9, 0)} <= waiting
    assert waiting <= {_code(column, row) for column in range(6, 12) for row in range(ROWS)}


def test_progress_is_kept_and_ends(world: World) -> None:
    campaign = _campaign(world, "before")
    world.load(campaign, _rows(3, 60))
    assert pass_on(world.engine, campaign, world.release.release_id) is None
    _renew(world, _publish(world.engine, world.data_dir, _move(_first_areas())))
    areas = pass_on(world.engine, campaign, world.release.release_id)

    def told() -> tuple[int, int, bool]:
        with reading(Access(world.engine)) as connection:
            (one,) = read_rejudgings(connection, campaign)
        return one["areas"], one["areas_left"], one["ended_at"] is not None

    assert told() == (areas, areas, False)
    judge_all_waiting(world.engine, campaign, world.frame, world.release.release_id, limit=1, rounds=1)
    assert told() == (areas, areas - 1, False)
    judge_all_waiting(world.engine, campaign, world.frame, world.release.release_id)
    assert told() == (areas, 0, True)
    assert pass_on(world.engine, campaign, world.release.release_id) is None


def test_a_batch_judged_against_the_older_release_is_judged_again(world: World) -> None:
    """The release comes between the moment a batch is judged and the moment it is stored."""
    campaign = _campaign(world, "before")
    world.load(campaign, [geotag("first", _code(4, 0), WEST + SIDE * 4.5, SOUTH + SIDE * 0.2)])
    older, older_frame = world.release, world.frame
    newer = _publish(world.engine, world.data_dir, _split(_first_areas()))
    newer_frame = open_frame(world.engine, world.data_dir, "strip")
    pass_on(world.engine, campaign, newer.release_id)
    world.load(campaign, [geotag("late", _code(4, 0), WEST + SIDE * 4.5, SOUTH + SIDE * 0.3)])
    assert (world.release, world.frame) == (older, older_frame)
    judge_all_waiting(world.engine, campaign, newer_frame, newer.release_id)
    for item in ("first", "late"):
        assert world.outcome(campaign).of(item) == {"AREA_RETIRED": "review"}


def test_a_check_of_everything_needs_no_judging_after(world: World) -> None:
    campaign = _campaign(world, "before")
    world.load(campaign, _rows(5, 40))
    _renew(world, _publish(world.engine, world.data_dir, _move(_first_areas())))
    check_campaign(world.engine, campaign, world.frame, world.release.release_id)
    assert pass_on(world.engine, campaign, world.release.release_id) is None
