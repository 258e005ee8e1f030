"""Checks along a device's day and within a household, against the plainest way to say the same."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.checks.impossible_travel import _at_most_m
from geo.checks.protocol import Outcome
from geo.checks.registry import CHECK_OF_CODE
from geo.engine import check_geotags
from geo.geodesy import WGS84, geodesic_m
from geo.geotags import R95_PER_R68, Geotags
from geo.levels import Level
from tests.geo.test_cases import frame_named

CODES = ("IMPOSSIBLE_TRAVEL", "RAPID_SUCCESSION", "STALE_FIX", "DUPLICATE_HOUSEHOLD", "HOUSEHOLD_MOVED")
START = dt.datetime(2022, 10, 20, 1, tzinfo=dt.UTC)

RECORD = st.fixed_dictionaries(
    {
        "lon": st.sampled_from(["115.4", "115.4005", "115.402", "115.45", "115.9", ""]),
        "lat": st.sampled_from(["-8.5", "-8.501", "-8.6"]),
        "accuracy_m": st.sampled_from(["3", "20", "60"]),
        "household": st.sampled_from(["h1", "h2", "h3", ""]),
        "enumerator": st.sampled_from(["e1", "e2", ""]),
        "device": st.sampled_from(["", "d1"]),
        "relocation": st.sampled_from(["", "", "", "moved"]),
        "minute": st.one_of(st.none(), st.integers(0, 40)),
        "fix_s": st.one_of(st.none(), st.sampled_from([0, 60, 119, 121, 1200, 2400])),
    }
)


def batch(records: Sequence[dict[str, Any]]) -> Geotags:
    def later(seconds: float | None) -> str:
        return "" if seconds is None else (START + dt.timedelta(seconds=seconds)).isoformat()

    columns = {
        "item_id": [record["item"] for record in records],
        "assigned_area": ["5105030001000101"] * len(records),
        "lon_text": [record["lon"] for record in records],
        "lat_text": [record["lat"] for record in records],
        "accuracy_m": [record["accuracy_m"] for record in records],
        "household_key": [record["household"] for record in records],
        "enumerator_id": [record["enumerator"] for record in records],
        "device_id": [record["device"] for record in records],
        "relocation_reason": [record["relocation"] for record in records],
        "captured_at": [later(_seconds(record)) for record in records],
        "fix_at": [later(record["fix_s"]) for record in records],
    }
    return Geotags.from_columns(columns)


def _seconds(record: dict[str, Any]) -> float | None:
    return None if record["minute"] is None else record["minute"] * 60


def failing(records: Sequence[dict[str, Any]]) -> dict[str, set[str]]:
    """The items that each check fails."""
    checks = [CHECK_OF_CODE[code] for code in CODES]
    done = check_geotags(batch(records), frame_named("two_villages"), Level.SUBSLS, checks=checks)
    return {
        code: {records[row]["item"] for row in np.flatnonzero(outcomes.outcome == Outcome.FAIL)}
        for code, outcomes in done.outcomes.items()
    }


def apart_m(one: dict[str, Any], other: dict[str, Any]) -> float:
    places = (float(record[axis]) for record in (one, other) for axis in ("lon", "lat"))
    return float(WGS84.inv(*places)[2])


def radii_m(*records: dict[str, Any]) -> float:
    return sum(R95_PER_R68 * float(record["accuracy_m"]) for record in records)


def by_the_words(records: Sequence[dict[str, Any]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {code: set() for code in CODES}
    days, homes = defaultdict(list), defaultdict(list)
    for record in records:
        if record["enumerator"]:
            days[record["enumerator"], record["device"]].append(record)
        homes[record["household"]].append(record)
    for day in days.values():
        timed = [record for record in day if record["minute"] is not None]
        placed = [record for record in timed if record["lon"]]
        for record in placed:
            at_once = {(one["lon"], one["lat"]) for one in placed if one["minute"] == record["minute"]}
            earlier = [one for one in placed if one["minute"] < record["minute"]]
            if len(at_once) > 1 or not earlier:
                continue
            last = max(
                earlier, key=lambda one: (one["minute"], one["item"], float(one["lon"]), float(one["lat"]))
            )
            hours = (record["minute"] - last["minute"]) / 60
            if max(0.0, apart_m(last, record) - radii_m(last, record)) / 1000 / hours > 150:
                found["IMPOSSIBLE_TRAVEL"].add(record["item"])
        for first in timed:
            window = [one for one in timed if first["minute"] <= one["minute"] <= first["minute"] + 10]
            if len({one["household"] or one["item"] for one in window}) >= 5:
                found["RAPID_SUCCESSION"] |= {one["item"] for one in window}
        for one, other in combinations(day, 2):
            same = one["fix_s"] is not None and one["fix_s"] == other["fix_s"]
            if same and (one["household"] or one["item"]) != (other["household"] or other["item"]):
                timed_ones = {record["item"] for record in (one, other) if record["minute"] is not None}
                found["STALE_FIX"] |= timed_ones
    for record in records:
        if (
            record["minute"] is not None
            and record["fix_s"] is not None
            and _seconds(record) - record["fix_s"] > 120
        ):
            found["STALE_FIX"].add(record["item"])
    for key, home in homes.items():
        placed = [record for record in home if key and record["lon"] and not record["relocation"]]
        for record in placed:
            others = [one for one in placed if (one["lon"], one["lat"]) != (record["lon"], record["lat"])]
            if any(apart_m(record, one) > 100 + radii_m(record, one) for one in others):
                found["HOUSEHOLD_MOVED"].add(record["item"])
            elif others:
                found["DUPLICATE_HOUSEHOLD"].add(record["item"])
    return found


@settings(max_examples=300, deadline=None)
@given(st.lists(RECORD, max_size=14), st.randoms(use_true_random=False))
def test_they_find_what_the_words_say_in_any_order(records: list[dict[str, Any]], random: Any) -> None:
    records = [record | {"item": f"i{number:02d}"} for number, record in enumerate(records)]
    wanted = by_the_words(records)
    assert failing(records) == wanted
    random.shuffle(records)
    assert failing(records) == wanted


@pytest.mark.parametrize("n", [4, 5, 60])
def test_a_window_is_as_full_as_its_fullest(n: int) -> None:
    """Households of one minute each: eleven fit into ten minutes, also in the middle of the day."""
    records = [
        {
            "item": f"i{i:02d}", "lon": "115.4", "lat": "-8.5", "accuracy_m": "5", "household": f"h{i}",
            "enumerator": "e", "device": "", "relocation": "", "minute": i, "fix_s": None,
        }
        for i in range(n)
    ]  # fmt: skip
    done = check_geotags(
        batch(records), frame_named("two_villages"), Level.SUBSLS, checks=[CHECK_OF_CODE["RAPID_SUCCESSION"]]
    )
    assert [found.evidence["households"] for found in done.findings()] == ([min(n, 11)] * n if n >= 5 else [])


@given(
    st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=2, max_size=2),
)
def test_no_geodesic_is_longer_than_what_is_asked_first(places: list[tuple[float, float]]) -> None:
    lon, lat = (pa.array(list(axis)) for axis in zip(*places, strict=True))
    geotags = Geotags.from_columns({"lon_text": lon, "lat_text": lat})
    at_most = _at_most_m(geotags, np.array([0]), np.array([1]))
    assert geodesic_m(geotags.lon[0], geotags.lat[0], geotags.lon[1], geotags.lat[1]) <= at_most + 1e-6
