"""Where old codes lead to, through one period or several."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from geo.lineage import Lineage, Succession

CODES = st.sampled_from("abcdef")
SUCCESSIONS = st.lists(
    st.builds(Succession, CODES, CODES, period=st.sampled_from(["", "251", "252", "261"])), max_size=12
)


def test_the_codes_of_two_areas_that_were_exchanged_lead_to_each_other() -> None:
    lineage = Lineage.of([Succession("a", "b", period="261"), Succession("b", "a", period="261")])
    assert lineage.successors("a") == ("b",)
    assert lineage.successors("b") == ("a",)


def test_a_code_that_was_given_again_leads_to_what_its_second_area_became() -> None:
    lineage = Lineage.of(
        [
            Succession("a", "b", period="252"),
            Succession("c", "a", period="252"),
            Succession("a", "d", period="261"),
        ]
    )
    assert lineage.successors("c") == ("a", "d")


@given(SUCCESSIONS, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_rows_twice_are_nothing(ones: list[Succession], random: Any) -> None:
    lineage = Lineage.of(ones)
    random.shuffle(ones)
    again = Lineage.of(ones + ones[:3])
    assert again.successions == lineage.successions
    assert all(lineage.successors(code) == again.successors(code) for code in "abcdef")


@given(SUCCESSIONS, CODES)
def test_successors_end_and_are_other_codes(ones: list[Succession], code: str) -> None:
    lineage = Lineage.of(ones)
    found = lineage.successors(code)
    assert list(found) == sorted(set(found) - {code})
    assert {one.new for one in ones if one.old == code} - {code} <= set(found)
    # Rows that do not say their period lead on from anywhere, so there is at least as much to be found.
    undated = Lineage.of(Succession(one.old, one.new) for one in ones)
    assert set(found) <= set(undated.successors(code))
