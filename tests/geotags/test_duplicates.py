"""Duplicates over batches, loads and revisions; and the law that batches do not change what is found."""

from __future__ import annotations

import random
from typing import Any

import pytest

import geotags.run
from geotags.run import check_campaign
from tests.geotags.world import KABUPATEN, SPECIAL, World, area_code, geotag, place_of

A, B = area_code("5105", 0), area_code("5105", 1)
HERE, THERE = place_of(A, 0.31, 0.42), place_of(A, 0.7, 0.7)
REVIEW, ERROR = {"DUPLICATE_COORDINATE": "review"}, {"DUPLICATE_COORDINATE": "error"}
Rows = list[dict[str, Any]]


def test_a_pair_over_two_loads_raises_both(world: World) -> None:
    campaign = world.campaign()
    world.load(campaign, [geotag("a", A, *HERE)])
    assert world.outcome(campaign).of("a") == {}
    world.load(campaign, [geotag("b", A, *HERE)])
    outcome = world.outcome(campaign)
    assert outcome.of("a") == outcome.of("b") == REVIEW
    assert outcome.verdicts == {"a": "review", "b": "review"}


def test_the_third_raises_all_and_one_that_leaves_lowers_them(world: World) -> None:
    campaign = world.campaign()
    for item in "abc":
        world.load(campaign, [geotag(item, A, *HERE)])
    outcome = world.outcome(campaign)
    assert [outcome.of(item) for item in "abc"] == [ERROR] * 3
    assert set(outcome.verdicts.values()) == {"rejected"}
    assert outcome.clusters is not None and {row[1:] for row in outcome.clusters} == {(3, 3, "error")}

    world.load(campaign, [geotag("b", A, *THERE, revision="2")])
    outcome = world.outcome(campaign)
    assert [outcome.of(item) for item in "abc"] == [REVIEW, {}, REVIEW]
    assert outcome.verdicts == {"a": "review", "b": "accepted", "c": "review"}
    assert outcome.clusters is not None and {row[1:] for row in outcome.clusters} == {(2, 2, "review")}

    world.load(campaign, [geotag("c", A, "", "", revision="2")])
    outcome = world.outcome(campaign)
    assert outcome.of("a") == {}
    assert outcome.verdicts == {"a": "accepted", "b": "accepted", "c": "rejected"}
    assert outcome.clusters == frozenset()


def test_a_cluster_is_one_row_however_many_members(world: World) -> None:
    campaign = world.campaign()
    for first in (0, 20):
        world.load(campaign, [geotag(f"a{i}", A, *HERE) for i in range(first, first + 20)])
    world.load(campaign, [geotag(f"b{i}", A, *THERE) for i in range(2)])
    outcome = world.outcome(campaign)
    assert outcome.clusters is not None
    assert {row[1:] for row in outcome.clusters} == {(40, 40, "error"), (2, 2, "review")}
    members = world.query(
        "SELECT cluster_id, count(*) AS n FROM findings WHERE cluster_id IS NOT NULL GROUP BY 1"
    )
    assert sorted(row.n for row in members) == [2, 40]
    assert len(world.query("SELECT FROM clusters JOIN findings ON cluster_id = clusters.id")) == 42


def test_the_place_is_not_written_into_the_cluster(world: World) -> None:
    campaign = world.campaign()
    world.load(campaign, [geotag(item, A, *HERE) for item in "ab"])
    said = str(world.query("SELECT * FROM clusters")) + str(world.query("SELECT evidence FROM findings"))
    assert not any(str(value).strip("-") in said for value in HERE)
    assert not any(str(round(abs(value) * 1e7)) in said for value in HERE)


def test_one_building_is_no_duplicate(world: World) -> None:
    campaign = world.campaign()
    world.load(campaign, [geotag("a", A, *HERE, building_no="7")])
    world.load(campaign, [geotag("b", A, *HERE, building_no="7")])
    assert world.outcome(campaign).findings == frozenset()


@pytest.mark.parametrize(("apart", "found"), [(0.4e-7, REVIEW), (1.2e-7, {})], ids=["within", "beyond"])
def test_equal_means_to_the_seventh_decimal(world: World, apart: float, found: dict[str, str]) -> None:
    campaign = world.campaign()
    lon, lat = HERE
    world.load(campaign, [geotag("a", A, f"{lon:.9f}", f"{lat:.9f}")])
    world.load(campaign, [geotag("b", A, f"{lon + apart:.9f}", f"{lat:.9f}")])
    for item in "ab":
        of_item = world.outcome(campaign).of(item)
        assert {code: of_item[code] for code in of_item if code == "DUPLICATE_COORDINATE"} == found


def test_what_has_no_place_shares_none(world: World) -> None:
    campaign = world.campaign()
    places = [("0", "0"), ("0.0", "0.0"), ("", ""), ("999", "999"), ("1234.5", "5.5")]
    rows = [geotag(f"{i}-{j}", A, *place) for i, place in enumerate(places) for j in range(2)]
    for row in rows:
        world.load(campaign, [row])
    outcome = world.outcome(campaign)
    assert outcome == world.check_file(rows)
    assert outcome.clusters == frozenset()
    reasons = {reasons["DUPLICATE_COORDINATE"] for reasons in outcome.not_assessed.values()}
    assert reasons == {"coordinate_unusable"}


