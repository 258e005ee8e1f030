"""Dividing the land: cells are gathered into connected parts, each about its share in size."""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Iterable, Sequence

import numpy as np

from patok.sample.mesh import Ints
from patok.sample.plane import Floats

Neighbours = Sequence[Sequence[int]]


def neighbours_of(n: int, pairs: Ints) -> list[list[int]]:
    """Who lies beside whom, from (m, 2) pairs of 0..n-1."""
    beside: list[list[int]] = [[] for _ in range(n)]
    for one, other in pairs.tolist():
        beside[one].append(other)
        beside[other].append(one)
    return beside


def components(members: Iterable[int], beside: Neighbours) -> list[list[int]]:
    """The connected components of ``members``, largest first."""
    left, found = set(members), []
    for start in sorted(left):
        if start in left:
            found.append(within([start], left, beside))
            left -= set(found[-1])
    return sorted(found, key=len, reverse=True)


def within(start: Iterable[int], members: set[int], beside: Neighbours, hops: int | None = None) -> list[int]:
    """Members that can be reached from ``start`` in at most ``hops`` steps, nearest first."""
    depth = dict.fromkeys(start, 0)
    queue = deque(depth)
    while queue:
        here = queue.popleft()
        if hops is not None and depth[here] == hops:
            continue
        for there in beside[here]:
            if there in members and there not in depth:
                depth[there] = depth[here] + 1
                queue.append(there)
    return list(depth)


def depth_inside(members: set[int], beside: Neighbours) -> dict[int, int]:
    """For each member, how many steps it lies from the nearest non-member (1 at the rim)."""
    rim = [m for m in sorted(members) if any(b not in members for b in beside[m])]
    depth = dict.fromkeys(rim, 1)
    queue = deque(rim)
    while queue:
        here = queue.popleft()
        for there in beside[here]:
            if there in members and there not in depth:
                depth[there] = depth[here] + 1
                queue.append(there)
    return depth


def spread_starts(
    members: Sequence[int], k: int, positions: Floats, taken: Sequence[int], rng: np.random.Generator
) -> list[int]:
    """``k`` members far from each other and from ``taken`` (best of a few candidates each)."""
    pool, starts = np.array(sorted(set(members) - set(taken))), list(taken)
    chosen: list[int] = []
    for _ in range(k):
        candidates = rng.choice(pool, min(7, len(pool)), replace=False)
        if starts:
            gaps = np.hypot(*(positions[candidates][:, None] - positions[starts][None]).transpose(2, 0, 1))
            best = int(candidates[gaps.min(axis=1).argmax()])
        else:
            best = int(candidates[0])
        chosen.append(best)
        starts.append(best)
        pool = pool[pool != best]
    return chosen


def divide(
    members: Iterable[int],
    starts: Sequence[Sequence[int]],
    shares: Sequence[float],
    beside: Neighbours,
    positions: Floats,
    rng: np.random.Generator,
) -> list[list[int]]:
    """Connected parts of ``members``, grown from ``starts`` in turn so that sizes come near ``shares``.

    The part that is furthest behind its share takes the free neighbour nearest to its first start,
    with some chance in it, so that borders wander. A part that is hemmed in stays small.
    """
    free = set(members) - {m for start in starts for m in start}
    parts = [list(start) for start in starts]
    ahead = [[(0.0, m) for m in start] for start in starts]
    chance = dict(zip(sorted(free), rng.uniform(0.7, 1.3, len(free)).tolist(), strict=True))
    xy = positions.tolist()

    def look_around(part: int, here: int) -> None:
        x, y = xy[parts[part][0]]
        for there in beside[here]:
            if there in free:
                gap = ((xy[there][0] - x) ** 2 + (xy[there][1] - y) ** 2) * chance[there]
                heapq.heappush(ahead[part], (gap, there))

    for part, start in enumerate(parts):
        ahead[part] = []
        for m in start:
            look_around(part, m)
    turns = [(len(part) / share, i) for i, (part, share) in enumerate(zip(parts, shares, strict=True))]
    heapq.heapify(turns)
    while turns:
        _, part = heapq.heappop(turns)
        while ahead[part]:
            _, here = heapq.heappop(ahead[part])
            if here in free:
                free.discard(here)
                parts[part].append(here)
                look_around(part, here)
                heapq.heappush(turns, (len(parts[part]) / shares[part], part))
                break
    return parts


def spread_out(
    members: Iterable[int],
    starts: Sequence[int],
    weights: Sequence[float],
    beside: Neighbours,
    positions: Floats,
    rng: np.random.Generator,
) -> list[list[int]]:
    """Connected parts of ``members``: each goes to the start that reaches it first.

    All starts spread at once, a start of more weight faster; every step takes its length with some
    chance in it, so that borders wander.
    """
    free = set(members)
    chance = dict(zip(sorted(free), rng.uniform(0.6, 1.4, len(free)).tolist(), strict=True))
    xy = positions.tolist()
    parts: list[list[int]] = [[] for _ in starts]
    ahead = [(0.0, start, part) for part, start in enumerate(starts)]
    while ahead:
        cost, here, part = heapq.heappop(ahead)
        if here not in free:
            continue
        free.discard(here)
        parts[part].append(here)
        for there in beside[here]:
            if there in free:
                step = math.dist(xy[here], xy[there]) * chance[there] / weights[part]
                heapq.heappush(ahead, (cost + step, there, part))
    return parts


def apportion(total: int, weights: Sequence[float], least: int = 1) -> list[int]:
    """Whole numbers that sum to ``total``, near the ``weights``, none below ``least``."""
    given = [least] * len(weights)
    for _ in range(total - least * len(weights)):
        behind = max(range(len(weights)), key=lambda i: weights[i] / given[i])
        given[behind] += 1
    return given
