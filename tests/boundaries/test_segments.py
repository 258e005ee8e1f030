"""Segment files: what goes in comes out, equal segments give equal bytes, the file is read in place."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.segments import open_segment, segment_bytes, write_segment
from geo.errors import FileUnreadable
from geo.frame import Layer, Segment
from geo.levels import Level

_SHAPES = [
    shapely.box(115.0, -8.5, 115.01, -8.49),
    shapely.box(115.0, -8.6, 115.02, -8.55).difference(shapely.box(115.005, -8.58, 115.01, -8.57)),
    shapely.MultiPolygon([shapely.box(115.2, -8.5, 115.21, -8.49), shapely.box(115.3, -8.5, 115.31, -8.49)]),
]


def _layer(level: Level, count: int) -> Layer:
    codes = [f"5105010{i:03d}" for i in range(count)]
    attributes = [json.dumps({"nmdesa": f"Désa {i}"}) for i in range(count)]
    shapes = [shapely.affinity.translate(_SHAPES[i % 3], 0, i * 0.1) for i in range(count)]
    return Layer.from_geometries(level, codes, [f"Désa {i}" for i in range(count)], attributes, shapes)


def _segment(*sizes: int, withheld: frozenset[str] = frozenset()) -> Segment:
    levels = list(Level)[: len(sizes)]
    return Segment(
        "5105", {level: _layer(level, n) for level, n in zip(levels, sizes, strict=True)}, withheld
    )


@settings(max_examples=25, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 40), max_size=4), withheld=st.frozensets(st.text("0123456789", min_size=1))
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], withheld: frozenset[str]
) -> None:
    segment = _segment(*sizes, withheld=withheld)
    file = write_segment(tmp_path_factory.mktemp("segments"), segment)
    read = open_segment(file.path)
    assert (read.key, read.withheld, list(read.layers)) == ("5105", withheld, list(segment.layers))
    for level, wanted in segment.layers.items():
        layer = read.layers[level]
        assert layer.level is level
        for name in ("codes", "names", "attributes"):
            assert getattr(layer, name).to_pylist() == getattr(wanted, name).to_pylist()
        for name in ("area_offsets", "ring_offsets", "xs", "ys", "boxes"):
            found, expected = getattr(layer, name), getattr(wanted, name)
            assert found.dtype == expected.dtype
            assert np.array_equal(found, expected)
        assert np.array_equal(layer.tree.boxes, wanted.tree.boxes)
        assert np.array_equal(layer.tree.items, wanted.tree.items)
        assert all(layer.geometry(row).equals(wanted.geometry(row)) for row in range(len(layer)))
    assert segment_bytes(read) == segment_bytes(segment)  # also when its arrays are slices of a file


def test_equal_segments_have_one_file(tmp_path: Path) -> None:
    first = write_segment(tmp_path, _segment(5, 30))
    written_at = first.path.stat().st_mtime_ns
    assert write_segment(tmp_path, _segment(5, 30)) == first
    assert first.path.stat().st_mtime_ns == written_at
    assert first.path.name == f"{first.sha256}.arrow"
    others = {
        write_segment(tmp_path, s).sha256 for s in (_segment(5, 31), _segment(5, 30, withheld=frozenset("1")))
    }
    assert len(others | {first.sha256}) == 3
    assert len(list(tmp_path.iterdir())) == 3  # and nothing half-written


def test_a_segment_is_read_in_place(tmp_path: Path) -> None:
    file = write_segment(tmp_path, _segment(400))
    before = pa.total_allocated_bytes()
    layer = open_segment(file.path).layers[Level.PROV]
    assert pa.total_allocated_bytes() - before < file.n_bytes / 4
    for array in (layer.xs, layer.ys, layer.boxes, layer.area_offsets, layer.tree.boxes, layer.tree.items):
        assert not array.flags.owndata
        assert not array.flags.writeable
        assert array.flags.aligned


def test_the_file_can_go_while_it_is_mapped(tmp_path: Path) -> None:
    file = write_segment(tmp_path, _segment(20))
    segment = open_segment(file.path)
    file.path.unlink()
    assert segment.layers[Level.PROV].codes.to_pylist()[19] == "5105010019"


@pytest.mark.parametrize("damage", ["cut", "emptied", "other", "gone"])
def test_a_damaged_file_is_named(tmp_path: Path, damage: str) -> None:
    path = write_segment(tmp_path, _segment(20)).path
    if damage == "cut":
        os.truncate(path, path.stat().st_size // 2)
    elif damage == "emptied":
        path.write_bytes(b"")
    elif damage == "gone":
        path.unlink()
    else:
        with (
            pa.OSFile(str(path), "wb") as sink,
            pa.ipc.new_file(sink, pa.schema([("a", pa.int8())])) as writer,
        ):
            writer.write_batch(pa.record_batch({"a": pa.array([1], pa.int8())}))
    with pytest.raises(FileUnreadable, match=path.name):
        open_segment(path)