def test_a_special_area_is_not_assessed_and_does_not_count(world: World) -> None:
    campaign = world.campaign()
    here = place_of(SPECIAL)
    world.load(campaign, [geotag("a", SPECIAL, *here)])
    assert world.outcome(campaign).not_assessed["a"].get("DUPLICATE_COORDINATE") is None
    world.load(campaign, [geotag("b", SPECIAL, *here)])
    for item in "ab":
        assert world.outcome(campaign).not_assessed[item]["DUPLICATE_COORDINATE"] == "special_area"
    world.load(campaign, [geotag("b", SPECIAL, *place_of(SPECIAL, 0.2, 0.2), revision="2")])
    outcome = world.outcome(campaign)
    assert [outcome.not_assessed[item].get("DUPLICATE_COORDINATE") for item in "ab"] == [None, None]


def test_a_row_that_is_left_out_is_nobodys_neighbour(world: World) -> None:
    campaign = world.campaign()
    world.load(campaign, [geotag("a", A, *THERE)])
    changed = geotag("a", A, *HERE)  # the same revision, another place: not stored
    report = world.load(campaign, [geotag("b", A, *HERE), changed])
    assert (report.new, report.changed) == (1, 1)
    assert world.outcome(campaign).verdicts == {"a": "accepted", "b": "accepted"}
    assert world.outcome(campaign).findings == frozenset()


def test_a_revision_is_no_neighbour_of_the_one_before(world: World) -> None:
    campaign = world.campaign()
    rows = [geotag("a", A, *HERE), geotag("a", A, *HERE, household_key="another", revision="2")]
    world.load(campaign, rows)
    assert world.outcome(campaign).verdicts == {"a": "accepted"}
    assert world.outcome(campaign).findings == frozenset()


def _mixed(rng: random.Random) -> tuple[Rows, Rows]:
    """Rows in the order of their revisions, and of these the ones that are current in the end.

    Stacks of one to five at a place, some in special areas or with several households to a building,
    near borders, outside, without a coordinate, in unknown areas; revisions that move to other stacks.
    """
    codes = [area_code(kabupaten, nth) for kabupaten in KABUPATEN for nth in range(4)] + ["5105999001000100"]
    homes = [rng.choice(codes[:-1]) for _ in range(50)]
    spots = {place_of(home, rng.uniform(-0.1, 1.1), rng.random()): home for home in homes}
    rows: Rows = []
    current: dict[str, dict[str, Any]] = {}
    for number in range(90):
        for revision in range(1, rng.choice([1, 1, 1, 2, 3]) + 1):
            spot: tuple[Any, Any] = rng.choice(list(spots))
            home = spots[spot]
            if rng.random() < 0.1:
                spot = rng.choice(
                    [("", ""), ("0", "0"), ("115,4", "-8.6"), ("-8.6", "115.4"), ("115.41", "-8.69")]
                )
            row = geotag(
                f"g{number}",
                home if rng.random() < 0.7 else rng.choice(codes),
                *spot,
                building_no=rng.choice(["", "", "1", "2"]),
                household_key=rng.choice([f"k{number}", "shared", ""]),
                accuracy_m=rng.choice(["3", "8.5", "40", "", "0"]),
                revision=str(revision),
            )
            rows.append(row)
            current[row["item_id"]] = row
    return rows, list(current.values())


@pytest.mark.parametrize("seed", range(4))
def test_order_and_size_of_batches_do_not_matter(
    world: World, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng = random.Random(seed)
    rows, current = _mixed(rng)
    expected = world.check_file(current)
    assert len({code for _, code, *_ in expected.findings}) >= 8
    assert set(expected.verdicts.values()) == {"accepted", "review", "rejected"}

    at_once, in_parts = world.campaign(), world.campaign()
    world.load(at_once, rows)
    first = world.outcome(at_once)
    assert first == expected

    shuffled = rows + rng.sample(rows, 20)  # some are sent again
    rng.shuffle(shuffled)
    while shuffled:
        size = rng.choice([1, 2, 5, 30])
        monkeypatch.setattr(geotags.run, "ROWS_PER_BATCH", rng.choice([1, 3, 1000]))
        world.load(in_parts, shuffled[:size])
        del shuffled[:size]
    second = world.outcome(in_parts)
    assert second == expected
    assert second.clusters == first.clusters
    assert world.stored(in_parts) == world.stored(at_once)

    monkeypatch.setattr(geotags.run, "ROWS_PER_BATCH", 13)
    check_campaign(world.engine, in_parts, world.frame, world.release.release_id)
    assert world.outcome(in_parts) == expected
    assert world.outcome(in_parts).clusters == first.clusters
