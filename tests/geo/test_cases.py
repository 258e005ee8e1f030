"""The case file of every geotag check: what passes, what fails, what is not assessed, in both languages.

A case draws its geotags in metres from the origin of a frame of ``tests/cases/frames.yaml`` (``at``; with
``mirrored`` the sign of one or both coordinates is changed), or writes their texts (``lon``, ``lat``).
``parameter`` names the threshold that a pair of cases lies on either side of; geotags that are ``beside``
only set its scene. A geotag with ``repeat: n``
stands for n of them, each of a household of its own, ``step`` metres and ``step_s`` seconds further on.
``interview_at`` and ``background_at`` are the other fixes of the record, in metres as well. A case's
``context`` draws what a check reads beside the frame: see ``tests/geo/contexts.py``.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import shapely
import yaml

from geo.checks.protocol import Outcome, Outcomes
from geo.checks.reasons import REASONS
from geo.checks.registry import CHECK_OF_CODE, CHECKS
from geo.codes import SCHEMES
from geo.engine import Checked, Finding, check_geotags
from geo.frame import DEFAULT_BOUNDARY_SIGMA_M, Frame, Segment
from geo.geodesy import metres_per_degree
from geo.geotags import Geotags
from geo.levels import Level
from geo.ruleset import Ruleset
from geo.text import LANGUAGES
from tests.geo.contexts import context_of
from tests.geo.shapes import around, layer_of

CASES = Path(__file__).parents[1] / "cases"
FRAMES = yaml.safe_load((CASES / "frames.yaml").read_text("utf-8"))
FILES = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in (CASES / "geotags").glob("*.yaml")}
COLUMNS = {
    "item": "item_id",
    "area": "assigned_area",
    "household": "household_key",
    "building": "building_no",
    "accuracy_m": "accuracy_m",
    "datum_epsg": "datum_epsg",
    "enumerator": "enumerator_id",
    "device": "device_id",
    "source": "source",
    "provider": "provider",
    "mock": "is_mock",
    "photos": "photo_names",
    "refusal": "refusal_reason",
    "relocation": "relocation_reason",
    "captured_at": "captured_at",
    "fix_at": "fix_at",
    "received_at": "received_at",
    "interview_lon": "interview_lon",
    "interview_lat": "interview_lat",
    "background_lon": "background_lon",
    "background_lat": "background_lat",
}
CASE_KEYS = {"name", "frame", "typed", "parameter", "geotags", "context"}
PLACE_KEYS = {"at", "mirrored", "lon", "lat", "interview_at", "background_at", "repeat", "step", "step_s"}
EXPECTED_KEYS = {"expect", "reason", "severity", "evidence", "beside"}
NO_THRESHOLD = {("ACCURACY_MISSING", "assumed_m")}  # a value that is used, and shown in the evidence
PAIRS = [
    (check.code, name)
    for check in CHECKS
    for name in check.parameters
    if (check.code, name) not in NO_THRESHOLD
]


@cache
def frame_named(name: str) -> Frame:
    """A frame of one kabupaten as the file draws it."""
    drawn = FRAMES[name]
    shapes = [shapely.from_wkt(wkt) for wkt in drawn["areas"].values()]
    if "origin" in drawn:
        shapes = [around(shape, *drawn["origin"]) for shape in shapes]
    codes = list(drawn["areas"])
    attributes = [json.dumps(drawn.get("attributes", {}).get(code, {})) for code in codes]
    level = level_of(name)
    layers = {level: layer_of(shapes, codes, level, attributes)} if codes else {}
    for above, areas in drawn.get("above", {}).items():
        outlines = [around(shapely.from_wkt(wkt), *drawn["origin"]) for wkt in areas.values()]
        layers[Level(above)] = layer_of(outlines, list(areas), Level(above))
    segment = Segment("5105", layers, frozenset(drawn.get("withheld", ())))
    return Frame(SCHEMES["bps"], (segment,), drawn.get("boundary_sigma_m", DEFAULT_BOUNDARY_SIGMA_M))


def level_of(name: str) -> Level:
    """The level of the areas of a frame."""
    return Level(FRAMES[name].get("level", "subsls"))


def texts_of(geotag: Mapping[str, Any], origin: list[float] | None) -> tuple[str, str]:
    """Longitude and latitude as a device would write them, exactly."""
    if "at" not in geotag:
        return geotag["lon"], geotag["lat"]
    assert origin is not None
    kx, ky = metres_per_degree(origin[1])
    lon, lat = origin[0] + geotag["at"][0] / kx, origin[1] + geotag["at"][1] / ky
    mirrored = geotag.get("mirrored")
    return repr(-lon if mirrored in ("lon", "both") else lon), repr(
        -lat if mirrored in ("lat", "both") else lat
    )


def rows_of(case: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The geotags of a case one by one, the repeated ones as well."""
    rows: list[dict[str, Any]] = []
    for row in case["geotags"]:
        if "repeat" not in row:
            rows.append(row)
            continue
        plain = {key: value for key, value in row.items() if key not in ("repeat", "step", "step_s")}
        for i in range(row["repeat"]):
            one = plain | {"household": f"{row.get('household', 'h')}{i}"}
            if "at" in row:
                east, north = row.get("step", (0, 0))
                one["at"] = [row["at"][0] + i * east, row["at"][1] + i * north]
            if "captured_at" in row:
                later = timedelta(seconds=i * row.get("step_s", 0))
                one["captured_at"] = (datetime.fromisoformat(row["captured_at"]) + later).isoformat()
            rows.append(one)
    return rows


