"""What is new, repeated or changed; revisions; partitions; loads that are broken off or run side by side."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg
import pytest
from sqlalchemy import Engine

import geotags.run
from boundaries.store.reading import Access, reading
from boundaries.store.releases import find_release, open_frame, revert
from geo.frame import Frame, Segment
from geo.levels import Level
from geotags.run import LoadReport, check_campaign
from geotags.store.campaigns import create_campaign
from geotags.store.partitions import PARTITIONED, ensure_partitions, provinces_of
from geotags.store.reading import read_campaigns
from tests.geotags.world import (
    KABUPATEN,
    World,
    area_code,
    boundary_file,
    geotag,
    place_of,
    publish_files,
)

A, B, C = (area_code(kabupaten, 0) for kabupaten in KABUPATEN)
PROJECT = Path(__file__).parents[2]


def _rows(n: int, prefix: str = "g") -> list[dict[str, Any]]:
    """Clean geotags, each at a place of its own, over all areas."""
    rows = []
    for i in range(n):
        code = area_code(KABUPATEN[i % 3], i // 3 % 4)
        lon, lat = place_of(code, 0.3 + 0.4 * (i % 97) / 97, 0.3 + 0.4 * (i % 89) / 89)
        rows.append(geotag(f"{prefix}{i}", code, lon, lat))
    return rows


def _counts(report: LoadReport) -> tuple[int, int, int]:
    return report.new, report.repeated, report.changed


def test_loaded_twice_nothing_doubles(world: World) -> None:
    campaign, rows = world.campaign(), _rows(30)
    assert _counts(world.load(campaign, rows)) == (30, 0, 0)
    stored, outcome = world.stored(campaign), world.outcome(campaign)
    assert _counts(world.load(campaign, rows)) == (0, 30, 0)
    assert world.stored(campaign) == stored
    assert world.outcome(campaign) == outcome
    assert set(outcome.verdicts.values()) == {"accepted"}
    assert len(stored) == 30


@pytest.mark.parametrize(
    "change",
    [
        {"lon_text": "115.4151239"},
        {"lat_text": "-8.6951239"},
        {"assigned_area": C},
        {"household_key": "another"},
        {"building_no": "12"},
        {"accuracy_m": "6"},
        {"enumerator_id": "p-2"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_body_under_the_same_revision_is_left_out_and_said(
    world: World, change: dict[str, str]
) -> None:
    campaign, rows = world.campaign(), _rows(3)
    world.load(campaign, rows)
    stored, outcome = world.stored(campaign), world.outcome(campaign)
    report = world.load(campaign, [rows[0], rows[1] | change, geotag("new", A, *place_of(A, 0.7, 0.2))])
    assert _counts(report) == (1, 1, 1)
    assert report.changed_rows == [1]
    assert {row for row in world.stored(campaign) if row[0] != "new"} == stored
    assert {k: v for k, v in world.outcome(campaign).verdicts.items() if k != "new"} == outcome.verdicts


def test_a_higher_revision_takes_the_place_of_a_lower_one(world: World) -> None:
    campaign = world.campaign()
    world.load(campaign, [geotag("a", A, *place_of(B))])
    assert world.outcome(campaign).of("a") == {"OUTSIDE_ASSIGNED_AREA": "error"}
    assert world.outcome(campaign).verdicts == {"a": "rejected"}

    assert _counts(world.load(campaign, [geotag("a", A, *place_of(A), revision="2")])) == (1, 0, 0)
    assert {row[:3] for row in world.stored(campaign)} == {("a", 1, False), ("a", 2, True)}
    assert world.outcome(campaign).findings == frozenset()
    assert world.outcome(campaign).verdicts == {"a": "accepted"}
    # What was said of the older revision is history.
    assert world.query("SELECT FROM findings") == []
    assert world.query("SELECT check_code FROM ended_findings") == [("OUTSIDE_ASSIGNED_AREA",)]


@pytest.mark.parametrize("together", [True, False])
def test_a_lower_revision_that_comes_later(world: World, together: bool) -> None:
    campaign = world.campaign()
    loads = [[geotag("a", A, *place_of(A), revision="3")], [geotag("a", A, *place_of(B), revision="2")]]
    for rows in [loads[0] + loads[1]] if together else loads:
        world.load(campaign, rows)
    assert {row[:3] for row in world.stored(campaign)} == {("a", 2, False), ("a", 3, True)}
    assert world.outcome(campaign).verdicts == {"a": "accepted"}


def test_doubles_within_one_file(world: World) -> None:
    campaign = world.campaign()
    first, other = geotag("a", A, *place_of(A)), geotag("a", A, *place_of(A, 0.2, 0.2))
    report = world.load(campaign, [first, geotag("b", B, *place_of(B)), first, other])
    assert _counts(report) == (2, 1, 1)
    assert report.changed_rows == [3]
    assert world.outcome(campaign) == world.check_file([first, geotag("b", B, *place_of(B))])


def test_the_same_item_in_two_campaigns_is_two_geotags(world: World) -> None:
    rows = _rows(5)
    for campaign in (world.campaign(), world.campaign()):
        assert _counts(world.load(campaign, rows)) == (5, 0, 0)
        assert world.outcome(campaign).findings == frozenset()


def test_geotags_lie_in_the_partition_of_their_province(world: World) -> None:
    campaign = world.campaign()
    rows = [geotag(code[:2], code, *place_of(code)) for code in (A, B, C)]
    strays = [
        geotag("other", "3201010001000100", *place_of(A, 0.2, 0.2)),
        geotag("none", "", *place_of(A, 0.3, 0.3)),
        geotag("words", "Desa Gelgel", *place_of(A, 0.4, 0.4)),
    ]
    world.load(campaign, rows + strays)
    of_geotags = "SELECT tableoid::regclass::text AS place, province FROM geotags"
    of_results = "SELECT tableoid::regclass::text AS place, province FROM geotag_results"
    for table, statement in (("geotags", of_geotags), ("geotag_results", of_results)):
        places = world.query(statement)
        assert (
            sorted(places)
            == [(f"{table}_51", "51"), (f"{table}_52", "52"), (f"{table}_94", "94")]
            + [(f"{table}_default", "00")] * 3
        )
    assert {world.outcome(campaign).verdicts[row["item_id"]] for row in strays} == {"review"}
    assert {world.outcome(campaign).of(row["item_id"])["AREA_UNKNOWN"] for row in strays} == {"review"}


def test_partitions_made_by_many_at_once(engine: Engine) -> None:
    provinces = ["71", "72", "73", "74"]
    try:
        barrier = threading.Barrier(4)

        def make(order: Sequence[str]) -> None:
            barrier.wait()
            ensure_partitions(engine, order)

        with ThreadPoolExecutor(4) as pool:
            for made in [pool.submit(make, provinces) for _ in range(4)]:
                made.result(timeout=60)
        with engine.connect() as connection:
            names = set(
                connection.exec_driver_sql(
                    "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'"
                )
                .scalars()
                .all()
            )
        assert {f"{table}_{province}" for table in PARTITIONED for province in provinces} <= names
    finally:
        with engine.begin() as connection:
            for table in PARTITIONED:
                for province in provinces:
                    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}_{province}")


def test_only_a_code_becomes_the_name_of_a_partition(engine: Engine) -> None:
    for province in ("5", "511", "x1", "51; DROP TABLE geotags", "５１"):
        with pytest.raises(ValueError, match="not a province code"):
            ensure_partitions(engine, [province])


def test_a_kabupaten_of_which_all_is_withheld_has_no_partition(world: World) -> None:
    slip = Segment("5I05", {}, frozenset({"5I05010001000101"}))
    frame = Frame(world.frame.scheme, (*world.frame.segments, slip))
    assert provinces_of(frame) == provinces_of(world.frame)


def test_a_campaign_names_the_release_of_its_present_results(world: World) -> None:
    campaign, rows = world.campaign(), _rows(6)
    world.load(campaign, rows)
    newer = revert(world.engine, world.data_dir, "tiga", 1, "once more")
    again = [row | {"revision": "2"} for row in rows]
    world.release = newer
    world.load(campaign, again)

    def number() -> int:
        with reading(Access(world.engine)) as connection:
            return next(one["number"] for one in read_campaigns(connection) if one["name"] == campaign.name)

    assert number() == 2
    older = find_release(world.engine, "tiga", 1)
    check_campaign(world.engine, campaign, world.frame, older.release_id)
    assert number() == 1


class BrokenOff(Exception):
    """What stops a load in a test."""


def test_a_load_broken_off_goes_on_where_it_ended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geotags.run, "ROWS_PER_BATCH", 7)
    rows = _rows(40)
    rows[30] |= {"lon_text": rows[2]["lon_text"], "lat_text": rows[2]["lat_text"]}  # a pair over two batches
    whole, broken = world.campaign(), world.campaign()
    world.load(whole, rows)

    done: list[int] = []

    def stop_after_two(n: int) -> None:
        done.append(n)
        if len(done) == 2:
            raise BrokenOff

    with pytest.raises(BrokenOff):
        world.load(broken, rows, progress=stop_after_two)
    assert len(world.stored(broken)) == 14
    assert _counts(world.load(broken, rows)) == (26, 14, 0)
    assert world.stored(broken) == world.stored(whole)
    assert world.outcome(broken) == world.outcome(whole)
    assert world.outcome(broken).clusters == world.outcome(whole).clusters


def test_ctrl_c_within_a_copy(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver cannot even roll back there; the batches before stay, and the engine goes on."""
    monkeypatch.setattr(geotags.run, "ROWS_PER_BATCH", 10)
    campaign, rows = world.campaign(), _rows(30)
    for row in rows:
        row["accuracy_m"] = ""  # a finding of each
    copies = 0
    begin, write_row = psycopg.Cursor.copy, psycopg.Copy.write_row

    def copy(cursor: Any, statement: Any, **rest: Any) -> Any:
        nonlocal copies
        copies += "COPY incoming " in statement
        return begin(cursor, statement, **rest)

    def interrupted(self: Any, row: Any) -> None:
        write_row(self, row)
        if copies == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(psycopg.Cursor, "copy", copy)
    monkeypatch.setattr(psycopg.Copy, "write_row", interrupted)
    with pytest.raises(KeyboardInterrupt):
        world.load(campaign, rows)
    monkeypatch.undo()
    assert len(world.stored(campaign)) == len(world.outcome(campaign).verdicts) == 10
    world.load(campaign, rows)
    assert world.outcome(campaign) == world.check_file(rows)


