"""Frames, their releases, and the areas of a release."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

RENAMED, RETIRED, ADDED = "9471010001000101", "9471010001000200", "9471010002000900"
Get = Callable[..., Any]


def test_frames_with_and_without_a_release(world: Any, get: Get) -> None:
    empty, frame = get("/v1/frames")["frames"]
    assert (empty["name"], empty["code_scheme"], empty["release"], empty["levels"]) == (
        "kosong",
        "kemendagri",
        None,
        [],
    )
    assert frame["release"] == {
        "number": 2,
        "label": "2025_2",
        "published_at": "2025-08-01T03:00:00Z",
        "effective_on": "2025-07-01",
    }
    assert frame["levels"] == ["kab", "desa", "subsls"]


def test_releases_newest_first(world: Any, get: Get) -> None:
    releases = get("/v1/frames/nusa/releases")["releases"]
    assert [(r["number"], r["label"], r["forced_reason"], r["segments"]) for r in releases] == [
        (2, "2025_2", None, 1),
        (1, "2025_1", "pilot", 1),
    ]
    assert get("/v1/frames/kosong/releases") == {"releases": []}


def test_changes_between_releases_both_ways(world: Any, get: Get) -> None:
    changes = get("/v1/frames/nusa/releases/2/changes", since=1)
    codes = {kind: [item["area_code"] for item in items] for kind, items in changes.items()}
    assert codes == {"added": [ADDED], "removed": [RETIRED], "changed": [RENAMED]}
    assert changes["changed"] == [{"level": "subsls", "area_code": RENAMED, "name": "New name"}]
    back = get("/v1/frames/nusa/releases/1/changes", since=2)
    assert [item["area_code"] for item in back["added"]] == [RETIRED]


@pytest.mark.parametrize(
    ("release", "name"),
    [(None, "New name"), ("1", "Old name"), ("2025_1", "Old name"), ("2025_2", "New name")],
)
def test_an_area_in_a_release_by_number_or_label(
    world: Any, get: Get, release: str | None, name: str
) -> None:
    feature = get(f"/v1/frames/nusa/areas/{RENAMED}", **({"release": release} if release else {}))
    assert feature["id"] == RENAMED  # a string: 16 digits above 2**53 are no JSON number
    assert feature["properties"]["name"] == name
    assert feature["properties"]["parent_code"] == RENAMED[:10]
    assert feature["geometry"]["type"] == "MultiPolygon"
    assert feature["geometry"]["coordinates"][0][0][0] == [115.41, -8.6]


def test_personal_attributes_are_never_served(world: Any, client: TestClient) -> None:
    answer = client.get("/v1/frames/nusa/areas", params={"level": "subsls"})
    assert answer.headers["content-type"] == "application/geo+json"
    assert "Rahasia" not in answer.text
    assert "Rahasia" not in client.get(f"/v1/frames/nusa/areas/{RENAMED}").text
    assert answer.json()["features"][0]["properties"]["attributes"] == {"dominan": "1"}


@pytest.mark.parametrize("limit", [1, 3, 7, 18, 1000])
def test_the_pages_together_are_all_areas_once(world: Any, get: Get, limit: int) -> None:
    seen: list[str] = []
    address: str | None = f"/v1/frames/nusa/areas?level=subsls&limit={limit}"
    while address:
        page = get(address)
        assert 0 < len(page["features"]) <= limit
        seen += [feature["id"] for feature in page["features"]]
        address = page["next"]
    assert seen == world.subsls


def test_filters_by_level_and_parent(world: Any, get: Get) -> None:
    below = get("/v1/frames/nusa/areas", parent="9471010001")["features"]
    assert [f["id"] for f in below] == [code for code in world.subsls if code.startswith("9471010001")]
    desa = get("/v1/frames/nusa/areas", parent="9471", level="desa")["features"]
    assert [f["id"] for f in desa] == ["9471010001", "9471010002"]
    assert len(get("/v1/frames/nusa/areas")["features"]) == len(world.subsls) + 3
    assert get("/v1/frames/nusa/areas", level="prov")["features"] == []
    old = get("/v1/frames/nusa/areas", level="subsls", release="1")["features"]
    assert {f["id"] for f in old} == {*world.subsls, RETIRED} - {ADDED}


@pytest.mark.parametrize(
    ("address", "status", "code", "parameter"),
    [
        ("/v1/frames/tiada/areas", 404, "NOT_FOUND", None),
        ("/v1/frames/kosong/areas", 404, "NO_RELEASE", None),
        ("/v1/frames/nusa/areas?release=9", 404, "NOT_FOUND", None),
        ("/v1/frames/nusa/areas/9471010001000199", 404, "NOT_FOUND", None),
        (f"/v1/frames/nusa/areas/{ADDED}?release=1", 404, "NOT_FOUND", None),
        ("/v1/frames/nusa/areas/94710", 422, "PARAMETER_REFUSED", "area_code"),
        ("/v1/frames/nusa/areas/94.71", 422, "PARAMETER_REFUSED", "area_code"),
        ("/v1/frames/nusa/areas?parent=94%25", 422, "PARAMETER_REFUSED", "parent"),
        ("/v1/frames/nusa/areas?parent=", 422, "PARAMETER_REFUSED", "parent"),
        ("/v1/frames/nusa/areas?level=tier", 422, "PARAMETER_REFUSED", "level"),
        ("/v1/frames/nusa/areas?limit=0", 422, "PARAMETER_REFUSED", "limit"),
        ("/v1/frames/nusa/areas?limit=1001", 422, "PARAMETER_REFUSED", "limit"),
        ("/v1/frames/nusa/areas?limit=many", 422, "PARAMETER_REFUSED", "limit"),
        ("/v1/frames/nusa/areas?after=!!", 422, "PARAMETER_REFUSED", "after"),
        ("/v1/frames/nusa/areas?after=JzsgRFJPUA", 422, "PARAMETER_REFUSED", "after"),
        ("/v1/frames/nu%00sa/areas", 422, "PARAMETER_REFUSED", "frame"),
        ("/v1/frames/nusa/releases/2/changes", 422, "PARAMETER_REFUSED", "since"),
        ("/v1/frames/nusa/releases/2/changes?since=99999999999", 422, "PARAMETER_REFUSED", "since"),
        ("/v1/frames/nusa/releases/2/changes?since=7", 404, "NOT_FOUND", None),
    ],
)
def test_refusals(
    world: Any, client: TestClient, address: str, status: int, code: str, parameter: str | None
) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json().get("parameters") == ([parameter] if parameter else None)
