"""The roster: how a household is found again."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import geo.roster
from tests.geo.worlds import A, B, roster_of

KEYS = st.sampled_from(["", "1", "2", "33", "dua", "é"])
PLACES = st.sampled_from([A, B])


@given(
    households=st.sets(st.tuples(KEYS.filter(bool), PLACES), min_size=1),
    asked=st.lists(st.tuples(KEYS, PLACES), max_size=12),
    one_hash=st.booleans(),
)
def test_households_are_found_as_by_a_dictionary(
    households: set[tuple[str, str]], asked: list[tuple[str, str]], one_hash: bool
) -> None:
    """Also where all hashes are the same."""
    known = sorted(households)
    roster = roster_of([(key, area, True, False) for key, area in known])
    unique = len({key for key, _ in known}) == len(known)
    rows = {key if unique else (area, key): row for row, (key, area) in enumerate(known)}
    expected = [rows.get(key if unique else (area, key), -1) for key, area in asked]
    with pytest.MonkeyPatch.context() as patch:
        if one_hash:
            patch.setattr(geo.roster, "_hashed", lambda texts: np.zeros(len(texts), np.uint64))
        keys, areas = (pa.array([one[i] for one in asked], pa.string()) for i in (0, 1))
        assert roster.rows_of(keys, areas).tolist() == expected
    assert roster.keys_are_unique == unique
    assert roster.first_repeated() is None


def test_the_first_household_that_came_before() -> None:
    rows = [("1", A, True, True), ("1", B, True, True), ("2", A, True, True), ("1", B, False, True)]
    assert roster_of(rows).first_repeated() == 3
    assert roster_of(rows[:3]).first_repeated() is None
    assert roster_of([("1", A, True, True)] * 2).first_repeated() == 1
    assert roster_of([]).first_repeated() is None


def test_an_empty_roster_knows_nobody() -> None:
    roster = roster_of([])
    assert len(roster) == 0
    assert roster.rows_of(pa.array(["1"]), pa.array([A])).tolist() == [-1]
    assert roster.expected_of_area == {}


def test_what_is_expected_of_an_area() -> None:
    rows = [("1", A, True, False), ("2", A, True, False), ("3", A, False, True), ("4", B, True, False)]
    roster = roster_of(rows, frozenset({B}), {B: 7})
    assert roster.expected_of_area == {A: 2, B: 7}
    assert roster.is_finished().tolist() == [False, False, False, True]
    assert not roster_of(rows).is_finished().any()
