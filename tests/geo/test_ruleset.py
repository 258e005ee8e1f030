"""Rulesets: what they turn off, how they are written and read, what is refused, what differs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.checks.registry import CHECKS
from geo.codes import SCHEMES
from geo.engine import Verdict, check_geotags
from geo.errors import RulesetInvalid
from geo.frame import Frame
from geo.geotags import Geotags
from geo.levels import Level
from geo.parameters import SWITCH, Parameter
from geo.rules import RULE_OF_CODE, RULES
from geo.ruleset import ON, Difference, Ruleset, differences, plain_text
from geo.ruleset_toml import ruleset_of_toml, toml_of_ruleset
from geo.text import LANGUAGES

HEAD = 'name = "lapangan"\nversion = 2\n'
CODES = [check.code for check in RULES]

# What version 1 of the default ruleset gave before any other. Another value is another version; a check or
# parameter that comes new is none.
DEFAULTS_OF_VERSION_1 = {
    "ACCURACY_MISSING.assumed_m": 20.0,
    "COORDINATE_PRECISION_LOW.error_decimals": 4.0,
    "COORDINATE_PRECISION_LOW.review_decimals": 5.0,
    "DUPLICATE_COORDINATE.error_buildings": 3.0,
    "DUPLICATE_COORDINATE.review_buildings": 2.0,
    "OUTSIDE_ASSIGNED_AREA.error_beyond_m": 500.0,
    "OUTSIDE_ASSIGNED_AREA.least_probability": 0.01,
    "POSITION_NOT_DECISIVE.decisive_probability": 0.5,
    "PRESUMED_NEGATED_LATITUDE.equator_km": 1.0,
    "PRESUMED_NEGATED_LATITUDE.far_m": 1000.0,
    "PRESUMED_NEGATED_LATITUDE.probability": 0.5,
    "PRESUMED_NEGATED_LONGITUDE.far_m": 1000.0,
    "PRESUMED_NEGATED_LONGITUDE.probability": 0.5,
    "PRESUMED_SWAPPED_COORDINATE.margin_deg": 0.5,
}


def read(body: str, head: str = HEAD) -> Ruleset:
    return ruleset_of_toml(head + body, "lapangan.toml")


def faults(text: str) -> list[str]:
    """What is said in English, line by line; both languages say it of the same places."""
    with pytest.raises(RulesetInvalid) as raised:
        ruleset_of_toml(text, "lapangan.toml")
    said = {language: raised.value.say(language).split("\n") for language in LANGUAGES}
    assert said["en"][0] == "lapangan.toml: this ruleset cannot be used. Mend each of these:"
    assert said["id"][0].startswith("lapangan.toml: set aturan ini tidak dapat dipakai.")
    places = {
        language: [line.removeprefix("- ").split(": ")[0] for line in lines[1:]]
        for language, lines in said.items()
    }
    assert places["en"] == places["id"]
    return [line.removeprefix("- ") for line in said["en"][1:]]


def values_of(parameter: Parameter) -> st.SearchStrategy[float]:
    if parameter.unit == SWITCH:
        return st.sampled_from([0.0, 1.0])
    return st.floats(parameter.least, parameter.most, allow_nan=False, allow_infinity=False).map(
        lambda value: value + 0.0
    )


@st.composite
def rulesets(draw: st.DrawFn) -> Ruleset:
    parameters = {
        check.code: {name: draw(values_of(one)) for name, one in check.parameters.items()} for check in RULES
    }
    line = st.text(st.characters(codec="utf-8").filter(str.isprintable), min_size=1, max_size=40)
    return Ruleset(
        draw(st.from_regex(r"[a-z0-9_-]{1,40}", fullmatch=True)),
        draw(st.integers(1, 2**31 - 1)),
        parameters,
        frozenset(draw(st.sets(st.sampled_from(CODES), max_size=len(CODES) - 1))),
        draw(st.booleans()),
        draw(st.none() | st.builds(plain_text, line, line)),
    )


# -- what it says --------------------------------------------------------------------------------


def test_the_default_ruleset_has_the_values_of_its_version() -> None:
    now = {
        f"{code}.{name}": value for code, some in Ruleset().parameters.items() for name, value in some.items()
    }
    changed = {name: now.get(name) for name, value in DEFAULTS_OF_VERSION_1.items() if now.get(name) != value}
    assert not changed or Ruleset().version > 1
    assert all(Ruleset().is_on(code) for code in CODES)


@pytest.mark.parametrize("check", RULES, ids=lambda check: check.code)
def test_a_default_lies_where_a_ruleset_may_put_it(check: Any) -> None:
    assert ON not in check.parameters
    for parameter in check.parameters.values():
        assert parameter.allows(parameter.value)


def test_what_is_not_given_is_as_in_the_default() -> None:
    ruleset = read('extends = "default"\n[checks.ACCURACY_MISSING]\nassumed_m = 40\n')
    assert (ruleset.name, ruleset.version, ruleset.disabled, ruleset.title) == (
        "lapangan",
        2,
        frozenset(),
        None,
    )
    assert differences(Ruleset(), ruleset) == [Difference("ACCURACY_MISSING", "assumed_m", 20.0, 40.0)]
    assert differences(Ruleset(), read("")) == []


def test_checks_are_turned_off_one_by_one_or_all_the_others() -> None:
    assert read("[checks.IN_NO_AREA]\non = false\n").disabled == {"IN_NO_AREA"}
    few = read("others_on = false\n[checks.IN_NO_AREA]\n[checks.AREA_UNKNOWN]\non = true\n")
    assert few.disabled == set(CODES) - {"IN_NO_AREA", "AREA_UNKNOWN"}
    [change] = differences(read(""), read("[checks.IN_NO_AREA]\non = false\n"))
    assert change == Difference("IN_NO_AREA", "on", True, False)


def test_a_title_in_one_language_is_said_in_both_and_its_braces_are_no_placeholders() -> None:
    for head in ("title = 'Triwulan {tiga}'\n", "title.id = 'Triwulan {tiga}'\n"):
        title = read(head).title
        assert title is not None
        assert (title.say("en"), title.say("id")) == ("Triwulan {tiga}", "Triwulan {tiga}")
    both = read("title.en = 'Third'\ntitle.id = 'Ketiga'\n")
    assert both.title is not None
    assert (both.title.say("en"), both.title.say("id")) == ("Third", "Ketiga")
    assert Ruleset.from_json(both.as_json()) == both


@given(ruleset=rulesets(), language=st.sampled_from([None, *LANGUAGES]))
def test_what_is_written_is_read_back(ruleset: Ruleset, language: Any) -> None:
    written = toml_of_ruleset(ruleset, language)
    for again in (
        ruleset_of_toml(written, "again"),
        Ruleset.from_json(json.loads(json.dumps(ruleset.as_json()))),
    ):
        assert again == ruleset
        assert again.fingerprint == ruleset.fingerprint


@given(before=rulesets(), after=rulesets())
def test_differences_are_all_there_is_between_two(before: Ruleset, after: Ruleset) -> None:
    parameters = {code: dict(values) for code, values in before.parameters.items()}
    disabled = set(before.disabled)
    for change in differences(before, after):
        assert change.before != change.after
        if change.parameter == ON:
            disabled ^= {change.code}
        else:
            parameters[change.code][change.parameter] = change.after
    assert parameters == after.parameters
    assert disabled == after.disabled
    assert differences(before, before) == []


@given(ruleset=rulesets(), other=rulesets())
def test_the_fingerprint_is_of_what_decides_and_nothing_else(ruleset: Ruleset, other: Ruleset) -> None:
    same = (ruleset.name, ruleset.version, ruleset.others_on) == (other.name, other.version, other.others_on)
    equal = same and not differences(ruleset, other)
    assert (ruleset.fingerprint == other.fingerprint) == equal
    retitled = Ruleset.from_json(ruleset.as_json() | {"title": {"en": "x", "id": "y"}})
    assert retitled.fingerprint == ruleset.fingerprint


def test_of_whole_numbers_and_of_zeros_there_is_one_fingerprint() -> None:
    for one, other in (("20", "20.0"), ("2e1", "20")):
        bodies = [f"[checks.ACCURACY_MISSING]\nassumed_m = {value}\n" for value in (one, other)]
        assert len({read(body).fingerprint for body in bodies}) == 1
    zeros = [f"[checks.OUTSIDE_ASSIGNED_AREA]\nerror_beyond_m = {value}\n" for value in ("0.0", "-0.0", "0")]
    assert len({read(body).fingerprint for body in zeros}) == 1


# -- what is stored ------------------------------------------------------------------------------


def test_a_check_that_came_after_the_ruleset_was_stored() -> None:
    stored = Ruleset().as_json()
    del stored["parameters"]["IN_NO_AREA"], stored["disabled"], stored["others_on"]
    assert Ruleset.from_json(stored) == Ruleset()
    few = read("others_on = false\n[checks.AREA_UNKNOWN]\n").as_json()
    del few["parameters"]["IN_NO_AREA"]
    few["disabled"].remove("IN_NO_AREA")
    assert not Ruleset.from_json(few).is_on("IN_NO_AREA")
    assert Ruleset.from_json(few).is_on("AREA_UNKNOWN")


def test_a_check_that_has_gone_is_left_out() -> None:
    stored = Ruleset().as_json()
    stored["parameters"]["GONE"] = {"x": 1.0}
    stored["disabled"] = ["GONE"]
    assert Ruleset.from_json(stored) == Ruleset()


# -- what is refused -----------------------------------------------------------------------------


def test_every_fault_is_listed_with_its_place_and_remedy() -> None:
    listed = faults(
        """
        nam = "x"
        version = true
        title.en = "a\\u001b[0m"
        extends = "other"
        [checks.ACCURACY_MISING]
        [checks.accuracy_missing]
        [checks.ZZZ]
        [checks.ACCURACY_MISSING]
        on = 1
        assumd_m = 3
        assumed_m = nan
        [checks.OUTSIDE_ASSIGNED_AREA]
        least_probability = 1.5
        error_beyond_m = true
        [checks.AREA_UNKNOWN]
        x = 1
        """
    )
    assert listed == [
        "nam: there is no such key. Write one of: name, version, title, extends, others_on, checks",
        'name: it is missing. Write 1 to 40 characters of a-z, 0-9, _ and -, such as name = "lapangan"',
        "version: true is not allowed. Write a whole number from 1 on, such as version = 1",
        'extends: other is not allowed. Write extends = "default"',
        'title.en: "a\\u001b[0m" is not allowed. Write a line of at most 200 characters, '
        'such as title.en = "Field work"',
        "checks.ACCURACY_MISING: there is no such check. Did you mean ACCURACY_MISSING?",
        "checks.accuracy_missing: there is no such check. Did you mean ACCURACY_MISSING?",
        "checks.ZZZ: there is no such check. They are listed by: patok checks",
        "checks.ACCURACY_MISSING.on: 1 is not allowed. Write true or false",
        "checks.ACCURACY_MISSING.assumd_m: the check has no such parameter. Did you mean assumed_m?",
        "checks.ACCURACY_MISSING.assumed_m: nan is not allowed. Write a number of 1 or more",
        "checks.OUTSIDE_ASSIGNED_AREA.least_probability: 1.5 is not allowed. Write a number from 0 to 1",
        "checks.OUTSIDE_ASSIGNED_AREA.error_beyond_m: true is not allowed. Write a number of 0 or more",
        "checks.AREA_UNKNOWN.x: the check has no such parameter. It has none",
    ]


@pytest.mark.parametrize("name", ["", "Lapangan", "a b", "a" * 41, "../x", "a.b", "é", "a\\n"])
def test_a_name_that_cannot_be(name: str) -> None:
    [fault] = faults(f'name = "{name}"\nversion = 1\n')
    assert fault.startswith("name: ")


@pytest.mark.parametrize("version", ["0", "-1", "1.0", "'1'", "true", "2147483648", "[1]", "1979-05-27"])
def test_a_version_that_cannot_be(version: str) -> None:
    [fault] = faults(f"name = 'x'\nversion = {version}\n")
    assert fault.startswith("version: ")


@pytest.mark.parametrize("value", ["inf", "-inf", "nan", "0.5", "-3", "'20'", "[20]", "1" + "0" * 400, "{}"])
def test_a_value_that_cannot_be(value: str) -> None:
    [fault] = faults(f"{HEAD}[checks.ACCURACY_MISSING]\nassumed_m = {value}\n")
    assert fault.startswith("checks.ACCURACY_MISSING.assumed_m: ")
    assert fault.endswith(" is not allowed. Write a number of 1 or more")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("checks = 3\n", "checks"),
        ("checks.IN_NO_AREA = false\n", "checks.IN_NO_AREA"),
        ("others_on = 'no'\n", "others_on"),
        ("title = 3\n", "title"),
        ("title = {}\n", "title"),
        ("title.fr = 'Tiers'\n", "title"),
        ("title.en = ''\n", "title.en"),
        (f"title = '{'x' * 201}'\n", "title.en"),
        ("others_on = false\n", "checks"),
        ("extends = ['default']\n", "extends"),
        ("'a\\nb' = 1\n", '"a\\\\nb"'),
    ],
)
def test_a_shape_that_cannot_be(body: str, place: str) -> None:
    [fault] = faults(HEAD + body)
    assert fault.startswith(f"{place}: ")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("name = \n", "line 1, column 8"),
        ("name = 'x'\nname = 'y'\n", "line 2, column 11"),
        ("[checks\n", "line 1, column 8"),
        ("a = " + "[" * 100_000, "TOML"),
        ("version = " + "9" * 5_000, "TOML"),
        ("name = '", "end of document"),
    ],
    ids=["no value", "twice", "no bracket", "deep", "long", "no end"],
)
def test_what_is_not_toml(text: str, place: str) -> None:
    [fault] = faults(text)
    assert fault.startswith(f"{place}: this is not TOML")


@given(text=st.text() | st.binary().map(lambda some: some.decode("latin-1")))
def test_any_text_is_a_ruleset_or_refused(text: str) -> None:
    with pytest.raises(RulesetInvalid):
        ruleset_of_toml(text, "x")


def test_a_switch_is_written_true_or_false() -> None:
    switch = Parameter(1.0, SWITCH, "an example")
    assert [switch.allows(value) for value in (0.0, 1.0, 0.5, 2.0, float("nan"))] == [True, True] + [
        False
    ] * 3


# -- what the engine makes of it -----------------------------------------------------------------


@given(off=st.sets(st.sampled_from(CODES), max_size=len(CODES) - 1))
def test_a_check_that_is_off_has_no_outcome(off: set[str]) -> None:
    geotags = Geotags.from_columns({"lon_text": ["", "0", "115.4"], "lat_text": ["", "0", "-8.5"]})
    frame = Frame(SCHEMES["bps"], ())
    ruleset = Ruleset(disabled=frozenset(off))
    checked = check_geotags(geotags, frame, Level.SUBSLS, ruleset)
    assert list(checked.outcomes) == [check.code for check in CHECKS if check.code not in off]
    whole = check_geotags(geotags, frame, Level.SUBSLS)
    assert [(f.row, f.check.code) for f in checked.findings()] == [
        (f.row, f.check.code) for f in whole.findings() if f.check.code not in off
    ]
    assert all(off.isdisjoint(reasons) for reasons in checked.not_assessed())
    assert Verdict.ACCEPTED not in checked.verdicts()  # undecided membership is never accepted
    assert checked.ruleset is ruleset


def test_a_parameter_holds_for_others_although_its_check_is_off() -> None:
    """What accuracy is assumed concerns every distance, also when nobody wants to hear that it is missing."""
    assert RULE_OF_CODE["ACCURACY_MISSING"].parameters["assumed_m"].unit == "m"
    ruleset = read("[checks.ACCURACY_MISSING]\non = false\nassumed_m = 400\n")
    geotags = Geotags.from_columns({"lon_text": ["115.4"], "lat_text": ["-8.5"]})
    checked = check_geotags(geotags, Frame(SCHEMES["bps"], ()), Level.SUBSLS, ruleset)
    assert checked.subject.missing_accuracy_m == 400.0
