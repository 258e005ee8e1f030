"""An area with clearly fewer geotags than the roster, or its number of families, lets expect."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo.checks.groups import as_numbers, households
from geo.checks.protocol import Outcomes, Scope, Severity, Values
from geo.parameters import SWITCH, Parameter
from geo.rollups.protocol import About, Decided, RollUp, Setting
from geo.text import Text

if TYPE_CHECKING:
    from geo.engine import Checked

SUMS = pa.schema([("area_code", pa.string()), ("geotags", pa.int64())])


def collect(checked: Checked) -> pa.Table:
    """Households with a usable coordinate, by assigned area; one that was visited twice counts once."""
    geotags = checked.subject.geotags
    rows = np.flatnonzero(checked.subject.usable & ~np.asarray(pc.equal(geotags.assigned_area, "")))
    names = geotags.assigned_area.take(pa.array(rows))
    area, household = as_numbers(names), as_numbers(households(geotags, rows))
    first = np.unique(area * 2**32 + household, return_index=True)[1]
    one = np.ones(len(first), np.int64)
    return ROLL_UP.add_up([pa.table([names.take(pa.array(first)), one], schema=SUMS)])


def decide(sums: pa.Table, values: Values, setting: Setting) -> Decided:
    """Fail where more than ``most_missing`` of the expected number is missing.

    Expected is what the roster says of the area, else how many of its households there need a geotag.
    Without a roster, and where the ruleset says that every family is geotagged (``every_kk``), it is
    ``kk`` of the area in the frame. Areas that a roster does not report finished are not assessed.
    """
    roster = setting.context.roster
    if roster is not None:
        expected = roster.expected_of_area
    elif values["every_kk"]:
        expected = _families(setting)
    else:
        nothing = pa.table({"area_code": pa.array([], pa.string())})
        return Decided(nothing, Outcomes.of(np.zeros(0, np.bool_), Severity.INFO), "no_roster")
    there = dict(zip(sums.column("area_code").to_pylist(), sums.column("geotags").to_pylist(), strict=True))
    codes = sorted(expected.keys() | there.keys())
    n = np.array([there.get(code, 0) for code in codes], np.int64)
    wanted = np.array([expected.get(code, 0) for code in codes], np.int64)
    unfinished = np.zeros(len(codes), np.bool_)
    if roster is not None and roster.finished is not None:
        unfinished = np.array([code not in roster.finished for code in codes], np.bool_)
    return Decided(
        pa.table({"area_code": pa.array(codes, pa.string())}),
        Outcomes.of(
            wanted - n > values["most_missing"] * wanted,
            Severity.INFO,
            {"none_expected": wanted <= 0, "area_not_finished": unfinished},
            lambda rows: {"geotags": n[rows], "expected": wanted[rows], "missing": (wanted - n)[rows]},
        ),
    )


def _families(setting: Setting) -> dict[str, int]:
    """``kk`` of every area of the level that has it as a whole number."""
    found = {}
    for _, layer in setting.frame.layers(setting.level):
        for code, text in zip(layer.codes.to_pylist(), layer.attributes.to_pylist(), strict=True):
            said = str(json.loads(text or "{}").get("kk") or "").strip().removesuffix(".0")
            if said.isascii() and said.isdigit():
                found[code] = int(said)
    return found


ROLL_UP = RollUp(
    code="AREA_UNDERCOVERED",
    version=1,
    severity=Severity.INFO,
    about=About.AREA,
    title=Text(en="Fewer geotags than expected", id="Geotag kurang dari yang diharapkan"),
    message=Text(
        en="{geotags} of {expected} expected geotags are there; {missing} are missing.",
        id="Baru ada {geotags} dari {expected} geotag yang diharapkan; kurang {missing}.",
    ),
    remedy=Text(
        en="See whether devices still have to sync or part of the area was not visited yet.",
        id="Periksa apakah ada perangkat yang belum sinkron atau bagian wilayah yang belum dikunjungi.",
    ),
    sums=SUMS,
    n_keys=1,
    collect=collect,
    decide=decide,
    reads=("household_key", "building_no", "refusal_reason"),
    parameters={
        "most_missing": Parameter(
            0.1,
            "",
            "share of the expected number; the catalogue leaves it to the ruleset",
            least=0.0,
            most=1.0,
        ),
        "every_kk": Parameter(
            0.0, SWITCH, "catalogue of checks: without a roster only where every kk is geotagged"
        ),
    },
    scope=Scope.AREA,
)
