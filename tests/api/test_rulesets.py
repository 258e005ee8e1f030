"""Rulesets over HTTP: what is known, what is on, what differs, and which one a finding was made with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from geo.rules import RULES
from geo.ruleset import Ruleset
from geo.ruleset_toml import ruleset_of_toml

Get = Callable[..., Any]
BASE = "/v1/campaigns/regsosek"

FIELD = """\
name = "lapangan"
version = {version}
title.en = "Field work"
title.id = "Kerja lapangan"
[checks.DUPLICATE_COORDINATE]
on = false
[checks.OUTSIDE_ASSIGNED_AREA]
error_beyond_m = {beyond}
"""


@pytest.fixture
def folder(data_dir: Path) -> Path:
    """The server's folder of rulesets: a good one and a faulty one."""
    made = data_dir / "rulesets"
    made.mkdir()
    (made / "lapangan.toml").write_text(FIELD.format(version=2, beyond=300))
    (made / "buruk.toml").write_text("name = 3\n")
    return made


def give(engine: Engine, campaign: str, toml: str) -> Ruleset:
    """A campaign with the ruleset, beside those that are there."""
    ruleset = ruleset_of_toml(toml, "x")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO campaigns (name, frame_id, level, ruleset) "
                "SELECT :name, min(id), 'subsls', CAST(:ruleset AS jsonb) FROM frames"
            ),
            {"name": campaign, "ruleset": json.dumps(ruleset.as_json())},
        )
    return ruleset


def test_rulesets_of_patok_of_the_folder_and_of_campaigns(
    world: Any, engine: Engine, folder: Path, get: Get
) -> None:
    give(engine, "lama", FIELD.format(version=1, beyond=500))
    give(engine, "kini", FIELD.format(version=2, beyond=300))
    give(engine, "juga", FIELD.format(version=2, beyond=300))
    said = get("/v1/rulesets", lang="id")
    assert [(one["name"], one["version"], one["origin"], one["campaigns"]) for one in said["rulesets"]] == [
        ("default", 1, "built_in", ["regsosek"]),
        ("membership", 1, "built_in", []),
        ("lapangan", 2, "folder", ["juga", "kini"]),
        ("lapangan", 1, "campaign", ["lama"]),
    ]
    assert all(one["checks_on"] + one["checks_off"] == len(RULES) for one in said["rulesets"])
    assert said["rulesets"][2]["title"] == {"en": "Field work", "id": "Kerja lapangan"}
    [faulty] = said["faulty"]
    assert (faulty["file"], faulty["code"]) == ("buruk.toml", "RULESET_INVALID")
    assert faulty["message"].startswith("buruk.toml: set aturan ini tidak dapat dipakai.")


def test_without_a_folder(world: Any, get: Get) -> None:
    said = get("/v1/rulesets")
    assert [one["name"] for one in said["rulesets"]] == ["default", "membership"]
    assert said["faulty"] == []


def test_one_ruleset_with_every_check_and_value(world: Any, folder: Path, get: Get) -> None:
    found = get("/v1/rulesets/lapangan")
    assert [check["code"] for check in found["checks"]] == [check.code for check in RULES]
    assert [check["code"] for check in found["checks"] if not check["on"]] == ["DUPLICATE_COORDINATE"]
    for answer, check in zip(found["checks"], RULES, strict=True):
        assert answer["title"] == {"en": check.title.en, "id": check.title.id}
        assert answer["parameters"].keys() == check.parameters.keys()
        for name, one in answer["parameters"].items():
            assert one["default"] == check.parameters[name].value
            changed = (check.code, name) == ("OUTSIDE_ASSIGNED_AREA", "error_beyond_m")
            assert one["value"] == (300 if changed else one["default"])
    assert found["fingerprint"] == ruleset_of_toml(FIELD.format(version=2, beyond=300), "x").fingerprint
    assert found["others_on"] is True


