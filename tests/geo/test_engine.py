"""Laws of the engine: what must hold for any batch of geotags, whatever the checks find in it."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo.checks.protocol import Outcome, Scope, Severity
from geo.checks.reasons import REASONS
from geo.checks.registry import CHECKS
from geo.codes import SCHEMES
from geo.engine import Checked, Verdict, check_geotags, roll_up, verdict_of
from geo.errors import ValueRefused
from geo.frame import Frame, Segment
from geo.geotags import Geotags
from geo.levels import Level
from geo.ruleset import Ruleset
from tests.geo.shapes import around, frame_of, layer_of
from tests.geo.test_cases import FILES, FRAMES, frame_named, geotags_of, level_of
from tests.geo.test_cases import frame_of as frame_of_case

LON, LAT = 115.4, -8.5
SIDE_M = 100
SPECIAL = 4  # of the nine areas of each kabupaten the one where many may share a point
WITHHELD = "5105020001000999"
# Those that a place alone decides: an accuracy may be poor wherever the point is.
OF_PLACE = [check for check in CHECKS if not check.code.startswith("ACCURACY_")]
ALONE = [check for check in CHECKS if check.scope is Scope.RECORD]


@cache
def frame() -> Frame:
    """Two kabupaten of three by three squares each, side by side."""
    segments = []
    for east, kab in enumerate(("5105", "5106")):
        squares = [
            around(shapely.box(x, y, x + SIDE_M, y + SIDE_M), LON, LAT)
            for y in range(0, 3 * SIDE_M, SIDE_M)
            for x in range(east * 3 * SIDE_M, (east + 1) * 3 * SIDE_M, SIDE_M)
        ]
        codes = [f"{kab}0200{i // 3 + 1:02d}0001{i % 3 + 1:02d}" for i in range(9)]
        kinds = ['{"dominan": "4"}' if i == SPECIAL else "{}" for i in range(9)]
        layer = layer_of(squares, codes, attributes=kinds)
        segments.append(Segment(kab, {Level.SUBSLS: layer}, frozenset({WITHHELD})))
    return Frame(SCHEMES["bps"], tuple(segments))


CODES = [code for segment in frame().segments for code in segment.layers[Level.SUBSLS].codes.to_pylist()]
odd_texts = st.sampled_from(["", "0", "-9999", "115,4", "abc", "1e400", "200", "115.4", "-8.5"])
# Few places, so that geotags come together: on borders, beside them, in the middle; and beyond the frame.
squares = st.sampled_from([(1, 1), (1, 1), (0, 0), (2, 0), (3, 1), (5, 2), (-1, 1), (8, 0)])
offsets = st.sampled_from([(50, 50), (50, 50), (50, 50), (0, 50), (3, 50), (97, 97)])


@st.composite
def records(draw: st.DrawFn) -> dict[str, str]:
    """One geotag: mostly a place in or around the frame, often in its own area."""
    wild = draw(st.integers(0, 7))
    (column, row), (east, north) = draw(squares), draw(offsets)
    at = around(shapely.Point(column * SIDE_M + east, row * SIDE_M + north), LON, LAT)
    lon, lat = f"{at.x:.7f}", f"{at.y:.7f}"
    area = draw(st.sampled_from([*CODES, WITHHELD, "", "5105", "7310030003000301"]))
    if 0 <= column < 6 and 0 <= row < 3 and draw(st.booleans()):
        area = CODES[column // 3 * 9 + row * 3 + column % 3]
    if wild == 0:
        lon, lat = draw(st.one_of(st.just(("0", "0.0")), st.tuples(odd_texts, odd_texts)))
    if wild == 1:
        lon, lat = draw(st.sampled_from([(lat, lon), ("-" + lon, lat), (lon, lat.removeprefix("-"))]))
    return {
        "lon_text": lon,
        "lat_text": lat,
        "assigned_area": area,
        "accuracy_m": draw(st.sampled_from(["", "0", "3", "8.5", "40", "300", "-1"])),
        "datum_epsg": draw(st.sampled_from(["4326", "4326", "", "4238", "32750", "?"])),
        "household_key": draw(st.sampled_from("abcdefghijkl")),
        "building_no": draw(st.sampled_from(["", "1", "2", "3"])),
    }


batches = st.lists(records(), min_size=1, max_size=25)


def as_geotags(rows: list[dict[str, str]]) -> Geotags:
    names = rows[0] if rows else ("lon_text", "lat_text")
    return Geotags.from_columns({name: [row[name] for row in rows] for name in names})


def checked(rows: list[dict[str, str]], **options: Any) -> Checked:
    return check_geotags(as_geotags(rows), frame(), Level.SUBSLS, **options)


def told(done: Checked, rows: NDArray[np.int64] | None = None) -> list[Any]:
    """Everything that is said of each geotag (or of some, in that order)."""
    findings: dict[int, list[Any]] = {i: [] for i in range(len(done.subject.geotags))}
    for found in done.findings():
        findings[found.row].append(
            (found.check.code, found.severity, found.distance_m, found.probability, found.evidence)
        )
    verdicts, not_assessed = done.verdicts(), done.not_assessed()
    rows = np.arange(len(findings)) if rows is None else rows
    return [(int(verdicts[i]), not_assessed[i], findings[i]) for i in rows.tolist()]


@settings(max_examples=80, deadline=None)
@given(batches, st.randoms(use_true_random=False))
def test_the_order_of_the_batch_does_not_matter(rows: list[dict[str, str]], random: Any) -> None:
    order = list(range(len(rows)))
    random.shuffle(order)
    shuffled = checked([rows[i] for i in order])
    assert told(shuffled, np.argsort(order)) == told(checked(rows))


@settings(max_examples=80, deadline=None)
@given(batches, st.integers(0, 25))
def test_a_batch_in_two_parts_gives_the_same(rows: list[dict[str, str]], cut: int) -> None:
    """All but the checks that look at other geotags of the campaign, which the store judges by place."""
    parts = [part for part in (rows[:cut], rows[cut:]) if part]
    apart = [one for part in parts for one in told(checked(part, checks=ALONE))]
    assert apart == told(checked(rows, checks=ALONE))


@settings(max_examples=40, deadline=None)
@given(batches)
def test_a_second_run_and_a_part_of_the_checks_say_the_same(rows: list[dict[str, str]]) -> None:
    whole = checked(rows)
    assert told(checked(rows)) == told(whole)
    for check in CHECKS:
        alone = checked(rows, checks=[check]).outcomes
        assert list(alone) == [check.code]
        for column in ("outcome", "severity", "reason"):
            one, all_of_them = (getattr(of[check.code], column) for of in (alone, whole.outcomes))
            assert (one == all_of_them).all(), (check.code, column)
        assert alone[check.code].reasons == whole.outcomes[check.code].reasons
        one, all_of_them = (list(of[check.code].evidence_rows()) for of in (alone, whole.outcomes))
        assert one == all_of_them


def every_case(name: str) -> Geotags:
    """The geotags of all case files that are drawn in one frame: every outcome of every check is there."""
    cases = [case for document in FILES.values() for case in document["cases"] if frame_of_case(case) == name]
    rows = [row for case in cases for row in case["geotags"]]
    typed = [case.get("typed", True) for case in cases for _ in case["geotags"]]
    return geotags_of(rows, name, typed)


@pytest.mark.parametrize("name", FRAMES)
def test_the_geotags_of_all_cases_keep_the_laws_together(name: str) -> None:
    """Order, parts and repetition, where nothing is left to the chance of a draw."""
    geotags, frame, level = every_case(name), frame_named(name), level_of(name)
    whole = told(check_geotags(geotags, frame, level))
    assert told(check_geotags(geotags, frame, level)) == whole
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(geotags))
        shuffled = check_geotags(geotags.take(order), frame, level)
        assert told(shuffled, np.argsort(order)) == whole
    alone = told(check_geotags(geotags, frame, level, checks=ALONE))
    for cut in (1, len(geotags) // 3, len(geotags) // 2):
        parts = [np.arange(cut), np.arange(cut, len(geotags))]
        checked_parts = [check_geotags(geotags.take(part), frame, level, checks=ALONE) for part in parts]
        assert [one for part in checked_parts for one in told(part)] == alone


@settings(max_examples=80, deadline=None)
@given(batches)
def test_every_geotag_has_one_outcome_of_every_check(rows: list[dict[str, str]]) -> None:
    done = checked(rows)
    findings, not_assessed = list(done.findings()), done.not_assessed()
    assert list(done.outcomes) == [check.code for check in CHECKS]
    failed = 0
    for code, outcomes in done.outcomes.items():
        assert len(outcomes.outcome) == len(outcomes.severity) == len(outcomes.reason) == len(rows)
        assert set(outcomes.outcome.tolist()) <= set(Outcome)
        failed += len(outcomes.failed)
        for row, said in enumerate(not_assessed):
            assert (code in said) == (outcomes.outcome[row] == Outcome.NOT_ASSESSED)
            assert code not in said or said[code] in REASONS
    assert len(findings) == failed


@settings(max_examples=80, deadline=None)
@given(batches)
def test_the_worst_finding_decides_and_undecided_is_never_accepted(rows: list[dict[str, str]]) -> None:
    done = checked(rows)
    for row, (verdict, _, findings) in enumerate(told(done)):
        worst = max((severity for _, severity, *_ in findings), default=None)
        undecided = done.membership.undecided[row] > 0
        assert undecided == bool(np.isnan(done.membership.distance_m[row]))
        if worst in (Severity.ERROR, Severity.REVIEW):
            assert verdict == (Verdict.REJECTED if worst == Severity.ERROR else Verdict.REVIEW)
        else:
            assert verdict == (Verdict.NOT_ASSESSED if undecided else Verdict.ACCEPTED)
    # Nor where none of the checks was run that say why it is undecided.
    unasked = checked(rows, checks=()).verdicts()
    assert ((unasked == Verdict.NOT_ASSESSED) == (done.membership.undecided > 0)).all()
    assert ((unasked == Verdict.ACCEPTED) == (done.membership.undecided == 0)).all()


def test_the_roll_up_of_every_pair() -> None:
    worst = np.array([0, 0, 1, 1, 2, 2, 3, 3], np.uint8)
    verdicts = roll_up(worst, np.array([False, True] * 4))
    assert [Verdict(verdict).word for verdict in verdicts.tolist()] == [
        *("accepted", "not_assessed", "accepted", "not_assessed"),
        *("review", "review", "rejected", "rejected"),
    ]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CODES[:9]), st.floats(0, 2 * np.pi), st.sampled_from(["3", "20", "90"]))
def test_farther_from_a_square_is_never_likelier_inside(code: str, turn: float, accuracy: str) -> None:
    """Along a ray from the middle of the assigned square: distance falls, and with it the probability."""
    row = CODES.index(code)
    middle = np.array([row % 3, row // 3]) * SIDE_M + SIDE_M / 2
    steps = np.arange(0, 900, 15)[:, None] * np.array([np.cos(turn), np.sin(turn)]) + middle
    places = np.array([around(shapely.Point(xy), LON, LAT).coords[0] for xy in steps])
    done = checked(
        [
            {"lon_text": repr(x), "lat_text": repr(y), "assigned_area": code, "accuracy_m": accuracy}
            for x, y in places.tolist()
        ]
    )
    assert (np.diff(done.membership.distance_m) < 0).all()
    assert (np.diff(done.membership.probability) < 1e-9).all()
    outside = done.membership.distance_m < -500
    assert outside.any()
    assert (done.verdicts()[outside] >= Verdict.REVIEW).all()


def one_village(with_neighbour: bool) -> Frame:
    """A square of 100 m, alone or in the middle of another area of its village, 3 km wide all round."""
    square = shapely.box(0, 0, SIDE_M, SIDE_M)
    wide = shapely.box(-3000, -3000, 3000 + SIDE_M, 3000 + SIDE_M).difference(square)
    shapes = [around(shape, LON, LAT) for shape in ([square, wide] if with_neighbour else [square])]
    return frame_of(layer_of(shapes, ["5105020001000101", "5105020001000102"][: len(shapes)]))


@settings(max_examples=40, deadline=None)
@given(st.booleans(), st.floats(0, 2 * np.pi), st.sampled_from(["3", "20", "90"]))
def test_farther_outside_is_never_milder(with_neighbour: bool, turn: float, accuracy: str) -> None:
    """Along a ray out of the area, within what lies round it: nothing, info, review, error; never back."""
    middle = SIDE_M / 2
    rows = [
        place_at(middle + away * np.cos(turn), middle + away * np.sin(turn), accuracy_m=accuracy)
        | {"assigned_area": "5105020001000101"}
        for away in range(0, 2900, 40)
    ]
    done = check_geotags(as_geotags(rows), one_village(with_neighbour), Level.SUBSLS, checks=OF_PLACE)
    severities = [max((found[1] for found in findings), default=0) for _, _, findings in told(done)]
    assert severities == sorted(severities)
    assert (np.diff(done.verdicts().astype(int)) >= 0).all()
    assert severities[-1] == (Severity.ERROR if with_neighbour else Severity.REVIEW)


def place_at(east_m: float, north_m: float, **rest: str) -> dict[str, str]:
    at = around(shapely.Point(east_m, north_m), LON, LAT)
    return {"lon_text": f"{at.x:.7f}", "lat_text": f"{at.y:.7f}"} | rest


def test_lost_signs_are_seen_in_every_kabupaten_of_a_batch() -> None:
    rows = []
    for column in (0, 3):
        row = place_at(column * SIDE_M + 50, 50, accuracy_m="8", assigned_area=CODES[column * 3])
        rows += [row, row | {"lat_text": row["lat_text"].removeprefix("-")}]
    negated = checked(rows).outcomes["PRESUMED_NEGATED_LATITUDE"]
    assert negated.failed.tolist() == [1, 3]


def test_assigned_areas_that_are_withheld_are_not_assessed() -> None:
    place = place_at(50, 50, accuracy_m="8", assigned_area=WITHHELD)
    [(verdict, not_assessed, findings)] = told(checked([place]))
    assert (Verdict(verdict), findings) == (Verdict.NOT_ASSESSED, [])
    assert not_assessed["AREA_UNKNOWN"] == not_assessed["OUTSIDE_ASSIGNED_AREA"] == "area_withheld"


def test_nothing_against_something_and_something_against_nothing() -> None:
    nothing = Geotags.from_columns(
        {"lon_text": pa.array([], pa.string()), "lat_text": pa.array([], pa.string())}
    )
    empty = Frame(SCHEMES["bps"], ())
    for against in (frame(), empty):
        done = check_geotags(nothing, against, Level.SUBSLS)
        assert len(done.verdicts()) == 0 and list(done.findings()) == []
    place = place_at(50, 50, accuracy_m="8", assigned_area=CODES[0])
    [(verdict, _, findings)] = told(check_geotags(as_geotags([place]), empty, Level.SUBSLS))
    assert Verdict(verdict) == Verdict.REVIEW and [code for code, *_ in findings] == ["AREA_UNKNOWN"]


def test_a_level_that_the_scheme_does_not_have_is_refused() -> None:
    geotags = as_geotags([{"lon_text": "115.4", "lat_text": "-8.5"}])
    with pytest.raises(ValueRefused, match="one of: prov, kab, kec, desa"):
        check_geotags(geotags, Frame(SCHEMES["kemendagri"], ()), Level.SUBSLS)


@pytest.mark.parametrize(("east_m", "assigned"), [(-16.5, CODES[0]), (616.5, CODES[11])])
def test_outside_is_outside_for_every_check_of_a_ruleset(east_m: float, assigned: str) -> None:
    """One threshold decides among the three, so that no point falls between two of them."""
    place = place_at(east_m, 50, accuracy_m="8", assigned_area=assigned)
    for least, found in ((0.001, "MEMBERSHIP_UNCERTAIN"), (0.02, "IN_NO_AREA")):
        stored = {"OUTSIDE_ASSIGNED_AREA": {"least_probability": least}}
        ruleset = Ruleset.from_json({"name": "lain", "version": 1, "parameters": stored})
        [(_, _, findings)] = told(checked([place], ruleset=ruleset))
        assert [name for name, *_ in findings] == [found]


def test_a_ruleset_changes_what_it_names_and_nothing_else() -> None:
    place = place_at(-60, 50, accuracy_m="", assigned_area=CODES[0])
    assumed = {"name": "kasar", "version": 3, "parameters": {"ACCURACY_MISSING": {"assumed_m": 400.0}}}
    ruleset = Ruleset.from_json(assumed)
    [(_, _, before)] = told(checked([place]))
    [(_, _, after)] = told(checked([place], ruleset=ruleset))
    assert [code for code, *_ in before] == ["ACCURACY_MISSING", "IN_NO_AREA"]
    assert [code for code, *_ in after] == ["ACCURACY_MISSING", "MEMBERSHIP_UNCERTAIN"]
    assert after[0][-1] == {"assumed_m": 400.0}
    assert Ruleset.from_json(ruleset.as_json()) == ruleset


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"ACCURACY_MISSING": {"assumed_m": float("nan")}}, "a number"),
        ({"ACCURACY_MISSING": {"assumed_m": "20"}}, "a number"),
        ({"ACCURACY_MISSING": {"assumed_m": True}}, "a number"),
    ],
)
def test_a_ruleset_that_cannot_be_is_refused(parameters: Any, sentence: str) -> None:
    with pytest.raises(ValueRefused, match=sentence):
        Ruleset.from_json({"name": "kasar", "version": 1, "parameters": parameters})


def test_one_verdict_is_that_of_the_roll_up() -> None:
    for worst in range(4):
        for undecided in (False, True):
            of_many = roll_up(np.array([worst], np.uint8), np.array([undecided]))[0]
            assert verdict_of(worst, undecided) == of_many
