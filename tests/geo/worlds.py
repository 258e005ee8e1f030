"""Small campaigns for the tests of roll-ups: a frame of squares, and geotags drawn in metres."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geo.context import Context
from geo.engine import Checked, check_geotags
from geo.frame import Frame
from geo.geodesy import metres_per_degree
from geo.geotags import Geotags
from geo.levels import Level
from geo.rollups.engine import RollUps, add_sums, collect_sums, decide_sums, roll_ups_of
from geo.rollups.protocol import Setting
from geo.roster import Roster
from geo.ruleset import Ruleset
from tests.geo.shapes import around, frame_of, layer_of

ORIGIN = 115.4, -8.5
SIDE_M = 500.0
AREAS = {
    "5105030001000101": (0, 0),
    "5105030001000102": (1, 0),
    "5105030001000201": (0, 1),
    "5105040001000101": (1, 1),
    "5105040001600001": (2, 1),  # of the sea
    "5105040001000103": (3, 3),  # away from the others
}
ATTRIBUTES: dict[str, dict[str, Any]] = {
    "5105030001000102": {"dominan": "2", "kk": 40},
    "5105030001000201": {"kk": "12.0"},
    "5105040001000101": {"kk": ""},
}
A, B, C, D, SEA, FAR = AREAS


def squares(boundary_sigma_m: float = 5.0) -> Frame:
    """Squares of 500 m in two kecamatan; B is planned housing."""
    shapes = [
        around(shapely.box(x * SIDE_M, y * SIDE_M, (x + 1) * SIDE_M, (y + 1) * SIDE_M), *ORIGIN)
        for x, y in AREAS.values()
    ]
    attributes = [json.dumps(ATTRIBUTES.get(code, {})) for code in AREAS]
    return frame_of(layer_of(shapes, list(AREAS), attributes=attributes), boundary_sigma_m=boundary_sigma_m)


FRAME = squares()


def degrees(x_m: Any, y_m: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitude and latitude of metres from the origin."""
    kx, ky = metres_per_degree(ORIGIN[1])
    return ORIGIN[0] + np.asarray(x_m, float) / kx, ORIGIN[1] + np.asarray(y_m, float) / ky


def geotags_at(x_m: Any, y_m: Any, decimals: int | None = None, **columns: Sequence[Any] | str) -> Geotags:
    """Geotags in metres; a column may be one text for all. Written with ``decimals``, or as numbers."""
    lon, lat = degrees(x_m, y_m)
    n = len(lon)
    given: dict[str, Any] = {"lon_text": pa.array(lon), "lat_text": pa.array(lat)}
    if decimals is not None:
        given = {
            "lon_text": [f"{v:.{decimals}f}" for v in lon],
            "lat_text": [f"{v:.{decimals}f}" for v in lat],
        }
    given |= {
        name: [values] * n if isinstance(values, str) else list(values) for name, values in columns.items()
    }
    given.setdefault("item_id", [f"i{i:06d}" for i in range(n)])
    given.setdefault("household_key", given["item_id"])
    given.setdefault("accuracy_m", ["5"] * n)
    return Geotags.from_columns(given)


def checked(
    geotags: Geotags, ruleset: Ruleset | None = None, frame: Frame = FRAME, context: Context | None = None
) -> Checked:
    """The batch, seen by every check."""
    return check_geotags(geotags, frame, Level.SUBSLS, ruleset, context=context)


def with_values(code: str, values: Mapping[str, float]) -> Ruleset:
    """The default ruleset with other values of one rule."""
    return Ruleset.from_json({"name": "other", "version": 1, "parameters": {code: dict(values)}})


def rolled_up(batches: Sequence[Checked]) -> RollUps:
    """Sums of all batches, decided: each batch is one cut of the input."""
    first = batches[0]
    sums: dict[str, pa.Table] = {}
    for batch in batches:
        sums = add_sums(sums, collect_sums(batch, roll_ups_of(first.ruleset)))
    subject = first.subject
    return decide_sums(sums, first.ruleset, Setting(subject.frame, subject.level, subject.context))


def found(code: str, batch: Checked) -> list[dict[str, Any]]:
    """The findings of one roll-up, their evidence read."""
    rows = rolled_up([batch]).findings.to_pylist()
    return [row | {"evidence": json.loads(row["evidence"])} for row in rows if row["code"] == code]


def reasons(code: str, batch: Checked) -> dict[str, int]:
    """How many subjects of a roll-up were not assessed, by reason."""
    counted = rolled_up([batch]).not_assessed
    return {reason: n for (of, reason), n in counted.items() if of == code}


def roster_of(
    rows: Sequence[tuple[str, str, bool, bool]],
    finished: frozenset[str] | None = None,
    expected: Mapping[str, int] | None = None,
) -> Roster:
    """A roster of (household, area, needs a geotag, needs a photo)."""
    keys, areas, geotag, photo = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Roster(
        pa.array(list(keys), pa.string()),
        pa.array(list(areas), pa.string()),
        np.array(geotag, np.bool_),
        np.array(photo, np.bool_),
        finished,
        expected or {},
    )
