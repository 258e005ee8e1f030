"""Codes are found as a dictionary finds them, whatever else stands in their place."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.code_index import CodeIndex, order_by_place

CODES = st.one_of(
    st.text("01", min_size=4, max_size=4), st.text("0123456789", max_size=6), st.text(max_size=6)
).filter(lambda text: "\x00" not in text)


@settings(deadline=None)
@pytest.mark.parametrize("digits", [True, False])
@given(
    st.lists(st.text("012", min_size=4, max_size=4), max_size=12),
    st.lists(CODES, max_size=12),
    st.integers(0, 3),
)
def test_a_code_is_found_where_it_first_stands(
    digits: bool, known: list[str], wanted: list[str], first: int
) -> None:
    index = CodeIndex.of(pa.array(known, pa.string()), 4, digits=digits)
    found = index.find(pa.array(wanted, pa.string())[first:])
    assert found.tolist() == [known.index(code) if code in known else -1 for code in wanted[first:]]


def test_a_code_wider_than_a_number_is_compared_as_text() -> None:
    codes = ["9" * 20, "1" * 20]
    index = CodeIndex.of(pa.array(codes), 20, digits=True)
    assert index.find(pa.array(["1" * 20, "2" * 20])).tolist() == [1, -1]


@settings(deadline=None)  # the first example waits for the compiler
@given(st.lists(st.integers(-1, 5), max_size=30))
def test_a_counting_sort_sorts(places: list[int]) -> None:
    order = order_by_place(np.array(places, np.int64), 6).tolist()
    assert order == sorted((row for row, at in enumerate(places) if at >= 0), key=lambda row: places[row])
