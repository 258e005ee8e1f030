"""Neighbours and clusters, against every pair asked one by one; cut along whole degrees nothing changes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.checks.near import _CROWDED, apart_m, is_within
from geo.checks.protocol import Outcome
from geo.checks.registry import CHECK_OF_CODE
from geo.engine import Checked, check_geotags
from geo.geodesy import WGS84, metres_per_degree
from geo.geotags import Geotags
from geo.levels import Level
from tests.geo.test_cases import frame_named

CODES = ("NEAR_DUPLICATE", "CURBSTONE_CLUSTER")
METRE = 1 / 111_320

# Metres from a corner of four whole degrees: there a cut goes right through.
RECORD = st.fixed_dictionaries(
    {
        "east": st.integers(-24, 24),
        "north": st.integers(-8, 8),
        "accuracy_m": st.sampled_from(["3", "8", "30", ""]),
        "household": st.sampled_from([f"h{i}" for i in range(9)]),
        "building": st.sampled_from(["", "", "1", "2"]),
        "enumerator": st.sampled_from(["e", "e", "f", ""]),
    }
)


def batch(records: Sequence[dict[str, Any]]) -> Geotags:
    return Geotags.from_columns(
        {
            "item_id": [record["item"] for record in records],
            "assigned_area": ["5105030001000101"] * len(records),
            "lon_text": [f"{115 + record['east'] * METRE:.9f}" for record in records],
            "lat_text": [f"{-8 + record['north'] * METRE:.9f}" for record in records],
            "accuracy_m": [record["accuracy_m"] for record in records],
            "household_key": [record["household"] for record in records],
            "building_no": [record["building"] for record in records],
            "enumerator_id": [record["enumerator"] for record in records],
        }
    )


def check(geotags: Geotags) -> Checked:
    checks = [CHECK_OF_CODE[code] for code in CODES]
    return check_geotags(geotags, frame_named("two_villages"), Level.SUBSLS, checks=checks)


def found(done: Checked) -> dict[tuple[str, str], dict[str, Any]]:
    items = done.subject.geotags.item_id.to_pylist()
    return {(one.check.code, items[one.row]): one.evidence for one in done.findings()}


def by_the_words(records: Sequence[dict[str, Any]]) -> dict[tuple[str, str], tuple[int, float]]:
    def metres(one: dict[str, Any], other: dict[str, Any]) -> float:
        places = (
            f(record) for record in (one, other)
            for f in (lambda r: 115 + r["east"] * METRE, lambda r: -8 + r["north"] * METRE)
        )  # fmt: skip
        return float(WGS84.inv(*places)[2])

    def home(record: dict[str, Any]) -> str:
        return f"b{record['building']}" if record["building"] else record["household"]

    wanted: dict[tuple[str, str], tuple[int, float]] = {}
    full = []
    for one in records:
        near = []
        for other in records:
            same_place = (one["east"], one["north"]) == (other["east"], other["north"])
            reach = max(3, 0.5 * math.hypot(*(float(r["accuracy_m"] or 20) for r in (one, other))))
            if home(one) != home(other) and not same_place and metres(one, other) <= min(15, reach):
                near.append(metres(one, other))
        if near:
            wanted["NEAR_DUPLICATE", one["item"]] = (len(near), min(near))
        circle = [o for o in records if o["enumerator"] == one["enumerator"] and metres(one, o) <= 7.6]
        if one["enumerator"] and len({home(other) for other in circle}) >= 6:
            full.append((len({home(other) for other in circle}), circle))
    for n, circle in full:
        for member in circle:
            key = ("CURBSTONE_CLUSTER", member["item"])
            wanted[key] = (max(n, wanted.get(key, (0, 0))[0]), 7.6)
    return wanted


@settings(max_examples=200, deadline=None)
@given(st.lists(RECORD, max_size=24), st.randoms(use_true_random=False))
def test_neighbours_are_those_of_every_pair_in_any_order(records: list[dict[str, Any]], random: Any) -> None:
    records = [record | {"item": f"i{number:02d}"} for number, record in enumerate(records)]
    wanted = by_the_words(records)
    whole = found(check(batch(records)))
    assert set(whole) == set(wanted)
    for key, evidence in whole.items():
        n, metres = wanted[key]
        assert evidence.get("neighbours", evidence.get("buildings")) == n
        assert evidence.get("nearest_m", 7.6) == pytest.approx(metres, abs=0.06)
    random.shuffle(records)
    assert found(check(batch(records))) == whole


CROWD = st.builds(
    lambda one, east, north: one | {"east": east, "north": north, "building": ""},
    RECORD, st.integers(2, 7), st.sampled_from([2, 2, 2, 8, 13]),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(CROWD, min_size=_CROWDED + 1, max_size=60), st.randoms(use_true_random=False))
def test_many_at_one_coordinate_are_counted_like_a_few(records: list[dict[str, Any]], random: Any) -> None:
    records = [
        record | {"item": f"i{number:02d}", "household": f"h{number}"}
        for number, record in enumerate(records)
    ]
    wanted = by_the_words(records)
    whole = found(check(batch(records)))
    assert {
        key: evidence.get("neighbours", evidence.get("buildings")) for key, evidence in whole.items()
    } == {key: n for key, (n, _) in wanted.items()}
    random.shuffle(records)
    assert found(check(batch(records))) == whole


@given(
    st.floats(-89, 89),
    st.floats(0.1, 15),
    st.floats(0, 6.3),
    st.sampled_from([0.0, 1e-9, -1e-9, 1e-3, -1e-3]),
)
def test_the_quick_answer_is_that_of_the_distance(lat: float, metres: float, turn: float, off: float) -> None:
    """Around the limit as well: either point may ask, and both hear the same."""
    kx, ky = metres_per_degree(lat)
    lon2, lat2 = 115 + metres * math.cos(turn) / kx, lat + metres * math.sin(turn) / ky
    limit = apart_m(115.0, lat, lon2, lat2) * (1 + off)
    for at in (lat, lat2):
        kx, ky = metres_per_degree(at)
        apart_m2 = ((115.0 - lon2) * kx) ** 2 + ((lat - lat2) * ky) ** 2
        near = is_within(115.0, lat, lon2, lat2, apart_m2, limit * limit)
        if off:
            assert near == (off > 0)
        else:
            assert near == is_within(lon2, lat2, 115.0, lat, apart_m2, limit * limit)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(RECORD, min_size=8, max_size=20),
    st.lists(st.builds(lambda one, far: one | {"east": far}, RECORD, st.integers(65, 75)), max_size=8),
)
def test_cut_along_a_whole_degree_with_what_lies_around_the_findings_are_the_same(
    near: list[dict[str, Any]], far: list[dict[str, Any]]
) -> None:
    """East of the line lies a part of which the west does not see what is more than 60 m off."""
    records = [record | {"item": f"i{number:02d}"} for number, record in enumerate(near + far)]
    whole = found(check(batch(records)))
    west = found(check(batch([record for record in records if record["east"] <= 60])))
    assert {key: west.get(key) for key in whole if _is_west(records, key)} == {
        key: evidence for key, evidence in whole.items() if _is_west(records, key)
    }


def _is_west(records: Sequence[dict[str, Any]], key: tuple[str, str]) -> bool:
    return next(record for record in records if record["item"] == key[1])["east"] < 0


def test_a_cluster_has_one_name_and_ends_at_the_lines_of_the_grid() -> None:
    """A row of houses 2 m apart across a line of 0.01 degree: all are found, in two clusters."""
    records = [
        {"item": f"i{i:02d}", "east": 1100 + 2 * i, "north": 3, "accuracy_m": "3", "household": f"h{i}",
         "building": "", "enumerator": "e"}
        for i in range(15)
    ]  # fmt: skip
    evidence = found(check(batch(records)))
    keys = [evidence["NEAR_DUPLICATE", record["item"]]["cluster_key"] for record in records]
    assert sorted(Counter(keys).values()) == [7, 8]
    alone = found(check(batch(records[7:])))
    assert {alone["NEAR_DUPLICATE", record["item"]]["cluster_key"] for record in records[7:]} == {keys[-1]}


def test_special_areas_do_not_count_for_others() -> None:
    geotags = Geotags.from_columns(
        {
            "lon_text": ["115.4010001", "115.4010002"],
            "lat_text": ["-8.4990000"] * 2,
            "assigned_area": ["5105030001000301", "5105030001000101"],
            "household_key": ["a", "b"],
        }
    )
    check = CHECK_OF_CODE["NEAR_DUPLICATE"]
    done = check_geotags(geotags, frame_named("special_areas"), Level.SUBSLS, checks=[check])
    assert done.outcomes[check.code].outcome.tolist() == [Outcome.NOT_ASSESSED, Outcome.PASS]
