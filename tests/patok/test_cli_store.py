"""The commands that need the database, and how errors end them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pytest
from sqlalchemy import Engine, text

from boundaries.qa.registry import QA_CHECKS
from boundaries.store.cluster import Cluster
from tests.patok.conftest import AREAS, Patok, collection, subsls_features

# -- frames ------------------------------------------------------------------------------------


def test_a_frame_from_file_to_release_and_back(patok: Patok, files: Path) -> None:
    assert "Frame nusa is made" in patok("frame", "create", "nusa", "--scheme", "bps", "--country", "ID").out
    loaded = patok("frame", "load", "nusa", files / "desa.geojson", "--level", "desa", "--json").json
    assert (loaded["areas"], loaded["format"], loaded["file"]) == (2, "GeoJSON", "desa.geojson")
    assert len(loaded["sha256"]) == 64
    assert (
        "4 areas of level subsls"
        in patok("frame", "load", "nusa", files / "subsls.geojson", "--level", "subsls").out
    )

    too_early = patok("frame", "publish", "nusa", "--label", "2025_1", "--json")
    assert (too_early.code, too_early.json["error"]["code"]) == (4, "QA_NEEDED")
    judged = patok("frame", "qa", "nusa", "--json").json
    assert judged["publishable"] and set(judged["checks"]) == {check.code for check in QA_CHECKS}
    assert judged["checks"]["GEOMETRY_INVALID"] == {"outcome": "pass", "reason": None, "findings": 0}
    assert "Publishable. Next: patok frame publish nusa" in patok("frame", "qa", "nusa").out

    first = patok(
        "frame", "publish", "nusa", "--label", "2025_1", "--effective-on", "2025-01-01",
        "--boundary-sigma-m", "30", "--json",
    ).json["release"]  # fmt: skip
    assert (first["number"], first["label"], first["effective_on"]) == (1, "2025_1", "2025-01-01")
    assert (first["boundary_sigma_m"], first["segments"], first["forced_reason"]) == (30.0, 1, None)

    renamed = subsls_features()
    renamed[0][0]["nmsls"] = "RT Baru"
    (files / "subsls.geojson").write_text(collection(renamed))
    patok("frame", "load", "nusa", files / "subsls.geojson", "--level", "subsls")
    patok("frame", "qa", "nusa")
    said = patok("frame", "publish", "nusa", "--label", "2025_2", "--effective-on", "2025-07-01").out
    assert "Release 2 (2025_2) of nusa: 1 kabupaten." in said

    changes = patok("frame", "changes", "nusa", "1", "--json").json
    assert changes == {
        "added": [], "removed": [],
        "changed": [{"level": "subsls", "area_code": AREAS[0], "name": "RT Baru"}],
    }  # fmt: skip
    assert patok("frame", "changes", "nusa", "2", "1", "--json").json["changed"][0]["name"] == "RT 0001"
    assert "RT Baru" in patok("frame", "changes", "nusa", "1", "2").out

    back = patok("frame", "revert", "nusa", "1", "--reason", "a draft", "--json").json["release"]
    assert (back["number"], back["label"], back["forced_reason"]) == (3, "2025_1", None)
    assert (back["reverted_to"], back["reverted_reason"]) == (1, "a draft")
    assert patok("frame", "changes", "nusa", "1", "3", "--json").json["changed"] == []
    listed = patok("frame", "releases", "nusa", "--json").json["releases"]
    assert [(one["number"], one["label"]) for one in listed] == [(3, "2025_1"), (2, "2025_2"), (1, "2025_1")]
    assert "a draft" in patok("frame", "releases", "nusa").out


def test_a_candidate_is_thrown_away(patok: Patok, files: Path) -> None:
    patok("frame", "create", "nusa")
    assert patok("frame", "discard", "nusa").code == 3
    patok("frame", "load", "nusa", files / "subsls.geojson", "--level", "subsls")
    assert "thrown away" in patok("frame", "discard", "nusa").out
    assert patok("frame", "qa", "nusa").code == 3
    patok("frame", "load", "nusa", files / "subsls.geojson", "--level", "subsls")
    assert patok("frame", "discard", "nusa", "--json").json == {"frame": "nusa", "discarded": True}


def test_a_blocked_candidate(patok: Patok, files: Path) -> None:
    patok("frame", "create", "nusa")
    twice = subsls_features()
    twice[1][0]["idsubsls"] = AREAS[0]
    twice[2][0]["idsubsls"] = AREAS[2][:-1] + "1"  # codes that all end in 0 and repeat are a spreadsheet's
    (files / "subsls.geojson").write_text(collection(twice))
    patok("frame", "load", "nusa", files / "subsls.geojson", "--level", "subsls")
    judged = patok("frame", "qa", "nusa", "--json").json
    assert not judged["publishable"]
    assert {(one["code"], one["area_code"]) for one in judged["findings"]} >= {("CODE_DUPLICATE", AREAS[0])}
    assert judged["findings"][0]["severity"] == "error" and judged["findings"][0]["message"]
    brief = patok("frame", "qa", "nusa", "--most", "1").out
    assert "Not publishable: " in brief

    refused = patok("frame", "publish", "nusa", "--label", "2025_2", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (4, "CANDIDATE_BLOCKED")
    assert "CODE_DUPLICATE" in refused.json["error"]["message"]
    for half in (["--force"], ["--reason", "soon"]):
        assert patok("frame", "publish", "nusa", "--label", "2025_2", *half).code == 2
    assert patok("frame", "publish", "nusa", "--label", "x", "--force", "--reason", " ").code == 2
    forced = patok(
        "frame", "publish", "nusa", "--label", "2025_2", "--force", "--reason", "mended in May", "--json"
    )
    assert forced.json["release"]["forced_reason"] == "mended in May"


def test_frame_load_options(patok: Patok, files: Path) -> None:
    patok("frame", "create", "nusa")
    shapes = geopandas.read_file(files / "subsls.geojson").rename(
        columns={"idsubsls": "id", "nmsls": "label"}
    )
    for layer in ("rt", "draft"):
        shapes.to_file(files / "areas.gpkg", layer=layer, driver="GPKG")
    load = ("frame", "load", "nusa", files / "areas.gpkg", "--level", "subsls")
    assert patok(*load).code == 2
    assert "Name one with --layer" in patok(*load).err
    columns = ("--column", "code=id", "--column", "name=label")
    assert patok(*load, "--layer", "rt", *columns, "--json").json["areas"] == 4
    assert "Give code / name" in patok(*load, "--layer", "rt", "--column", "kode=id").err


# -- campaigns, geotags, findings --------------------------------------------------------------


def test_campaigns(published: Patok) -> None:
    made = published(
        "campaign", "create", "se2026", "--frame", "nusa", "--level", "desa",
        "--starts-on", "2026-05-01", "--ends-on", "2026-07-31",
    )  # fmt: skip
    assert "Campaign se2026 is made" in made.out
    assert published("campaign", "list", "--json").json["campaigns"] == [
        {"name": name, "frame": "nusa", "level": level, "ruleset": "default", "ruleset_version": 1}
        for name, level in (("regsosek", "subsls"), ("se2026", "desa"))
    ]
    assert "regsosek" in published("campaign", "list").out
    create = ("campaign", "create", "regsosek", "--frame", "nusa", "--level", "subsls")
    assert published(*create).code == 4
    assert published("campaign", "create", "A b", *create[3:]).code == 2
    assert published("campaign", "create", "x", "--frame", "none", "--level", "desa").code == 3
    dates = ("--starts-on", "2026-05-02", "--ends-on", "2026-05-01")
    assert published("campaign", "create", "x", *create[3:], *dates).code == 2


def test_geotags_and_findings(published: Patok, files: Path) -> None:
    load = ("geotags", "load", "regsosek", files / "geotag.csv")
    assert "5 geotags stored and checked against release 1; 0 were there already." in published(*load).out
    with (files / "geotag.csv").open("a") as lines:
        lines.write(f"f,{AREAS[2]},115.4150123,-8.6950777,5,6\na,{AREAS[0]},115.4050999,-8.6950123,5,1\n")
    again = published(*load)
    assert "item and revision: 1 (file rows: 8)." in again.out
    assert published(*load, "--release", "1", "--json").json == {
        "campaign": "regsosek", "release": 1, "new": 0, "repeated": 6, "changed": 1, "erased": 0,
        "changed_file_rows": [8],
    }  # fmt: skip
    assert published("geotags", "load", "regsosek", files / "geotag.csv", "--release", "9").code == 3

    found = published("findings", "regsosek", "--json").json["findings"]
    assert sorted((one["code"], one["severity"]) for one in found) == [
        ("COORDINATE_MISSING", "error"),
        ("DUPLICATE_COORDINATE", "review"),
        ("DUPLICATE_COORDINATE", "review"),
        ("OUTSIDE_ASSIGNED_AREA", "error"),
    ]
    assert [one["severity"] for one in found] == ["error", "error", "review", "review"]  # worst first
    assert all(one["message"] and one["remedy"] and one["area_name"] for one in found)
    table = published("findings", "regsosek").out
    assert "OUTSIDE_ASSIGNED_AREA" in table.replace("\n", "") or "OUTSIDE" in table
    for options, n in (
        (["--code", "DUPLICATE_COORDINATE"], 2),
        (["--severity", "error"], 2),
        (["--area", AREAS[3][:10]], 2),
        (["--area", AREAS[0], "--severity", "review"], 0),
        (["--most", "1"], 1),
    ):
        assert len(published("findings", "regsosek", *options, "--json").json["findings"]) == n, options
    assert published("findings", "regsosek", "--code", "NOTHING").code == 2
    assert published("findings", "regsosek", "--severity", "fatal").code == 2
    assert published("findings", "nothing").code == 3

    checked = published("geotags", "check", "regsosek", "--json").json
    assert checked == {"campaign": "regsosek", "release": 1, "geotags": 6}
    assert (
        "6 geotags checked against release 1."
        in published("geotags", "check", "regsosek", "--release", "1").out
    )
    after = published("findings", "regsosek", "--json").json["findings"]
    assert _without_ids(after) == _without_ids(found)


def _without_ids(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(({**one, "finding_id": 0} for one in findings), key=str)


def test_findings_for_qgis(published: Patok, files: Path) -> None:
    published("geotags", "load", "regsosek", files / "geotag.csv")
    said = published("findings", "regsosek", "-o", files / "temuan.gpkg")
    assert (said.code, said.out.startswith("4 findings: ")) == (0, True)
    assert geopandas.list_layers(files / "temuan.gpkg")["name"].tolist() == ["findings"]
    layer = geopandas.read_file(files / "temuan.gpkg")
    assert layer.crs is not None and layer.crs.to_epsg() == 4326
    assert layer["code"].tolist().count("DUPLICATE_COORDINATE") == 2
    assert layer.loc[layer["code"] == "COORDINATE_MISSING", "geometry"].isna().all()
    outside = layer[layer["code"] == "OUTSIDE_ASSIGNED_AREA"].iloc[0]
    assert (outside.geometry.x, outside.geometry.y) == (115.4150123, -8.6950123)
    one = published("findings", "regsosek", "--severity", "error", "-o", files / "temuan.csv", "--json")
    assert one.json == {"campaign": "regsosek", "findings": 2, "output": str(files / "temuan.csv")}
    table = pd.read_csv(files / "temuan.csv", dtype=str)
    assert len(table) == 2 and table[["item_id", "household_key"]].notna().all(axis=None)
    assert published("findings", "regsosek", "-o", files / "temuan.doc").code == 2


# -- the database ------------------------------------------------------------------------------


def test_the_private_database(patok: Patok, open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = open_folder / "private"
    monkeypatch.delenv("PATOK_DATABASE_URL")
    monkeypatch.setenv("PATOK_DATA_DIR", str(folder))
    try:
        assert patok("db", "status", "--json").json["state"] == "absent"
        assert "not made yet" in patok("db", "status").out
        assert "stopped" in patok("db", "stop").out
        assert str(folder) in patok("db", "start").out
        state = patok("db", "status", "--json").json
        assert state["state"] == "running" and state["folder"] == str(folder / "postgres")
        assert state["pid"] > 0 and state["data_bytes"] > 1e7
        assert "The tables are at revision" in patok("db", "migrate").out
        assert patok("frame", "create", "nusa").code == 0
        assert patok("db", "stop").code == 0
        assert "stopped" in patok("db", "status").out
        restarted = patok("campaign", "list", "--json")  # starts it again, and says so beside the answer
        assert (restarted.json, "Starting the private database" in restarted.err) == ({"campaigns": []}, True)
        assert patok("frame", "create", "nusa").code == 4
    finally:
        Cluster(folder).stop()


def test_a_configured_database_that_is_not_ready(
    patok: Patok, own_database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own_database.begin() as connection:
        found = connection.execute(text("UPDATE alembic_version SET version_num = '0000' RETURNING 1")).all()
    try:
        assert len(found) == 1
        behind = patok("campaign", "list", "--json")
        assert (behind.code, behind.json["error"]["code"]) == (5, "SCHEMA_OUTDATED")
    finally:
        with own_database.begin() as connection:
            from boundaries.store.schema import head_revision

            connection.execute(text("UPDATE alembic_version SET version_num = :n"), {"n": head_revision()})
    monkeypatch.setenv("PATOK_DATABASE_URL", "postgresql://officer:hidden@127.0.0.1:1/patok")
    away = patok("campaign", "list")
    assert away.code == 5
    assert "No answer from the database" in away.err and "hidden" not in away.err
    monkeypatch.setenv("PATOK_DATABASE_URL", "postgresql://officer:hidden@127.0.0.1:many/patok")
    assert patok("campaign", "list").code == 5


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (["frame", "load", "none", "x.geojson", "--level", "desa"], 3, "NOT_FOUND"),
        (["frame", "qa", "none"], 3, "NOT_FOUND"),
        (["frame", "qa", "nusa"], 3, "NOT_FOUND"),
        (["frame", "publish", "nusa", "--label", "x"], 3, "NOT_FOUND"),
        (["frame", "releases", "none"], 3, "NOT_FOUND"),
        (["frame", "revert", "nusa", "7", "--reason", "x"], 3, "NOT_FOUND"),
        (["frame", "revert", "nusa", "1", "--reason", " "], 2, "VALUE_REFUSED"),
        (["frame", "changes", "nusa", "7"], 3, "NOT_FOUND"),
        (["geotags", "load", "none", "x.csv"], 3, "NOT_FOUND"),
        (["geotags", "check", "none"], 3, "NOT_FOUND"),
        (["geotags", "check", "regsosek", "--release", "4"], 3, "NOT_FOUND"),
        (["findings", "none"], 3, "NOT_FOUND"),
        (["frame", "load", "nusa", "none.geojson", "--level", "desa"], 2, "FILE_NOT_OPENED"),
        (["frame", "load", "nusa", "none.shp", "--level", "desa"], 2, "FORMAT_UNKNOWN"),
        (["geotags", "load", "regsosek", "none.csv"], 2, "FILE_NOT_OPENED"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_errors_end_with_their_code(published: Patok, arguments: list[str], code: int, named: str) -> None:
    said = published(*arguments)
    assert (said.code, said.out) == (code, "")
    assert said.err.strip().endswith((".", ".)"))
    machine = published(*arguments, "--json")
    assert machine.code == code
    assert machine.json["error"]["code"] == named
    assert machine.json["error"]["message"] == said.err.strip()