def test_a_version_that_a_campaign_has(world: Any, engine: Engine, folder: Path, get: Get) -> None:
    for version, beyond in ((1, 500), (3, 100)):
        give(engine, f"ke{version}", FIELD.format(version=version, beyond=beyond))
    assert get("/v1/rulesets/lapangan")["version"] == 2  # what a new campaign would get
    assert get("/v1/rulesets/lapangan@1")["campaigns"] == ["ke1"]
    (folder / "lapangan.toml").unlink()
    assert get("/v1/rulesets/lapangan")["version"] == 3
    (folder / "lapangan.toml").write_text("name = 3\n")
    assert get("/v1/rulesets/lapangan")["origin"] == "campaign"


def test_the_difference_of_two(world: Any, engine: Engine, folder: Path, get: Get) -> None:
    said = get("/v1/rulesets/default/diff/lapangan")
    assert (said["before"]["name"], said["after"]["name"]) == ("default", "lapangan")
    assert said["differences"] == [
        {"code": "OUTSIDE_ASSIGNED_AREA", "parameter": "error_beyond_m", "before": 500.0, "after": 300.0},
        {"code": "DUPLICATE_COORDINATE", "parameter": "on", "before": True, "after": False},
    ]
    give(engine, "lama", FIELD.format(version=1, beyond=500))
    [change] = get("/v1/rulesets/lapangan@1/diff/lapangan@2")["differences"]
    assert (change["before"], change["after"]) == (500.0, 300.0)
    assert get("/v1/rulesets/default/diff/default")["differences"] == []


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/v1/rulesets/tiada", 404, "NOT_FOUND"),
        ("/v1/rulesets/lapangan@7", 404, "NOT_FOUND"),
        ("/v1/rulesets/default/diff/tiada", 404, "NOT_FOUND"),
        ("/v1/rulesets/buruk", 422, "RULESET_INVALID"),
        ("/v1/rulesets/lapangan@0", 422, "PARAMETER_REFUSED"),
        ("/v1/rulesets/Lapangan", 422, "PARAMETER_REFUSED"),
        ("/v1/rulesets/..%5Clapangan", 422, "PARAMETER_REFUSED"),
        ("/v1/rulesets/lapangan.toml", 422, "PARAMETER_REFUSED"),
    ],
)
def test_refusals(world: Any, folder: Path, client: TestClient, address: str, status: int, code: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert str(folder) not in answer.text


def test_a_finding_names_its_ruleset(world: Any, engine: Engine, get: Get) -> None:
    ruleset = ruleset_of_toml(FIELD.format(version=7, beyond=300), "x")
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE campaigns SET ruleset = CAST(:ruleset AS jsonb)"),
            {"ruleset": json.dumps(ruleset.as_json())},
        )
    page = get(f"{BASE}/findings")["findings"]
    assert page
    assert {(one["ruleset"], one["ruleset_version"]) for one in page} == {("lapangan", 7)}
    detail = get(f"{BASE}/geotags/{page[0]['geotag_id']}")["properties"]["findings"]
    assert {(one["ruleset"], one["ruleset_version"]) for one in detail} == {("lapangan", 7)}
    [campaign] = get("/v1/campaigns")["campaigns"]
    assert (campaign["ruleset"], campaign["ruleset_version"]) == ("lapangan", 7)
    rows = {row["code"]: row for row in get(f"{BASE}/summary/checks")["checks"]}
    assert [code for code, row in rows.items() if not row["on"]] == ["DUPLICATE_COORDINATE"]
    assert rows["DUPLICATE_COORDINATE"]["geotags_checked"] == 0
    assert rows["ZERO_COORDINATE"]["geotags_checked"] > 0


def test_the_catalogue_says_what_a_ruleset_may_give(get: Get) -> None:
    parameters = {
        (check["code"], name): one
        for check in get("/v1/checks")["checks"]
        for name, one in check["parameters"].items()
    }
    share = parameters["OUTSIDE_ASSIGNED_AREA", "least_probability"]
    assert (share["least"], share["most"]) == (0, 1)
    distance = parameters["OUTSIDE_ASSIGNED_AREA", "error_beyond_m"]
    assert (distance["least"], distance["most"]) == (0, None)
