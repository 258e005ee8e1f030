"""The commands that answer for households: who saw them, and erasing them."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.patok.conftest import AREAS, Patok, collection, geotag_lines, subsls_features

pytestmark = pytest.mark.usefixtures("engine")
AROUND = "115.4140321"


@pytest.fixture
def loaded(published: Patok, files: Path) -> Patok:
    assert published("geotags", "load", "regsosek", files / "geotag.csv").code == 0
    return published


def test_a_breach_drill(loaded: Patok, engine: Engine) -> None:
    whole = loaded("audit", "verify", "--json").json
    assert whole == {"rows": 0, "head": ""}
    assert "Nobody has read it" in loaded("audit", "who-saw", "regsosek", "b").out
    loaded("findings", "regsosek")
    loaded("findings", "regsosek", "--code", "DUPLICATE_COORDINATE")
    by_item = loaded("audit", "who-saw", "regsosek", "d", "--json").json["readings"]
    assert [(one["row"], one["purpose"]) for one in by_item] == [(1, "patok findings"), (2, "patok findings")]
    assert loaded("audit", "who-saw", "regsosek", "4", "--json").json["readings"] == by_item
    assert len(loaded("audit", "who-saw", "regsosek", "b", "--json").json["readings"]) == 1
    assert "patok findings" in loaded("audit", "who-saw", "regsosek", "b").out
    missing = loaded("audit", "who-saw", "regsosek", "nobody")
    assert missing.code == 3 and "other spellings" in missing.err
    head = loaded("audit", "verify", "--json").json["head"]
    assert head in loaded("audit", "verify", "--head", head.upper()).out
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM audit WHERE id = 2"))
    assert loaded("audit", "verify").code == 0
    cut = loaded("audit", "verify", "--head", head, "--json")
    assert (cut.code, cut.json["error"]["code"]) == (4, "AUDIT_BROKEN")
    with engine.begin() as connection:
        connection.execute(text("UPDATE audit SET entry = replace(entry, 'operator', 'other')"))
    changed = loaded("audit", "verify")
    assert changed.code == 4 and "row 1: its entry" in changed.err


def test_a_household_is_erased_and_its_neighbour_judged_again(loaded: Patok, files: Path) -> None:
    def found() -> set[str]:
        listed = loaded("findings", "regsosek", "--json").json["findings"]
        return {one["item_id"] for one in listed if one["code"] == "DUPLICATE_COORDINATE"}

    assert found() == {"d", "e"}
    done = loaded("erase", "household", "regsosek", "4", "--reason", "asked for it", "--json").json
    assert (done["geotags"], done["quarantined"], done["readings"]) == (1, 0, 1)
    assert found() == set()
    again = loaded("geotags", "load", "regsosek", files / "geotag.csv")
    assert "their households were erased here: 1" in again.out
    assert AROUND not in loaded("findings", "regsosek", "--area", AREAS[0], "--json").out
    missing = loaded("erase", "household", "regsosek", "4", "--reason", "again")
    assert missing.code == 3
    said = loaded("erase", "household", "regsosek", "5", "--reason", "asked for it").out
    assert "Erased: 1 geotags" in said and "Backups" in said


def test_a_campaign_is_erased_when_its_time_is_over(
    loaded: Patok, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for typed in ("", "n\n"):
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        assert loaded("erase", "campaign", "regsosek", "--reason", "over").code == 130
        assert "regsosek" in loaded("campaign", "list").out
    ended = ("erase", "ended", "--reason", "over", "--days")
    assert loaded(*ended, "0", "--yes", "--json").json == {"erased": []}
    for name, end in (("old", "2020-12-31"), ("new", "2999-12-31")):
        loaded("campaign", "create", name, "--frame", "nusa", "--level", "subsls", "--ends-on", end)
    done = loaded(*ended, "365", "--yes").out
    assert "old, erased: 0 geotags" in done
    assert "No campaign ended before" in loaded(*ended, "365").out
    done = loaded("erase", "campaign", "regsosek", "--reason", "over", "--yes", "--json").json
    assert done["geotags"] == len(geotag_lines())
    assert [one["name"] for one in loaded("campaign", "list", "--json").json["campaigns"]] == ["new"]
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM geotags")).scalar_one() == 0


def test_what_a_release_changed_is_checked_again(loaded: Patok, files: Path) -> None:
    same = loaded("geotags", "check", "regsosek", "--changed", "--json").json
    assert same == {"campaign": "regsosek", "release": 1, "areas": 0, "waiting": 0}
    features = subsls_features()
    for feature in features:
        feature[0]["nmsls"] += " baru"
    (files / "subsls.geojson").write_text(collection(features[:2] + features[3:]))
    for step in (
        ("frame", "load", "nusa", files / "subsls.geojson", "--level", "subsls"),
        ("frame", "qa", "nusa"),
    ):
        assert loaded(*step).code == 0
    said = loaded("frame", "publish", "nusa", "--label", "2026_1").out
    assert "patok geotags check regsosek --changed" in said
    done = loaded("geotags", "check", "regsosek", "--changed", "--json").json
    assert done["release"] == 2 and done["areas"] > 0 and done["waiting"] == 0
    assert "was passed on before" in loaded("geotags", "check", "regsosek", "--changed").out
    assert loaded("geotags", "check", "regsosek", "--changed", "--release", "1").code == 2