def frame_of(case: Mapping[str, Any]) -> str:
    """The name of the frame that a case is drawn in."""
    return str(case.get("frame", "two_villages"))


def geotags_of(rows: Sequence[Mapping[str, Any]], name: str, typed: bool | Sequence[bool] = True) -> Geotags:
    """The rows of cases of the frame ``name``, as columns of texts read like those of a file."""
    origin = FRAMES[name].get("origin")
    lons, lats = zip(*(texts_of(row, origin) for row in rows), strict=True)
    columns: dict[str, Any] = {"lon_text": list(lons), "lat_text": list(lats)}
    rows = [with_other_fixes(row, origin) for row in rows]
    for given, column in COLUMNS.items():
        if any(given in row for row in rows):
            columns[column] = [row.get(given, "") for row in rows]
    return Geotags.from_columns(columns, typed=typed)


def with_other_fixes(row: Mapping[str, Any], origin: list[float] | None) -> dict[str, Any]:
    """``interview_at`` and ``background_at`` as longitudes and latitudes."""
    placed = dict(row)
    for fix in ("interview", "background"):
        if f"{fix}_at" in row:
            lon, lat = texts_of({"at": row[f"{fix}_at"]}, origin)
            placed |= {f"{fix}_lon": lon, f"{fix}_lat": lat}
    return placed


def checked(case: Mapping[str, Any], ruleset: Ruleset | None = None) -> Checked:
    """The geotags of a case against its frame, by every check."""
    name = frame_of(case)
    geotags = geotags_of(rows_of(case), name, case.get("typed", True))
    context = context_of(case.get("context", {}), FRAMES[name].get("origin"))
    return check_geotags(geotags, frame_named(name), level_of(name), ruleset, context=context)


def agrees(found: Any, wanted: Any) -> bool:
    """Everything wanted is there: some keys of a dict, all items of a list, numbers to a hundredth."""
    if isinstance(wanted, dict):
        return all(key in found and agrees(found[key], value) for key, value in wanted.items())
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(agrees, found, wanted))
    if isinstance(wanted, int | float):
        return bool(found == pytest.approx(wanted, abs=0.011))
    return bool(found == wanted)


def cases() -> Iterator[Any]:
    for code in CHECK_OF_CODE:
        for case in FILES.get(code, {"cases": []})["cases"]:
            yield pytest.param(code, case, id=f"{code}: {case['name']}")


@pytest.mark.parametrize(("code", "case"), list(cases()))
def test_case(code: str, case: dict[str, Any]) -> None:
    done = checked(case)
    outcomes = done.outcomes[code]
    findings = {found.row: found for found in done.findings() if found.check.code == code}
    not_assessed = done.not_assessed()
    for row, wanted in enumerate(rows_of(case)):
        assert Outcome(int(outcomes.outcome[row])).name.lower() == wanted["expect"]
        assert not_assessed[row].get(code) == wanted.get("reason")
        assert (row in findings) == (wanted["expect"] == "fail")
        if row in findings:
            assert findings[row].severity.word == wanted["severity"]
            assert agrees(findings[row].evidence, wanted.get("evidence", {})), findings[row].evidence
            assert_says_no_place(findings[row], done.subject.geotags)


