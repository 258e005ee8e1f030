"""Each roll-up: what passes and fails just either side of every threshold, and every reason it may give."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely

from geo.context import Context
from geo.geotags import Geotags
from geo.levels import Level
from geo.regions import Regions
from geo.rollups.protocol import RollUp, Setting
from geo.rollups.reasons import ROLL_UP_REASONS
from geo.rollups.registry import ROLL_UP_OF_CODE, ROLL_UPS
from geo.ruleset import Ruleset
from tests.geo.shapes import around, layer_of
from tests.geo.worlds import (
    FAR,
    FRAME,
    ORIGIN,
    SEA,
    SIDE_M,
    A,
    B,
    C,
    D,
    checked,
    found,
    geotags_at,
    reasons,
    roster_of,
    squares,
    with_values,
)  # fmt: skip

EVERY_FIELD = [column.name for column in fields(Geotags)]
SETTING = Setting(FRAME, Level.SUBSLS)
PRECISE = squares(boundary_sigma_m=0.1)
"""Where a metre or two outside is outside for sure."""


def outcomes(one: RollUp, rows: list[dict[str, Any]], **values: float) -> list[str]:
    """pass, fail or the reason of each subject of some sums, in their order."""
    filled = [{name: row.get(name, 0) for name in one.sums.names} for row in rows]
    decided = one.decide(
        one.add_up([pa.Table.from_pylist(filled, schema=one.sums)]), one.defaults() | values, SETTING
    )
    words = {0: "pass", 1: "fail"}
    return [
        words.get(outcome) or decided.outcomes.reasons[reason]
        for outcome, reason in zip(
            decided.outcomes.outcome.tolist(), decided.outcomes.reason.tolist(), strict=True
        )
    ]


# -- COORDINATE_HEAPING --------------------------------------------------------------------------


def digits(zeros: int, others: int, *, geotags: int = 1000, name: str = "e1") -> dict[str, Any]:
    row = {f"digit_{digit}": others for digit in range(1, 10)}
    return row | {"enumerator_id": name, "decimal": 5, "geotags": geotags, "digit_0": zeros}


def test_heaping_needs_geotags_and_digits_of_them() -> None:
    one = ROLL_UP_OF_CODE["COORDINATE_HEAPING"]
    heaped = digits(200, 10)
    assert outcomes(one, [heaped | {"geotags": 100}]) == ["fail"]
    assert outcomes(one, [heaped | {"geotags": 99}]) == ["few_geotags"]
    assert outcomes(one, [digits(91, 1)]) == ["fail"]
    assert outcomes(one, [digits(90, 1)]) == ["digits_not_written"]
    assert outcomes(one, [digits(0, 0) | {"shorter": 2000}]) == ["digits_not_written"]
    assert outcomes(one, [heaped | {"enumerator_id": ""}]) == ["no_enumerator"]


def test_heaping_needs_both_the_p_value_and_the_effect() -> None:
    one = ROLL_UP_OF_CODE["COORDINATE_HEAPING"]
    # Of 3,000 digits a share of 16 % has w = 0.2; the p-value of that is 1e-21.
    assert outcomes(one, [digits(477, 280)]) == ["pass"]
    assert outcomes(one, [digits(484, 280)]) == ["fail"]
    assert outcomes(one, [digits(484, 280)], least_effect=0.22) == ["pass"]
    # Of 135 digits w is large long before the p-value is small.
    assert outcomes(one, [digits(35, 11)]) == ["pass"]
    assert outcomes(one, [digits(43, 11)]) == ["fail"]
    assert outcomes(one, [digits(35, 11)], most_p=1e-4) == ["fail"]


def test_one_of_the_two_decimals_is_enough() -> None:
    one = ROLL_UP_OF_CODE["COORDINATE_HEAPING"]
    even, heaped = digits(100, 100), digits(500, 10)
    assert outcomes(one, [even, heaped | {"decimal": 6}]) == ["fail"]
    assert outcomes(one, [even, even | {"decimal": 6}]) == ["pass"]
    assert outcomes(one, [even, digits(0, 0) | {"decimal": 6, "shorter": 900}]) == ["pass"]


# -- TOO_REGULAR ---------------------------------------------------------------------------------


def spaced(**other: Any) -> dict[str, Any]:
    usual = {"enumerator_id": "e1", "area_code": A, "geotags": 20, "ratio": 1.0}
    return usual | {"off_line": 3.0, "gap_variation": 1.0} | other


def test_spacing_just_either_side() -> None:
    one = ROLL_UP_OF_CODE["TOO_REGULAR"]
    assert outcomes(one, [spaced()]) == ["pass"]
    assert outcomes(one, [spaced(ratio=1.69)]) == ["pass"]
    assert outcomes(one, [spaced(ratio=1.71)]) == ["fail"]
    assert outcomes(one, [spaced(ratio=1.71, geotags=19)]) == ["few_geotags"]
    assert outcomes(one, [spaced(ratio=1.71, planned=1)]) == ["planned_housing"]
    assert outcomes(one, [spaced(ratio=1.71, enumerator_id="")]) == ["no_enumerator"]
    assert outcomes(one, [spaced(off_line=0.09, gap_variation=0.09)]) == ["fail"]
    assert outcomes(one, [spaced(off_line=0.11, gap_variation=0.09)]) == ["pass"]
    assert outcomes(one, [spaced(off_line=0.09, gap_variation=0.11)]) == ["pass"]


def test_only_geotags_in_their_area_count_and_planned_housing_is_left_alone() -> None:
    x, y = (axis.ravel() * 100.0 + 50 for axis in np.meshgrid(range(5), range(5)))
    grid = checked(geotags_at(x, y, enumerator_id="e1", assigned_area=A))
    [finding] = found("TOO_REGULAR", grid)
    assert (finding["enumerator_id"], finding["area_code"]) == ("e1", A)
    assert finding["evidence"]["geotags"] == 25 and finding["evidence"]["ratio"] > 1.7
    planned = checked(geotags_at(x + SIDE_M, y, enumerator_id="e1", assigned_area=B))
    assert reasons("TOO_REGULAR", planned) == {"planned_housing": 1}
    outside = checked(geotags_at(x, y, enumerator_id="e1", assigned_area=C))
    assert found("TOO_REGULAR", outside) == [] and reasons("TOO_REGULAR", outside) == {}
    two = checked(geotags_at(x, y, enumerator_id=["e1", "e2"] * 12 + ["e1"], assigned_area=A))
    assert reasons("TOO_REGULAR", two) == {"few_geotags": 2}


# -- BOUNDARY_SUSPECT ----------------------------------------------------------------------------


def beyond(offset_m: float, n: int = 10, names: int = 2, area: str = A, **columns: Any) -> Any:
    """n geotags of area A in its eastern neighbour, spread along the edge."""
    y = np.linspace(50, 450, n)
    enumerator = [f"e{i % names}" for i in range(n)]
    given = {"accuracy_m": ["0"] * n, "enumerator_id": enumerator, "assigned_area": area} | columns
    return geotags_at(np.full(n, SIDE_M + offset_m), y, **given)


def suspects(geotags: Any, context: Context | None = None, ruleset: Ruleset | None = None) -> list[Any]:
    return found("BOUNDARY_SUSPECT", checked(geotags, ruleset, PRECISE, context))


def test_a_suspect_boundary_names_both_areas_and_what_was_seen() -> None:
    [finding] = suspects(beyond(20.0))
    assert (finding["area_code"], finding["other_area_code"]) == (A, B)
    assert finding["evidence"] == {
        "geotags": 10,
        "enumerators": 2,
        "median_offset_m": pytest.approx(20.0, abs=0.1),
        "edge_m": pytest.approx(500, abs=2),
    }


def test_boundary_thresholds_just_either_side() -> None:
    assert suspects(beyond(20.0, n=9)) == []
    assert suspects(beyond(20.0, names=1)) == []
    assert suspects(beyond(5.1)) != [] and suspects(beyond(4.9)) == []
    assert suspects(beyond(149.9)) != [] and suspects(beyond(150.2)) == []
    assert (
        suspects(beyond(20.0, names=3), ruleset=with_values("BOUNDARY_SUSPECT", {"least_enumerators": 4}))
        == []
    )


def test_mock_and_manual_points_and_those_that_the_accuracy_explains_do_not_count() -> None:
    assert suspects(beyond(20.0, is_mock=["1"] + ["0"] * 9)) == []
    assert suspects(beyond(20.0, source=["manual"] + ["gps"] * 9)) == []
    assert suspects(beyond(20.0, accuracy_m=["60"] * 10)) == []
    nameless = beyond(20.0, enumerator_id=["e1"] * 9 + [""])
    assert suspects(nameless) == []


def test_each_direction_and_each_pair_is_its_own() -> None:
    five = beyond(20.0, n=5)
    back = geotags_at(
        np.full(5, SIDE_M - 20.0),
        np.linspace(50, 450, 5),
        accuracy_m="0",
        enumerator_id=["e1", "e2", "e1", "e2", "e1"],
        assigned_area=B,
        item_id=[f"b{i}" for i in range(5)],
    )
    together = type(five).from_table(
        pa.concat_tables([one.as_table(EVERY_FIELD) for one in (five, back)], promote_options="default")
    )
    assert suspects(together) == []


def test_areas_that_meet_in_a_corner_or_not_at_all_share_no_edge() -> None:
    n = 12
    corner = geotags_at(
        np.full(n, SIDE_M + 30.0), SIDE_M + np.linspace(20, 40, n), accuracy_m="0",
        enumerator_id=["e1", "e2"] * 6, assigned_area=A,
    )  # fmt: skip
    assert suspects(corner) == []
    far = geotags_at(np.full(n, 3.5 * SIDE_M), 3 * SIDE_M + np.linspace(50, 450, n), accuracy_m="0",
                     enumerator_id=["e1", "e2"] * 6, assigned_area=A)  # fmt: skip
    batch = checked(far, frame=PRECISE)
    assert batch.subject.candidates.area_code[0].as_py() == FAR
    assert found("BOUNDARY_SUSPECT", batch) == []


def test_two_edges_of_one_pair_are_told_apart() -> None:
    """Area A touches B, on both sides of a third one that lies between them in the middle."""
    shapes = [
        shapely.box(0, 0, 500, 500),
        shapely.union_all([shapely.box(500, 0, 800, 500)]).difference(shapely.box(500, 200, 600, 300)),
        shapely.box(500, 200, 600, 300),
    ]
    codes = [A, B, C]
    layer = layer_of([around(shape, *ORIGIN) for shape in shapes], codes)
    frame = replace(PRECISE, segments=(replace(PRECISE.segments[0], layers={Level.SUBSLS: layer}),))

    def of(y: Any) -> list[dict[str, Any]]:
        geotags = geotags_at(
            np.full(len(y), 520.0), y, accuracy_m="0", enumerator_id=[f"e{i % 2}" for i in range(len(y))],
            assigned_area=A,
        )  # fmt: skip
        return found("BOUNDARY_SUSPECT", checked(geotags, frame=frame))

    south, north = np.linspace(20, 180, 10), np.linspace(320, 480, 12)
    assert of(np.r_[south[:6], north[:6]]) == []
    assert [one["evidence"]["geotags"] for one in of(south)] == [10]
    assert [one["evidence"]["geotags"] for one in of(np.r_[south, north])] == [12]
    assert of(north)[0]["evidence"]["edge_m"] == pytest.approx(200, abs=3)


def test_a_coastline_is_left_alone() -> None:
    y = SIDE_M + np.linspace(50, 450, 10)
    at_sea = geotags_at(
        np.full(10, 2 * SIDE_M + 20.0), y, accuracy_m="0", enumerator_id=["e1", "e2"] * 5, assigned_area=D
    )
    batch = checked(at_sea, frame=PRECISE)
    assert batch.subject.candidates.area_code[0].as_py() == SEA
    assert reasons("BOUNDARY_SUSPECT", batch) == {"coastline": 1}

    def shore(gap_m: float) -> Context:
        lake = shapely.box(SIDE_M + gap_m, 0, 2 * SIDE_M, SIDE_M)
        return Context(water=Regions.of(layer_of([around(lake, *ORIGIN)], ["lake"])))

    assert suspects(beyond(20.0), shore(99.0)) == []
    assert suspects(beyond(20.0), shore(101.0)) != []
    assert reasons("BOUNDARY_SUSPECT", checked(beyond(20.0), frame=PRECISE, context=shore(99.0))) == {
        "coastline": 1
    }


# -- the roster ----------------------------------------------------------------------------------

HOUSEHOLDS = [("h1", A, True, True), ("h2", A, True, False), ("h3", A, False, True), ("h4", B, True, True)]


def visited(*records: dict[str, str]) -> Any:
    """Records of households at a place in area A; ``lon_text`` may be made empty with ``nowhere``."""
    names = ("household_key", "assigned_area", "photo_names", "refusal_reason")
    columns = {
        name: [record.get(name, A if name == "assigned_area" else "") for record in records] for name in names
    }
    geotags = geotags_at([100.0] * len(records), [100.0] * len(records), 6, **columns)
    missing = np.array([record.get("nowhere") == "yes" for record in records])
    return replace(geotags, lon=np.where(missing, np.nan, geotags.lon), lon_state=missing.astype(np.uint8))


def missing(code: str, geotags: Any, context: Context) -> list[str]:
    return [row["household_key"] for row in found(code, checked(geotags, context=context))]


def test_households_of_finished_areas_that_have_nothing() -> None:
    context = Context(roster=roster_of(HOUSEHOLDS, frozenset({A})))
    nobody = visited({"household_key": "other"})
    assert missing("GEOTAG_REQUIRED_MISSING", nobody, context) == ["h1", "h2"]
    assert missing("PHOTO_REQUIRED_MISSING", nobody, context) == ["h1", "h3"]
    assert reasons("GEOTAG_REQUIRED_MISSING", checked(nobody, context=context)) == {"area_not_finished": 1}
    first = visited({"household_key": "h1"}, {"household_key": "h3", "photo_names": "a.jpg"})
    assert missing("GEOTAG_REQUIRED_MISSING", first, context) == ["h2"]
    assert missing("PHOTO_REQUIRED_MISSING", first, context) == ["h1"]


def test_a_record_without_a_place_is_no_geotag_and_a_refusal_is_no_gap() -> None:
    context = Context(roster=roster_of(HOUSEHOLDS, frozenset({A})))
    records = visited(
        {"household_key": "h1", "nowhere": "yes"},
        {"household_key": "h2", "nowhere": "yes", "refusal_reason": "menolak"},
    )
    assert missing("GEOTAG_REQUIRED_MISSING", records, context) == ["h1"]
    assert reasons("GEOTAG_REQUIRED_MISSING", checked(records, context=context)) == {
        "refusal_recorded": 1,
        "area_not_finished": 1,
    }


def test_a_household_is_found_under_another_area_only_where_its_key_is_of_one_household() -> None:
    elsewhere = visited({"household_key": "h1", "assigned_area": C})
    context = Context(roster=roster_of(HOUSEHOLDS, frozenset({A})))
    assert missing("GEOTAG_REQUIRED_MISSING", elsewhere, context) == ["h2"]
    numbered = Context(roster=roster_of([("1", A, True, True), ("1", B, True, True)], frozenset({A, B})))
    of_a = visited({"household_key": "1", "assigned_area": A})
    assert [
        row["area_code"] for row in found("GEOTAG_REQUIRED_MISSING", checked(of_a, context=numbered))
    ] == [B]


def test_where_nobody_reports_what_is_finished_nothing_is_missing() -> None:
    context = Context(roster=roster_of(HOUSEHOLDS))
    batch = checked(visited({"household_key": "other"}), context=context)
    assert reasons("GEOTAG_REQUIRED_MISSING", batch) == {"area_not_finished": 3}


# -- AREA_UNDERCOVERED ---------------------------------------------------------------------------


def covered(n: int, context: Context | None = None, ruleset: Ruleset | None = None, area: str = A) -> Any:
    rng = np.random.default_rng(1)
    geotags = geotags_at(*rng.uniform(10, 490, (2, n)), assigned_area=area)
    return checked(geotags, ruleset, context=context)


def test_coverage_just_either_side_of_the_share() -> None:
    context = Context(roster=roster_of([], expected={A: 100}))
    [finding] = found("AREA_UNDERCOVERED", covered(89, context))
    assert finding["area_code"] == A
    assert finding["evidence"] == {"geotags": 89, "expected": 100, "missing": 11}
    assert found("AREA_UNDERCOVERED", covered(90, context)) == []
    less = with_values("AREA_UNDERCOVERED", {"most_missing": 0.2})
    assert found("AREA_UNDERCOVERED", covered(80, context, less)) == []
    assert found("AREA_UNDERCOVERED", covered(79, context, less)) != []


def test_expected_are_the_households_of_the_roster_where_no_number_is_given() -> None:
    rows = [(f"h{i}", A, i < 20, False) for i in range(50)]
    context = Context(roster=roster_of(rows, expected={B: 3}))
    findings = found("AREA_UNDERCOVERED", covered(17, context))
    assert [(one["area_code"], one["evidence"]["expected"]) for one in findings] == [(A, 20), (B, 3)]
    other = covered(5, context, area=C)
    assert reasons("AREA_UNDERCOVERED", other) == {"none_expected": 1}


def test_areas_that_a_roster_does_not_report_finished_wait() -> None:
    context = Context(roster=roster_of([], frozenset({B}), {A: 100, B: 100}))
    batch = covered(1, context)
    assert [one["area_code"] for one in found("AREA_UNDERCOVERED", batch)] == [B]
    assert reasons("AREA_UNDERCOVERED", batch) == {"area_not_finished": 1}


def test_a_household_visited_twice_counts_once() -> None:
    context = Context(roster=roster_of([], expected={A: 10}))
    rng = np.random.default_rng(1)
    twice = geotags_at(
        *rng.uniform(10, 490, (2, 16)), assigned_area=A, household_key=[f"h{i // 2}" for i in range(16)]
    )
    [finding] = found("AREA_UNDERCOVERED", checked(twice, context=context))
    assert finding["evidence"]["geotags"] == 8


def test_without_a_roster_only_where_the_ruleset_says_that_every_family_is_geotagged() -> None:
    assert reasons("AREA_UNDERCOVERED", covered(5)) == {"no_roster": 1}
    every = with_values("AREA_UNDERCOVERED", {"every_kk": 1.0})
    batch = covered(37, ruleset=every, area=B)
    findings = found("AREA_UNDERCOVERED", batch)
    assert [(one["area_code"], one["evidence"]["expected"]) for one in findings] == [(C, 12)]
    assert [one["area_code"] for one in found("AREA_UNDERCOVERED", covered(35, ruleset=every, area=B))] == [
        B,
        C,
    ]
    assert reasons("AREA_UNDERCOVERED", covered(5, ruleset=every)) == {"none_expected": 1}


# -- ENUMERATOR_FLAG_RATE ------------------------------------------------------------------------


def team(n: int, k: int, colleagues: int = 9, kecamatan: str = "5105030") -> list[dict[str, Any]]:
    """One enumerator with k flags of n, and colleagues with 5 of 100."""
    rows = [{"enumerator_id": "a", "geotags": n, "flagged": k, "kecamatan": kecamatan}]
    others = [f"c{i}" for i in range(colleagues)]
    return rows + [
        {"enumerator_id": name, "geotags": 100, "flagged": 5, "kecamatan": kecamatan} for name in others
    ]


def test_flag_rate_needs_geotags_colleagues_a_name_and_a_kecamatan() -> None:
    one = ROLL_UP_OF_CODE["ENUMERATOR_FLAG_RATE"]
    assert outcomes(one, team(30, 20)) == ["fail"] + ["pass"] * 9
    assert outcomes(one, team(29, 20)) == ["few_geotags"] + ["pass"] * 9
    assert outcomes(one, team(100, 90, colleagues=3)) == ["few_enumerators"] * 4
    assert outcomes(one, team(100, 90, colleagues=4))[0] == "fail"
    assert set(outcomes(one, team(100, 90, kecamatan=""))) == {"no_kecamatan"}
    nameless = team(100, 90)
    nameless[0]["enumerator_id"] = ""
    assert outcomes(one, nameless) == ["no_enumerator"] + ["pass"] * 9


def test_the_share_of_false_discoveries_decides() -> None:
    one = ROLL_UP_OF_CODE["ENUMERATOR_FLAG_RATE"]
    fails = [outcomes(one, team(100, k))[0] == "fail" for k in range(101)]
    least = fails.index(True)
    assert 10 < least < 40
    assert not any(fails[:least]) and all(fails[least:])
    assert outcomes(one, team(100, least), false_discovery=0.01)[0] == "pass"
    assert outcomes(one, team(100, least - 1), false_discovery=0.2)[0] == "fail"


def test_an_enumerator_of_two_kecamatan_is_compared_in_each() -> None:
    one = ROLL_UP_OF_CODE["ENUMERATOR_FLAG_RATE"]
    both = team(100, 80) + team(100, 5, kecamatan="5105040")
    assert outcomes(one, both) == ["fail"] + ["pass"] * 19


# -- all of them ---------------------------------------------------------------------------------


@pytest.mark.parametrize("one", ROLL_UPS, ids=lambda one: one.code)
def test_every_reason_has_words(one: RollUp) -> None:
    decided = one.decide(one.add_up([]), one.defaults(), SETTING)
    assert set(decided.outcomes.reasons) | ({decided.absent} - {None}) <= set(ROLL_UP_REASONS)