def test_a_batch_is_whole_or_not_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = world.campaign()

    def fail(*_: object, **__: object) -> None:
        raise BrokenOff

    monkeypatch.setattr(geotags.run, "judge_touched", fail)  # the last step of a batch
    with pytest.raises(BrokenOff):
        world.load(campaign, _rows(5))
    for table in ("geotag_ledger", *PARTITIONED, "clusters"):
        assert world.query(f"SELECT FROM {table}") == []


def test_loads_of_one_file_side_by_side(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geotags.run, "ROWS_PER_BATCH", 9)
    rows = _rows(45)
    for i in range(0, 45, 5):  # stacks of three
        rows[i] |= {"lon_text": rows[i % 15]["lon_text"], "lat_text": rows[i % 15]["lat_text"]}
    expected = world.check_file(rows)
    for _ in range(4):
        campaign = world.campaign()
        barrier = threading.Barrier(2)

        def load(part: list[dict[str, Any]], campaign: Any = campaign, barrier: Any = barrier) -> LoadReport:
            barrier.wait()
            return world.load(campaign, part)

        with ThreadPoolExecutor(2) as pool:
            loads = [pool.submit(load, part) for part in (rows, rows[::-1])]
            reports = [one.result(timeout=60) for one in loads]
        assert sum(report.new for report in reports) == 45
        assert sum(report.repeated for report in reports) == 45
        assert sum(report.changed for report in reports) == 0
        assert len(world.stored(campaign)) == 45
        assert world.outcome(campaign) == expected


