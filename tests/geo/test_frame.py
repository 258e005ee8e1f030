"""The frame in memory: what goes in comes out, and what is asked for is found."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.codes import SCHEMES
from geo.frame import Frame, Layer, Segment
from geo.levels import Level
from tests.geo.shapes import cell_areas, layer_of

BPS = SCHEMES["bps"]


def square(x: float, y: float, size: float = 0.01) -> Any:
    return shapely.box(x, y, x + size, y + size)


@settings(max_examples=100, deadline=None)
@given(st.lists(cell_areas(), max_size=5))
def test_a_layer_gives_back_its_shapes(shapes: list[Any]) -> None:
    layer = layer_of(shapes)
    assert len(layer) == len(shapes) == len(layer.boxes)
    for row, shape in enumerate(shapes):
        held = layer.geometry(row)
        assert held.geom_type == "MultiPolygon" and held.is_valid
        assert shapely.equals_identical(
            shapely.normalize(held), shapely.normalize(shapely.multipolygons(shapely.get_parts(shape)))
        )
        assert layer.boxes[row].tolist() == list(shape.bounds)


@settings(max_examples=50, deadline=None)
@given(cell_areas())
def test_rings_are_closed_and_turn_as_promised(shape: Any) -> None:
    for given_shape in (shape, shapely.orient_polygons(shape, exterior_cw=True)):
        layer = layer_of([given_shape])
        rings = [
            shapely.linearrings(np.column_stack([layer.xs[a:b], layer.ys[a:b]]))
            for a, b in zip(layer.ring_offsets, layer.ring_offsets[1:], strict=False)
        ]
        area = sum(shapely.area(shapely.polygons(r)) * (1 if shapely.is_ccw(r) else -1) for r in rings)
        assert area == pytest.approx(shape.area)
        assert layer.area_offsets.tolist() == [0, len(rings)]


def test_an_empty_layer_and_areas_without_geometry() -> None:
    empty = layer_of([])
    assert len(empty) == 0 and empty.boxes.shape == (0, 4) and empty.area_offsets.tolist() == [0]
    spike = shapely.Polygon([(115, -8), (116, -7), (117, -6)])
    layer = layer_of([spike, square(115, -8), shapely.MultiPolygon(), None, shapely.Polygon()])
    assert layer.area_offsets.tolist() == [0, 0, 1, 1, 1, 1]
    assert [layer.geometry(row).is_empty for row in range(5)] == [True, False, True, True, True]
    assert layer.tree.query((114, -9, 118, -5)).tolist() == [1]


def country(*columns: float) -> Frame:
    """One kabupaten with one desa each at these longitudes; an odd number also has sub-SLS."""
    segments = []
    for i, x in enumerate(columns):
        key = f"51{i:02d}"
        layers = {Level.DESA: layer_of([square(x, -8)], [key + "010001"], Level.DESA)}
        if i % 2:
            layers[Level.SUBSLS] = layer_of([square(x, -8)], [key + "010001000100"])
        segments.append(Segment(key, layers, frozenset({f"{key}010009"})))
    return Frame(BPS, tuple(segments))


def test_segments_by_extent() -> None:
    frame = country(115.0, 115.01, 116.0)
    layers = [frame.segments[i].layers[Level.DESA] for i in range(3)]
    assert frame.layers_touching(Level.DESA, (115.005, -7.995, 115.006, -7.994)) == [layers[0]]
    # The shared edge touches both.
    assert frame.layers_touching(Level.DESA, (115.01, -8, 115.01, -8)) == layers[:2]
    assert frame.layers_touching(Level.DESA, (114, -9, 117, -7)) == layers
    assert frame.layers_touching(Level.DESA, (115.5, -8, 115.6, -7)) == []
    assert frame.layers_touching(Level.SUBSLS, (114, -9, 117, -7)) == [frame.segments[1].layers[Level.SUBSLS]]
    assert frame.layers_touching(Level.KEC, (114, -9, 117, -7)) == []


def test_levels_keys_and_withheld_codes_of_all_segments() -> None:
    frame = country(115.0, 115.01, 116.0)
    assert frame.levels() == [Level.DESA, Level.SUBSLS]
    assert frame.segment_of_key == {"5100": 0, "5101": 1, "5102": 2}
    assert [position for position, _ in frame.layers(Level.SUBSLS)] == [1]
    assert frame.withheld == {"5100010009", "5101010009", "5102010009"}
    assert frame.extent() == (115.0, -8.0, 116.01, -7.99)


def test_areas_without_geometry_do_not_spoil_the_extent() -> None:
    nothing = Segment("5199", {Level.DESA: layer_of([None], ["5199010001"], Level.DESA)})
    partly = Segment(
        "5198",
        {Level.DESA: layer_of([None, square(115, -8)], ["5198010001", "5198010002"], Level.DESA)},
    )
    frame = Frame(BPS, (nothing, partly, Segment("5197", {})))
    assert frame.extent() == (115.0, -8.0, 115.01, -7.99)
    assert frame.layers_touching(Level.DESA, (114, -9, 117, -7)) == [partly.layers[Level.DESA]]


@pytest.mark.parametrize(
    "segments", [(), (Segment("5105", {}),), (Segment("5105", {Level.DESA: layer_of([])}),)]
)
def test_a_frame_of_nothing(segments: tuple[Segment, ...]) -> None:
    frame = Frame(BPS, segments)
    assert frame.extent() == (np.inf, np.inf, -np.inf, -np.inf)
    assert frame.layers_touching(Level.DESA, (-180, -90, 180, 90)) == []
    assert frame.withheld == frozenset()


def test_a_layer_over_read_only_arrays_works() -> None:
    """As it comes from a mapped file."""
    layer = layer_of([square(115, -8)])
    for name in ("area_offsets", "ring_offsets", "xs", "ys", "boxes"):
        getattr(layer, name).flags.writeable = False
    layer.tree.boxes.flags.writeable = False
    layer.tree.items.flags.writeable = False
    assert layer.geometry(0).area == pytest.approx(1e-4)
    assert layer.tree.query((115, -8, 115, -8)).tolist() == [0]


def test_layers_travel_to_other_processes() -> None:
    layer: Layer = pickle.loads(pickle.dumps(layer_of([square(115, -8)])))  # noqa: S301  our own bytes
    assert layer.geometry(0).bounds == (115.0, -8.0, 115.01, -7.99)
