"""Exemptions lower and never erase, hold for what they name and as long as they say."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.checks.protocol import Severity
from geo.checks.registry import CHECK_OF_CODE
from geo.context import Context
from geo.engine import Checked, check_geotags
from geo.exemptions import EVERY_CODE, Exemption, Exemptions, ExemptionScope
from geo.geotags import Geotags
from geo.levels import Level
from geo.special_areas import KINDS, kind_of
from tests.geo.test_cases import frame_named

AREA = "5105030001000101"
ROWS = [
    {"item_id": "a", "household_key": "h1", "building_no": "7", "enumerator_id": "e1", "device_id": "d1"},
    {"item_id": "b", "household_key": "h2", "building_no": "", "enumerator_id": "e2", "device_id": "d2"},
]


def check(*exemptions: Exemption, captured_at: str = "2022-10-20T08:00:00+07:00") -> Checked:
    """Two geotags at one place outside their area, so that several checks find something."""
    columns: dict[str, list[str]] = {name: [row[name] for row in ROWS] for name in ROWS[0]}
    columns |= {"lon_text": ["115.45"] * 2, "lat_text": ["-8.45"] * 2, "assigned_area": [AREA] * 2}
    columns |= {"captured_at": [captured_at] * 2}
    context = Context(exemptions=Exemptions(exemptions) if exemptions else None)
    geotags = Geotags.from_columns(columns)
    return check_geotags(geotags, frame_named("two_villages"), Level.SUBSLS, context=context)


def severities(done: Checked) -> dict[tuple[int, str], Severity]:
    return {(found.row, found.check.code): found.severity for found in done.findings()}


def exemption(scope: ExemptionScope, key: str, code: str = EVERY_CODE, **more: Any) -> Exemption:
    return Exemption(scope, key, code, more.pop("reason", "visited"), more.pop("who", "pml-1"), **more)


PLAIN = severities(check())


@pytest.mark.parametrize(
    ("one", "rows"),
    [
        (exemption(ExemptionScope.HOUSEHOLD, "h1"), {0}),
        (exemption(ExemptionScope.HOUSEHOLD, "h"), set()),
        (exemption(ExemptionScope.BUILDING, f"{AREA}#7"), {0}),
        (exemption(ExemptionScope.BUILDING, f"{AREA}#"), set()),
        (exemption(ExemptionScope.DEVICE, "d2"), {1}),
        (exemption(ExemptionScope.ENUMERATOR, "e2"), {1}),
        (exemption(ExemptionScope.AREA, AREA), {0, 1}),
        (exemption(ExemptionScope.AREA, AREA[:10]), {0, 1}),
        (exemption(ExemptionScope.AREA, "5105030002"), set()),
        (exemption(ExemptionScope.AREA, AREA[:5]), set()),
        (exemption(ExemptionScope.SPECIAL_KIND, "apartment"), set()),
        (exemption(ExemptionScope.HOUSEHOLD, "h1", "IN_NO_AREA"), {0}),
        (exemption(ExemptionScope.HOUSEHOLD, "h1", "STALE_FIX"), set()),
        (exemption(ExemptionScope.HOUSEHOLD, "h1", until=dt.date(2022, 10, 20)), {0}),
        (exemption(ExemptionScope.HOUSEHOLD, "h1", until=dt.date(2022, 10, 19)), set()),
    ],
)
def test_it_holds_for_what_it_names(one: Exemption, rows: set[int]) -> None:
    done = check(one)
    found = severities(done)
    assert set(found) == set(PLAIN)
    lowered = {row for (row, code), severity in found.items() if severity < PLAIN[row, code]}
    assert lowered == rows
    for finding in done.findings():
        covered = finding.row in rows and one.code in (finding.check.code, EVERY_CODE)
        if covered:
            assert finding.severity is Severity.INFO
            assert finding.evidence["exempted_from"] == PLAIN[finding.row, finding.check.code].word
            assert (finding.evidence["exemption"], finding.evidence["exempted_by"]) == ("visited", "pml-1")


def test_of_a_day_that_is_not_known_an_exemption_that_ends_says_nothing() -> None:
    one = exemption(ExemptionScope.HOUSEHOLD, "h1", until=dt.date(2030, 1, 1))
    assert severities(check(one, captured_at="")) == PLAIN


@pytest.mark.parametrize(
    ("captured_at", "is_covered"),
    [
        ("2022-10-20T23:00:00+08:00", True),
        ("2022-10-21T06:30:00+08:00", False),  # still the 20th by UTC
        ("2022-10-20T22:30:00Z", False),
    ],
)
def test_the_last_day_is_that_of_the_place(captured_at: str, is_covered: bool) -> None:
    one = exemption(ExemptionScope.HOUSEHOLD, "h1", until=dt.date(2022, 10, 20))
    assert (severities(check(one, captured_at=captured_at)) != PLAIN) == is_covered


def test_the_narrowest_scope_is_named_and_of_one_key_what_holds_longest() -> None:
    ended = dt.date(2022, 10, 1)
    done = check(
        exemption(ExemptionScope.AREA, AREA[:4], reason="kabupaten"),
        exemption(ExemptionScope.AREA, AREA, reason="sub-sls"),
        exemption(ExemptionScope.HOUSEHOLD, "h1", reason="household"),
        exemption(ExemptionScope.HOUSEHOLD, "h1", "IN_NO_AREA", reason="ended", until=ended),
        exemption(ExemptionScope.HOUSEHOLD, "h2", reason="ended", until=ended),
    )
    told = {found.row: found.evidence["exemption"] for found in done.findings()}
    assert told == {0: "household", 1: "sub-sls"}


def test_a_special_kind_is_that_of_the_assigned_area() -> None:
    geotags = Geotags.from_columns(
        {"lon_text": ["115.45"], "lat_text": ["-8.45"], "assigned_area": ["5105030001000301"]}
    )
    context = Context(exemptions=Exemptions([exemption(ExemptionScope.SPECIAL_KIND, "apartment")]))
    done = check_geotags(geotags, frame_named("special_areas"), Level.SUBSLS, context=context)
    assert all(found.severity is Severity.INFO for found in done.findings())


def test_what_has_no_place_is_never_exempted() -> None:
    geotags = Geotags.from_columns({"lon_text": ["x"], "lat_text": ["-8.45"], "household_key": ["h1"]})
    context = Context(exemptions=Exemptions([exemption(ExemptionScope.HOUSEHOLD, "h1")]))
    done = check_geotags(geotags, frame_named("two_villages"), Level.SUBSLS, context=context)
    assert severities(done)[0, "COORDINATE_INVALID"] is Severity.ERROR


EXEMPTION = st.builds(
    exemption,
    st.sampled_from([ExemptionScope.HOUSEHOLD, ExemptionScope.ENUMERATOR, ExemptionScope.AREA]),
    st.sampled_from(["h1", "h2", "e1", AREA, AREA[:4]]),
    st.sampled_from([EVERY_CODE, *CHECK_OF_CODE]),
    until=st.one_of(st.none(), st.dates(dt.date(2022, 10, 18), dt.date(2022, 10, 22))),
    reason=st.sampled_from(["visited", "flood"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(EXEMPTION, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_none_is_erased_none_is_raised_and_their_order_is_nothing(ones: list[Exemption], random: Any) -> None:
    done = check(*ones)
    found = severities(done)
    assert set(found) == set(PLAIN)
    assert all(severity <= PLAIN[key] for key, severity in found.items())
    told = [(one.row, one.check.code, one.severity, one.evidence) for one in done.findings()]
    random.shuffle(ones)
    again = check(*ones)
    assert [(one.row, one.check.code, one.severity, one.evidence) for one in again.findings()] == told


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        ({}, ""),
        ({"khusus": "0"}, ""),
        ({"khusus": 0}, ""),
        ({"dominan": 4.0}, "apartment"),
        ({"dominan": "5"}, "boarding_houses"),
        ({"dominan": "1"}, ""),
        ({"khusus": "Lapas Kelas II"}, "prison"),
        ({"khusus": "Rumah Perahu"}, "boat_houses"),
        ({"khusus": "3"}, "other"),
        ({"nm_gedung": " "}, ""),
        ({"nm_gedung": "Menara A"}, "named_building"),
        ({"special_kind": "refugee_site", "khusus": "asrama"}, "refugee_site"),
        ({"nm_apt": "Puri Indah"}, "apartment"),
        ({"nm_gedung": "-", "nm_apt": "0"}, ""),
        ({"khusus": "Rumah_Kos/Kontrakan"}, "boarding_houses"),
        ({"khusus": "Rusunawa"}, "apartment"),
        ({"khusus": "Boat Houses"}, "boat_houses"),
        ({"khusus": "pengungsian"}, "refugee_site"),
        ({"khusus": "Permukiman tersebar"}, "scattered_settlement"),
        # Words that have the letters of a kind within them are not of that kind.
        ({"khusus": "Kosambi"}, "other"),
        ({"khusus": "small houses"}, "other"),
        ({"khusus": "urutan 3"}, "other"),
        ({"khusus": "kosong"}, ""),
        ({"khusus": "Tidak ada", "dominan": "4"}, "apartment"),
        ({"khusus": "bukan wilayah khusus"}, ""),
        ({"khusus": "None", "special_kind": "NaN"}, ""),
    ],
)
def test_the_kind_of_an_area(attributes: dict[str, Any], kind: str) -> None:
    assert kind_of(attributes) == kind
    assert kind in ("", *KINDS)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"named_building", "other"}))
def test_the_name_of_a_kind_means_that_kind(kind: str) -> None:
    assert kind_of({"khusus": kind}) == kind_of({"khusus": kind.replace("_", " ").title()}) == kind


def test_the_column_of_the_kind_can_be_chosen() -> None:
    assert kind_of({"jenis": "pondok pesantren", "special_kind": "prison"}, "jenis") == "pesantren"
