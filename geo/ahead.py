"""Work done by a few threads, its results handed over in the order of the items."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

AT_ONCE = 2
"""Items under way: Arrow, NumPy and the kernels leave Python's lock for most of their time."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(
    work: Callable[[Item], Result], items: Iterable[Item], at_once: int = AT_ONCE
) -> Iterator[Result]:
    """``work`` of each item. No more than ``at_once`` items are under way, and one more is waiting or done.

    What an item raises is raised in its turn; items that are under way then are finished first.
    """
    with ThreadPoolExecutor(at_once) as pool:
        under_way: deque[Future[Result]] = deque()
        for item in items:
            under_way.append(pool.submit(work, item))
            if len(under_way) > at_once:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
