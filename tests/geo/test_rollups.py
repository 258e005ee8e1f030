"""Roll-ups: the same findings however the input is cut and ordered; their texts; what they leave alone."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.checks.protocol import Scope, Severity
from geo.context import Context
from geo.exemptions import Exemption, Exemptions, ExemptionScope
from geo.rollups.engine import RollUps, add_sums, collect_sums, decide_sums, roll_up_all, roll_ups_of
from geo.rollups.protocol import SUBJECT_COLUMNS, Setting
from geo.rollups.reasons import ROLL_UP_REASONS
from geo.rollups.registry import ROLL_UP_OF_CODE, ROLL_UPS
from geo.ruleset import Ruleset
from geo.text import LANGUAGES
from tests.geo.worlds import AREAS, FRAME, SIDE_M, A, B, C, D, checked, geotags_at, roster_of

CODES = [one.code for one in ROLL_UPS]
KEYS = {Scope.ENUMERATOR: "enumerator_id", Scope.AREA: "assigned_area"}
# Of few geotags a finding: the laws do not need a large campaign.
EAGER = {
    "COORDINATE_HEAPING": {"least_geotags": 20, "most_p": 0.2, "least_effect": 0.01},
    "TOO_REGULAR": {"least_geotags": 5, "most_ratio": 1.05},
    "BOUNDARY_SUSPECT": {"least_geotags": 2},
    "ENUMERATOR_FLAG_RATE": {"least_geotags": 3, "false_discovery": 0.9},
}


@pytest.fixture(scope="module")
def campaign() -> dict[str, Any]:
    """600 geotags of six enumerators, some far over the edge, some of one place, some without a name."""
    rng = np.random.default_rng(5)
    n = 600
    area = rng.choice([A, B, C, D], n)
    at = np.array([AREAS[code] for code in area])
    x, y = (at + rng.uniform(0.02, 0.98, (n, 2))).T * SIDE_M
    over = (area == A) & (rng.random(n) < 0.3)
    x[over] = SIDE_M + rng.uniform(15, 40, over.sum())
    x[:40], y[:40] = x[0], y[0]
    enumerator = rng.choice(["e1", "e2", "e3", "e4", "e5", "e6", ""], n)
    flagged = rng.random(n) < np.where(enumerator == "e1", 0.9, 0.05)
    return {
        "x_m": x,
        "y_m": y,
        "decimals": 6,
        "assigned_area": area.tolist(),
        "enumerator_id": enumerator.tolist(),
        "is_mock": np.where(flagged, "1", "0").tolist(),
        "photo_names": rng.choice(["", "a.jpg"], n).tolist(),
        "refusal_reason": rng.choice(["", "", "menolak"], n).tolist(),
    }


@pytest.fixture(scope="module")
def eager() -> Ruleset:
    return Ruleset.from_json({"name": "eager", "version": 1, "parameters": EAGER})


@pytest.fixture(scope="module")
def context() -> Context:
    rows = [(f"i{i:06d}", A if i % 3 else B, i % 2 == 0, i % 5 == 0) for i in range(900)]
    return Context(roster=roster_of(rows, frozenset({A}), {C: 500, D: 10}))


def whole(campaign: dict[str, Any], ruleset: Ruleset, context: Context) -> RollUps:
    return roll_up_all(checked(geotags_at(**campaign), ruleset, context=context))


def test_every_roll_up_finds_something_in_the_campaign(
    campaign: dict[str, Any], eager: Ruleset, context: Context
) -> None:
    found = whole(campaign, eager, context)
    assert set(found.findings.column("code").to_pylist()) == set(CODES)
    assert set(found.assessed) == set(CODES)


def test_exemptions_lower_findings_and_erase_none(
    campaign: dict[str, Any], eager: Ruleset, context: Context
) -> None:
    before = whole(campaign, eager, context).findings.to_pylist()
    scopes = {"enumerator_id": "enumerator", "household_key": "household", "area_code": "area"}
    given, ended = [], []
    for row in before[::2]:
        column = next(name for name in scopes if row[name] is not None)
        grounds = ExemptionScope(scopes[column]), row[column], row["code"], "planned", "Made"
        given.append(Exemption(*grounds))
        ended.append(Exemption(*grounds, until=date(2099, 1, 1)))
    given.append(Exemption(ExemptionScope.AREA, C[:7], "AREA_UNDERCOVERED", "a whole kecamatan", "Wayan"))
    exempted = replace(context, exemptions=Exemptions(given))
    after = whole(campaign, eager, exempted).findings.to_pylist()
    assert [(row["code"], row["area_code"]) for row in after] == [
        (row["code"], row["area_code"]) for row in before
    ]
    covered = 0
    for row, was in zip(after, before, strict=True):
        evidence = json.loads(row["evidence"])
        if evidence.get("exemption") is None:
            assert row["severity"] == was["severity"]
            continue
        covered += 1
        assert row["severity"] == Severity.INFO
        assert evidence["exempted_from"] == Severity(was["severity"]).word
        assert evidence["exempted_by"] in ("Made", "Wayan")
    assert len(given) - 1 <= covered < len(before)
    not_covered = whole(campaign, eager, replace(context, exemptions=Exemptions(ended))).findings.to_pylist()
    assert [row["severity"] for row in not_covered] == [row["severity"] for row in before]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1), n_pieces=st.integers(1, 6))
def test_cut_and_order_of_the_input_change_nothing(
    campaign: dict[str, Any], eager: Ruleset, context: Context, seed: int, n_pieces: int
) -> None:
    """Each roll-up gets the input cut as its scope allows, its pieces added up in another order still."""
    rng = np.random.default_rng(seed)
    geotags = geotags_at(**campaign)
    everything = checked(geotags, eager, context=context)
    sums: dict[str, Any] = {}
    for one in ROLL_UPS:
        keys = np.arange(len(geotags))
        if one.scope in KEYS:
            keys = np.unique(getattr(geotags, KEYS[one.scope]).to_pylist(), return_inverse=True)[1]
        piece_of_key = rng.integers(0, n_pieces, keys.max() + 1)
        pieces = []
        for piece in range(n_pieces):
            rows = rng.permutation(np.flatnonzero(piece_of_key[keys] == piece))
            pieces.append(collect_sums(checked(geotags.take(rows), eager, context=context), [one]))
        total = {one.code: one.add_up([])}
        for at in rng.permutation(n_pieces):
            total = add_sums(total, pieces[at])
        sums |= total
    told = decide_sums(sums, eager, Setting(FRAME, everything.subject.level, context))
    # Flag rates count findings of checks that look at other geotags: those of the whole campaign.
    others = [code for code in CODES if code != "ENUMERATOR_FLAG_RATE"]
    expected = roll_up_all(everything)
    assert findings(told, others) == findings(expected, others)
    assert {key: n for key, n in told.not_assessed.items() if key[0] in others} == {
        key: n for key, n in expected.not_assessed.items() if key[0] in others
    }


def findings(told: RollUps, codes: list[str]) -> list[dict[str, Any]]:
    return [row for row in told.findings.to_pylist() if row["code"] in codes]


def test_flags_are_counted_from_results_as_from_outcomes(
    campaign: dict[str, Any], eager: Ruleset, context: Context
) -> None:
    from geo.rollups.enumerator_flag_rate import ROLL_UP, count_flags, worst_of

    geotags = geotags_at(**campaign)
    batch = checked(geotags, eager, context=context)
    worst, scheme = worst_of(batch), FRAME.scheme
    brute = Counter(
        (area[:7], name, bool(severity >= 2))
        for area, name, severity in zip(
            geotags.assigned_area.to_pylist(), geotags.enumerator_id.to_pylist(), worst.tolist(), strict=True
        )
    )
    half = len(geotags) // 2
    parts = [
        count_flags(geotags.enumerator_id[some], geotags.assigned_area[some], worst[some], scheme)
        for some in (slice(half, None), slice(0, half))
    ]
    added = ROLL_UP.add_up(parts)
    assert added == ROLL_UP.collect(batch)
    for row in added.to_pylist():
        key = row["kecamatan"], row["enumerator_id"]
        assert row["flagged"] == brute[*key, True]
        assert row["geotags"] == brute[*key, True] + brute[*key, False]
    assert added.column("geotags").to_numpy().sum() == len(geotags)


def test_a_roll_up_that_is_off_says_nothing(campaign: dict[str, Any], context: Context) -> None:
    ruleset = Ruleset(disabled=frozenset({"AREA_UNDERCOVERED", "COORDINATE_HEAPING"}))
    told = whole(campaign, ruleset, context)
    assert "AREA_UNDERCOVERED" not in {code for code, _ in told.not_assessed} | set(told.assessed)
    on = [one.code for one in roll_ups_of(ruleset)]
    assert on == [code for code in CODES if code not in ruleset.disabled]


def test_scopes_share_out_the_roll_ups_that_need_no_outcomes() -> None:
    by_scope = [one.code for scope in Scope for one in roll_ups_of(Ruleset(), scope)]
    assert sorted(by_scope) == sorted(one.code for one in ROLL_UPS if not one.after_checks)


def test_without_geotags_and_without_a_roster() -> None:
    told = roll_up_all(checked(geotags_at([], [])))
    assert told.findings.num_rows == 0
    assert set(told.not_assessed) == {
        (code, "no_roster")
        for code in ("GEOTAG_REQUIRED_MISSING", "PHOTO_REQUIRED_MISSING", "AREA_UNDERCOVERED")
    }


def test_a_finding_names_its_subject_and_speaks_both_languages(
    campaign: dict[str, Any], eager: Ruleset, context: Context
) -> None:
    told = whole(campaign, eager, context)
    names = {
        "enumerator": {"enumerator_id"},
        "enumerator_area": {"enumerator_id", "area_code"},
        "area_pair": {"area_code", "other_area_code"},
        "area": {"area_code"},
        "household": {"household_key", "area_code"},
    }
    said = {language: told.said(language).to_pylist() for language in LANGUAGES}
    for en, id_ in zip(said["en"], said["id"], strict=True):
        assert {name for name in SUBJECT_COLUMNS if en[name] is not None} == names[en["about"]]
        assert all(en[name] for name in names[en["about"]])
        for words in ("title", "message", "remedy"):
            assert en[words] != id_[words]
            assert not re.search(r"[{}]|\bnan\b|\bNone\b", en[words] + id_[words])
        # Neither a coordinate nor anybody's key is in the words or the evidence.
        assert not re.search(r"115\.\d|-?8\.[45]\d", en["evidence"] + en["message"] + id_["message"])
        assert not re.search(r"i\d{6}", en["evidence"] + en["message"])
        assert json.loads(en["evidence"]).keys() >= ROLL_UP_OF_CODE[en["code"]].message.placeholders("en")


@pytest.mark.parametrize("one", ROLL_UPS, ids=lambda one: one.code)
def test_a_roll_up_says_where_its_values_are_from_and_accuses_nobody(one: Any) -> None:
    assert all(
        parameter.source and parameter.allows(parameter.value) for parameter in one.parameters.values()
    )
    words = " ".join(
        getattr(one, name).say(language, **dict.fromkeys(one.message.placeholders(language), 1))
        for name in ("title", "message", "remedy")
        for language in LANGUAGES
    )
    assert not re.search(r"fraud|cheat|fabricat|fake|invent|curang|palsu|bohong|rekayasa", words, re.I)
    assert one.add_up([]).schema == one.sums


def test_reasons_have_words_in_both_languages() -> None:
    for text in ROLL_UP_REASONS.values():
        assert text.say("en") != text.say("id")