def assert_says_no_place(found: Finding, geotags: Geotags) -> None:
    """Title, message and remedy in both languages: filled, different, and without the coordinate."""
    stored = json.dumps(found.evidence)
    told = {}
    for language in LANGUAGES:
        message = found.check.say(language, json.loads(stored))
        told[language] = f"{found.check.title.say(language)}. {message} {found.check.remedy.say(language)}"
        assert not re.search(r"[{}]|\bnan\b|\bNone\b", told[language])
    assert told["en"] != told["id"]
    for written in (geotags.lon_text[found.row].as_py(), geotags.lat_text[found.row].as_py()):
        place = len(written) >= 4 and not written.lstrip("-").isdigit()  # -9999 is an example, no place
        assert not (place and written in " ".join([stored, *told.values()]))
    numbers = [float(number) for number in re.findall(r"\d+\.\d{3,}", stored + " ".join(told.values()))]
    for degrees in (geotags.lon[found.row], geotags.lat[found.row]):
        assert all(abs(abs(degrees) - number) > 0.01 for number in numbers)


def test_every_check_has_a_file_and_every_file_a_check() -> None:
    assert set(FILES) == set(CHECK_OF_CODE)
    assert all(document["check"] == code for code, document in FILES.items())
    assert all(set(document) == {"check", "cases"} for document in FILES.values())


@pytest.mark.parametrize("code", CHECK_OF_CODE)
def test_a_file_has_a_pass_a_fail_every_reason_and_both_sides_of_every_threshold(code: str) -> None:
    seen, reasons, sides = set(), set(), defaultdict(set)
    for case in FILES[code]["cases"]:
        assert set(case) <= CASE_KEYS
        for row in case["geotags"]:
            assert set(row) <= set(COLUMNS) | PLACE_KEYS | EXPECTED_KEYS
            seen.add(row["expect"])
            reasons.add(row.get("reason"))
            if "parameter" in case and not row.get("beside"):
                sides[case["parameter"]].add((row["expect"], row.get("severity")))
    assert {"pass", "fail"} <= seen
    possible = possible_reasons(code)
    assert possible == reasons - {None}
    assert possible <= set(REASONS)
    assert ("not_assessed" in seen) == bool(possible)
    for name in CHECK_OF_CODE[code].parameters:
        assert len(sides.pop(name, ())) == 2 or (code, name) in NO_THRESHOLD, name
    assert not sides


@pytest.mark.parametrize(("code", "name"), PAIRS)
def test_a_pair_of_cases_lies_just_either_side_of_the_threshold_it_names(code: str, name: str) -> None:
    """Whichever way the threshold is moved, by a tenth or by one of what is counted, a case changes."""
    parameter = CHECK_OF_CODE[code].parameters[name]
    counted = parameter.unit == "" and parameter.value >= 2
    step = 1.0 if counted else parameter.value / 10
    pair = [case for case in FILES[code]["cases"] if case.get("parameter") == name]
    for value in (parameter.value - step, parameter.value + step):
        moved = Ruleset.from_json({"name": "moved", "version": 1, "parameters": {code: {name: value}}})
        assert any(decided(code, case, moved) != decided(code, case) for case in pair), value


def decided(code: str, case: Mapping[str, Any], ruleset: Ruleset | None = None) -> list[tuple[int, int]]:
    """Outcome of each geotag of a case, and its severity where it fails."""
    outcomes = checked(case, ruleset).outcomes[code]
    return [
        (outcome, severity if outcome == Outcome.FAIL else 0)
        for outcome, severity in zip(outcomes.outcome.tolist(), outcomes.severity.tolist(), strict=True)
    ]


def possible_reasons(code: str) -> set[str]:
    """What the check may say when it is not assessed."""
    outcomes: Outcomes = checked(FILES["ZERO_COORDINATE"]["cases"][0]).outcomes[code]
    return set(outcomes.reasons)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_a_parameter_says_where_it_is_from_and_a_severity_is_the_usual_one(check: Any) -> None:
    assert all(parameter.source for parameter in check.parameters.values())
    severities = {
        row["severity"]
        for case in FILES[check.code]["cases"]
        for row in case["geotags"]
        if row["expect"] == "fail"
    }
    assert check.severity.word in severities


@pytest.mark.parametrize("code", CHECK_OF_CODE)
def test_the_names_of_cases_are_sentences_of_their_own(code: str) -> None:
    names = [case["name"] for case in FILES[code]["cases"]]
    assert len(set(names)) == len(names)
