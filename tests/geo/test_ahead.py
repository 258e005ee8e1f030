"""Work of several threads comes back in the order of its items, however long each takes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from geo.ahead import in_order


def test_results_come_in_the_order_of_the_items() -> None:
    def work(number: int) -> int:
        time.sleep(0.002 * (number % 3))
        return number * number

    assert list(in_order(work, range(40))) == [number * number for number in range(40)]
    assert list(in_order(work, [])) == []


def test_items_are_taken_only_a_little_ahead() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(20):
            taken.append(number)
            yield number

    results = in_order(lambda number: number, items(), at_once=2)
    assert next(results) == 0
    assert len(taken) == 3


def test_two_are_under_way_together() -> None:
    both = threading.Barrier(2, timeout=10)
    assert len(list(in_order(lambda _: both.wait(), range(4), at_once=2))) == 4


def test_what_an_item_raises_is_raised_in_its_turn() -> None:
    def work(number: int) -> int:
        if number == 3:
            raise ValueError("the third")
        return number

    seen = []
    with pytest.raises(ValueError, match="the third"):
        for result in in_order(work, range(10)):
            seen.append(result)
    assert seen == [0, 1, 2]
