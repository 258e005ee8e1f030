"""Checks of places, cut into squares with what lies around them as a bulk check cuts, against the whole."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.checks.protocol import Scope
from geo.checks.registry import CHECKS
from geo.context import Context
from geo.engine import Checked, check_geotags
from geo.geotags import ALWAYS_READ, Geotags
from geo.levels import Level
from geo.places import Places
from geotags.bulk.scratch import read_keys
from geotags.bulk.spill import read_bucket, write_spill
from tests.geo.shapes import around, frame_of, layer_of

# A corner of four squares, and around it centroids of an area and of its village, and a listed office.
CORNER = (115.0, -8.0)
METRE = 1 / 110_574
AREAS = {
    "5105030001000101": shapely.box(-499, -499, 501, 501),
    "5105030001000102": shapely.box(501, -499, 901, 501),
}
FRAME = frame_of(
    layer_of([around(shape, *CORNER) for shape in AREAS.values()], list(AREAS)),
    layer_of([around(shapely.box(-908, -499, 900, 501), *CORNER)], ["5105030001"], Level.DESA),
)
OFFICE = around(shapely.Point(8, 3), *CORNER)
CONTEXT = Context(
    places=Places(pa.array(["office"]), pa.array(["-"]), np.array([OFFICE.x]), np.array([OFFICE.y]))
)
PLACE_CHECKS = [check for check in CHECKS if check.scope is Scope.PLACE]
FIELDS = {*ALWAYS_READ, *(name for check in PLACE_CHECKS for name in check.reads)}

RECORD = st.fixed_dictionaries(
    {
        "east": st.integers(-30, 30) | st.integers(-110, 110),
        "north": st.integers(-12, 12) | st.integers(-110, 110),
        "assigned_area": st.sampled_from(list(AREAS)),
        "accuracy_m": st.sampled_from(["3", "8", "30", ""]),
        "household_key": st.sampled_from([f"h{i}" for i in range(14)]),
        "building_no": st.sampled_from(["", "", "1", "2"]),
        "enumerator_id": st.sampled_from(["e", "e", "e", "f", ""]),
        "source": st.sampled_from(["gps", "gps", "manual"]),
    }
)


def batch(records: list[dict[str, Any]]) -> Geotags:
    columns = {name: [record[name] for record in records] for name in records[0]}
    east, north = columns.pop("east"), columns.pop("north")
    columns["lon_text"] = [repr(CORNER[0] + metres * METRE) for metres in east]
    columns["lat_text"] = [repr(CORNER[1] + metres * METRE) for metres in north]
    return Geotags.from_columns(columns)


def said(done: Checked, kept: Any) -> dict[tuple[str, str], Any]:
    """Outcome, severity and evidence of the rows kept, by check and item."""
    items = done.subject.geotags.item_id.to_pylist()
    told: dict[tuple[str, str], Any] = {
        (code, items[row]): int(outcomes.outcome[row])
        for code, outcomes in done.outcomes.items()
        for row in np.flatnonzero(kept).tolist()
    }
    for one in done.findings():
        if kept[one.row]:
            told[one.check.code, items[one.row]] = (one.severity, one.evidence)
    return told


def whole_and_cut(records: list[dict[str, Any]]) -> tuple[dict[Any, Any], dict[Any, Any], int]:
    """What the checks say of all geotags at once, what they say of each square, and how many those are."""
    records = [record | {"item_id": f"i{number:02d}"} for number, record in enumerate(records)]
    geotags = batch(records)
    done = check_geotags(geotags, FRAME, Level.SUBSLS, checks=PLACE_CHECKS, context=CONTEXT)
    cut: dict[Any, Any] = {}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "piece.arrow"
        write_spill(path, done, np.arange(len(records)), Scope.PLACE, FIELDS, 1)
        keys = read_keys(path)
        for key in keys:
            some, membership, _, own = read_bucket([path], key)
            of_key = check_geotags(
                some, FRAME, Level.SUBSLS, checks=PLACE_CHECKS, context=CONTEXT, membership=membership
            )
            cut |= said(of_key, own)
    return said(done, np.ones(len(records), np.bool_)), cut, len(keys)


@settings(max_examples=80, deadline=None)
@given(st.lists(RECORD, min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_squares_with_what_lies_around_them_say_what_the_whole_says(
    records: list[dict[str, Any]], random: Any
) -> None:
    random.shuffle(records)
    whole, cut, _ = whole_and_cut(records)
    assert cut == whole


def test_a_crowd_at_the_corner_is_found_by_every_check_of_places_in_all_squares() -> None:
    """The law above is not kept by finding nothing."""
    rng = np.random.default_rng(8)
    records = [
        {"east": east, "north": north, "assigned_area": "5105030001000101", "accuracy_m": "8"}
        | {"household_key": f"h{i}", "building_no": "", "enumerator_id": "e", "source": "gps"}
        for i, (east, north) in enumerate(rng.integers(-6, 7, (60, 2)).tolist())
    ]
    whole, cut, n_squares = whole_and_cut(records)
    assert n_squares == 4
    assert cut == whole
    failing = {code for (code, _), what in whole.items() if isinstance(what, tuple)}
    assert failing == {check.code for check in PLACE_CHECKS}
