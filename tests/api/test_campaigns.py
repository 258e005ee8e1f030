"""Campaigns, geotags, findings and summaries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from geo.checks.registry import CHECKS

Get = Callable[..., Any]
BASE = "/v1/campaigns/regsosek"


def _walk_geotags(get: Get, address: str) -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = []
    following: str | None = address
    while following:
        page = get(following)
        assert page["features"]
        features += page["features"]
        following = page["next"]
    return features


def _walk_findings(get: Get, **filters: Any) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = []
    more: dict[str, Any] = {}
    while True:
        page = get(f"{BASE}/findings", **filters, **more)
        findings += page["findings"]
        if page["next"] is None:
            return findings
        more = {"after": page["next"]}


def test_campaigns(world: Any, get: Get) -> None:
    (campaign,) = get("/v1/campaigns")["campaigns"]
    assert campaign["release"]["number"] == 2
    del campaign["release"]
    assert campaign == {
        "name": "regsosek",
        "frame": "nusa",
        "level": "subsls",
        "ruleset": "default",
        "ruleset_version": 1,
        "geotags": len(world.geotags),
    }


@pytest.mark.parametrize("limit", [1, 7, 49, 98, 1000])
def test_the_pages_together_are_all_current_geotags_once(world: Any, get: Get, limit: int) -> None:
    features = _walk_geotags(get, f"{BASE}/geotags?limit={limit}")
    assert [feature["id"] for feature in features] == sorted(world.geotags)


def test_a_geotag_as_geojson(world: Any, get: Get) -> None:
    for feature in _walk_geotags(get, f"{BASE}/geotags"):
        known = world.geotags[feature["id"]]
        assert feature["properties"]["verdict"] == known["verdict"]
        assert feature["properties"]["assigned_area"] == known["assigned_area"]
        if feature["id"] in world.on_map():
            assert feature["geometry"] == {
                "type": "Point",
                "coordinates": [round(known["lon"], 7), round(known["lat"], 7)],
            }
        else:
            assert feature["geometry"] is None


def test_geotags_are_filtered_by_area_and_verdict(world: Any, get: Get) -> None:
    for prefix in ("94", "9471010002", "947101000200060"):
        found = {f["id"] for f in _walk_geotags(get, f"{BASE}/geotags?area={prefix}&limit=20")}
        assert found == {i for i, g in world.geotags.items() if g["assigned_area"].startswith(prefix)}
    for verdict in ("accepted", "review", "rejected", "not_assessed"):
        found = {f["id"] for f in _walk_geotags(get, f"{BASE}/geotags?verdict={verdict}&limit=5")}
        assert found == {i for i, g in world.geotags.items() if g["verdict"] == verdict}


def test_one_geotag_with_its_findings_in_words(world: Any, get: Get) -> None:
    geotag_id = next(i for i, g in world.geotags.items() if g["verdict"] == "rejected" and i % 2)
    properties = get(f"{BASE}/geotags/{geotag_id}")["properties"]
    assert [f["code"] for f in properties["findings"]] == ["OUTSIDE_ASSIGNED_AREA", "DUPLICATE_COORDINATE"]
    assert properties["findings"][0]["message"].startswith("The point lies 84 m outside its assigned area")
    assert properties["not_assessed"] == {"COORDINATE_PRECISION_LOW": "no_typed_text"}
    said = get(f"{BASE}/geotags/{geotag_id}", lang="id")["properties"]
    assert said["findings"][0]["message"].startswith("Titik berada 84 m di luar wilayah tugasnya")
    assert "angka" in said["not_assessed_said"]["COORDINATE_PRECISION_LOW"]


def test_a_replaced_revision_is_not_there(world: Any, client: TestClient, engine: Engine) -> None:
    with engine.connect() as connection:
        old = connection.execute(text("SELECT min(id) FROM geotags WHERE NOT is_current")).scalar_one()
    assert client.get(f"{BASE}/geotags/{old}").status_code == 404


@pytest.mark.parametrize("limit", [1, 5, 13, 1000])
def test_findings_worst_first_and_each_once(world: Any, get: Get, limit: int) -> None:
    rank = {"error": 0, "review": 1, "info": 2}
    expected = sorted(world.findings, key=lambda f: (rank[f["severity"]], f["finding_id"]))
    found = _walk_findings(get, limit=limit)
    assert [f["finding_id"] for f in found] == [f["finding_id"] for f in expected]


def test_findings_are_filtered_by_code_severity_and_area(world: Any, get: Get) -> None:
    def expected(**wanted: str) -> set[int]:
        return {f["finding_id"] for f in world.findings if wanted.items() <= f.items()}

    for wanted in (
        {"code": "OUTSIDE_ASSIGNED_AREA"},
        {"severity": "review"},
        {"code": "OUTSIDE_ASSIGNED_AREA", "severity": "error"},
        {"code": "ZERO_COORDINATE"},
    ):
        assert {f["finding_id"] for f in _walk_findings(get, limit=4, **wanted)} == expected(**wanted)
    below = _walk_findings(get, area="9471010001", limit=4)
    assert {f["finding_id"] for f in below} == {
        f["finding_id"]
        for f in world.findings
        if world.geotags[f["geotag_id"]]["assigned_area"].startswith("9471010001")
    }


def test_a_finding_names_its_area_as_its_release_does(world: Any, get: Get) -> None:
    names = {f["assigned_area"]: f["area_name"] for f in _walk_findings(get)}
    assert names["9471010001000101"] == "New name"
    assert names["9471010001000200"] is None  # not in the release


def test_old_evidence_falls_back_to_the_title(world: Any, engine: Engine, get: Get) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE findings SET evidence = '{}'"))
        connection.execute(text("UPDATE findings SET check_code = 'GONE_CHECK' WHERE severity = 'info'"))
    said = {f["code"]: f["message"] for f in _walk_findings(get)}
    assert said["OUTSIDE_ASSIGNED_AREA"] == "Outside its assigned area"
    assert said["GONE_CHECK"] == "GONE_CHECK"


@pytest.mark.parametrize("level", ["subsls", "desa", "kab"])
def test_summary_of_areas(world: Any, get: Get, level: str) -> None:
    width = {"subsls": 16, "desa": 10, "kab": 4}[level]
    summary = get(f"{BASE}/summary/areas", level=level)
    by_area: dict[str, Counter[str | None]] = {}
    for geotag in world.geotags.values():
        by_area.setdefault(geotag["assigned_area"][:width], Counter())[geotag["verdict"]] += 1
    for row in summary["areas"]:
        counts = by_area.pop(row["area_code"], Counter())
        verdicts = ("accepted", "review", "rejected", "not_assessed")
        assert {v: row[v] for v in verdicts} == {v: counts[v] for v in verdicts}
        assert (row["unchecked"], row["geotags"]) == (counts[None], counts.total())
        flagged = counts["review"] + counts["rejected"]
        expected = flagged / counts.total() if counts.total() else None
        assert row["flagged_share"] == (pytest.approx(expected) if expected is not None else None)
    left = sum(by_area.values(), Counter())
    assert {v: summary["without_area"][v] for v in verdicts} == {v: left[v] for v in verdicts}
    assert summary["without_area"]["geotags"] == left.total()
    assert summary["next"] is None


def test_summary_of_areas_by_parent_page_and_release(world: Any, get: Get) -> None:
    first = get(f"{BASE}/summary/areas", parent="9471010002", limit=3)
    second = get(f"{BASE}/summary/areas", parent="9471010002", limit=1000, after=first["next"])
    codes = [row["area_code"] for row in first["areas"] + second["areas"]]
    assert codes == [code for code in world.subsls if code.startswith("9471010002")]
    assert first["without_area"]["geotags"] == 0
    now, before = (get(f"{BASE}/summary/areas", release=number) for number in ("2", "1"))
    assert now["without_area"]["geotags"] > 0  # assigned to the retired area
    assert "9471010001000200" in {row["area_code"] for row in before["areas"]}


def test_a_damaged_code_is_counted_in_no_area(world: Any, engine: Engine, get: Get) -> None:
    before = get(f"{BASE}/summary/areas", level="kab")
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE geotags SET assigned_area = '9471x' "
                "WHERE id = (SELECT max(id) FROM geotags WHERE is_current)"
            )
        )
    after = get(f"{BASE}/summary/areas", level="kab")
    assert (before["without_area"]["geotags"], after["without_area"]["geotags"]) == (0, 1)
    assert after["areas"][0]["geotags"] == before["areas"][0]["geotags"] - 1


def test_summary_of_checks(world: Any, get: Get) -> None:
    rows = {row["code"]: row for row in get(f"{BASE}/summary/checks")["checks"]}
    assert list(rows) == [check.code for check in CHECKS]
    counts = Counter((f["code"], f["severity"]) for f in world.findings)
    for code, row in rows.items():
        assert {s: row[s] for s in ("error", "review", "info")} == {
            s: counts[code, s] for s in ("error", "review", "info")
        }
    checked = {i for i, g in world.geotags.items() if g["verdict"] is not None}
    assert rows["ZERO_COORDINATE"]["geotags_checked"] == len(checked)
    assert rows["COORDINATE_PRECISION_LOW"]["geotags_checked"] == len([i for i in checked if i % 2 == 0])
    assert get(f"{BASE}/summary/checks", lang="id")["checks"][0]["title"] == CHECKS[0].title.id


@pytest.mark.parametrize(
    ("address", "status", "parameter"),
    [
        ("/v1/campaigns/tiada/geotags", 404, None),
        (f"{BASE}/geotags/999999", 404, None),
        (f"{BASE}/geotags/99999999999999999999", 422, "geotag_id"),
        (f"{BASE}/geotags/abc", 422, "geotag_id"),
        (f"{BASE}/geotags?verdict=good", 422, "verdict"),
        (f"{BASE}/geotags?area=94.71", 422, "area"),
        (f"{BASE}/geotags?area=94710100010001010", 422, "area"),
        (f"{BASE}/geotags?after=MS4x", 422, "after"),
        (f"{BASE}/findings?code=NO_SUCH_CHECK", 422, "code"),
        (f"{BASE}/findings?severity=fatal", 422, "severity"),
        (f"{BASE}/findings?after=OS4x", 422, "after"),
        (f"{BASE}/summary/areas?level=rt", 422, "level"),
        (f"{BASE}/summary/areas?limit=5001", 422, "limit"),
    ],
)
def test_refusals(world: Any, client: TestClient, address: str, status: int, parameter: str | None) -> None:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json().get("parameters") == ([parameter] if parameter else None)