def test_a_killed_load_is_run_again(world: World, tmp_path: Path) -> None:
    rows = _rows(1500)
    rows[1400] |= {"lon_text": rows[3]["lon_text"], "lat_text": rows[3]["lat_text"]}
    whole, killed = world.campaign(), world.campaign()
    world.load(whole, rows)
    file = tmp_path / "geotag.csv"
    pd.DataFrame(rows).to_csv(file, index=False)

    run = "import geotags.run; geotags.run.ROWS_PER_BATCH = 25; from patok.cli import main; main()"
    command = [sys.executable, "-c", run, "geotags", "load", killed.name, str(file)]
    address = world.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    environment = os.environ | {"PATOK_DATABASE_URL": address, "PATOK_DATA_DIR": str(world.data_dir)}
    load = subprocess.Popen(command, env=environment, cwd=PROJECT, stdout=subprocess.PIPE)
    deadline = time.monotonic() + 60
    count = "SELECT count(*) FROM geotag_ledger WHERE campaign_id = :c"
    try:
        while world.query(count, c=killed.campaign_id)[0][0] < 200:
            assert load.poll() is None, "the load ended before it was killed"
            assert time.monotonic() < deadline
            time.sleep(0.005)
    finally:
        load.send_signal(signal.SIGKILL)
        load.wait(10)
    left = len(world.stored(killed))
    assert 200 <= left < 1500

    again = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, timeout=90)
    assert again.returncode == 0, again.stderr
    assert world.stored(killed) == world.stored(whole)
    assert world.outcome(killed) == world.outcome(whole)
    assert world.outcome(killed).clusters == world.outcome(whole).clusters


