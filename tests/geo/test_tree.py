"""The packed tree finds exactly the boxes that touch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo.tree import NODE_SIZE, PackedTree

whole = st.integers(-20, 20).map(float)
boxes_of = st.lists(st.tuples(whole, whole, st.integers(0, 6), st.integers(0, 6)), max_size=120)


def touching(boxes: NDArray[np.float64], box: tuple[float, float, float, float]) -> list[int]:
    west, south, east, north = box
    touch = (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
    return np.flatnonzero(touch).tolist()


@settings(max_examples=300, deadline=None)
@given(boxes_of, st.tuples(whole, whole, st.integers(0, 12), st.integers(0, 12)))
def test_it_finds_what_a_search_of_all_finds(
    drawn: list[tuple[float, float, int, int]], asked: tuple[float, float, int, int]
) -> None:
    """Points, lines, duplicates and edges that only touch among them."""
    boxes = np.array([(x, y, x + w, y + h) for x, y, w, h in drawn], float).reshape(-1, 4)
    x, y, w, h = asked
    box = (x, y, x + w, y + h)
    assert PackedTree.pack(boxes).query(box).tolist() == touching(boxes, box)


@pytest.mark.parametrize("n", [0, 1, 2, NODE_SIZE - 1, NODE_SIZE, NODE_SIZE + 1, 255, 256, 257, 4097, 5000])
def test_any_number_of_boxes(n: int) -> None:
    rng = np.random.default_rng(n)
    low = rng.uniform([95, -11], [141, 6], (n, 2))
    boxes = np.column_stack([low, low + rng.exponential(0.05, (n, 2))])
    tree = PackedTree.pack(boxes)
    assert sorted(tree.items.tolist()) == list(range(n))
    for _ in range(50):
        x, y = rng.uniform([95, -11], [141, 6])
        box = (x, y, x + rng.exponential(1.0), y + rng.exponential(1.0))
        assert tree.query(box).tolist() == touching(boxes, box)
    assert tree.query((90, -20, 150, 20)).tolist() == list(range(n))
    assert tree.query((-10, -20, 0, 20)).tolist() == []


def test_all_boxes_alike() -> None:
    boxes = np.tile([115.0, -8.0, 115.1, -7.9], (1000, 1))
    assert PackedTree.pack(boxes).query((115.1, -8.0, 116.0, -8.0)).tolist() == list(range(1000))


@pytest.mark.parametrize("n", [1, 40])
def test_an_area_without_geometry_is_never_found(n: int) -> None:
    boxes = np.full((n, 4), np.nan)
    assert PackedTree.pack(boxes).query((-180, -90, 180, 90)).tolist() == []
    boxes[n // 2] = [115.0, -8.0, 115.1, -7.9]
    assert PackedTree.pack(boxes).query((-180, -90, 180, 90)).tolist() == [n // 2]
    assert PackedTree.pack(boxes).query((116, -8, 117, -7)).tolist() == []


def test_the_same_boxes_give_the_same_bytes() -> None:
    rng = np.random.default_rng(3)
    low = rng.uniform(0, 1, (700, 2))
    boxes = np.column_stack([low, low + 0.01])
    one, other = PackedTree.pack(boxes), PackedTree.pack(boxes.copy())
    assert one.boxes.tobytes() == other.boxes.tobytes() and one.items.tobytes() == other.items.tobytes()