def test_geotags_of_a_withheld_code_are_not_assessed(engine: Engine, data_dir: Path) -> None:
    twice, once = area_code("5105", 0), area_code("5105", 1)
    file = boundary_file([twice, twice, once], [area_code("5105", n) for n in range(3)])
    release = publish_files(engine, data_dir, "ganda", [file], "the office sends a new layer in May")
    frame = open_frame(engine, data_dir, "ganda")
    assert frame.withheld == {twice}
    world = World(engine, data_dir, release, frame)
    campaign = create_campaign(engine, "ganda", "ganda", Level.SUBSLS)
    world.load(campaign, [geotag("a", twice, *place_of(twice)), geotag("b", once, *place_of(once, 0.4))])
    outcome = world.outcome(campaign)
    assert outcome.verdicts["a"] == "not_assessed"
    assert outcome.of("a") == {}
    for code in ("AREA_UNKNOWN", "OUTSIDE_ASSIGNED_AREA", "MEMBERSHIP_UNCERTAIN", "IN_NO_AREA"):
        assert outcome.not_assessed["a"][code] == "area_withheld"
    assert "area_withheld" not in outcome.not_assessed["b"].values()
    check_campaign(engine, campaign, frame, release.release_id)
    assert world.outcome(campaign) == outcome


def test_a_check_again_gives_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = world.campaign()
    rows: list[Mapping[str, Any]] = [
        *_rows(20),
        geotag("comma", A, "115,41", "-8,69"),
        geotag("empty", A, "", ""),
        geotag("zero", A, "0", "0"),
        geotag("short", A, "115.41", "-8.695"),
        geotag("datum", A, *place_of(A, 0.6, 0.6), datum_epsg="4238"),
        geotag("time", A, *place_of(A, 0.7, 0.6), captured_at=None, accuracy_m=""),
    ]
    world.load(campaign, rows)
    first = world.outcome(campaign)
    assert first == world.check_file(rows)
    monkeypatch.setattr(geotags.run, "ROWS_PER_BATCH", 6)
    assert check_campaign(world.engine, campaign, world.frame, world.release.release_id) == len(rows)
    assert world.outcome(campaign) == first
