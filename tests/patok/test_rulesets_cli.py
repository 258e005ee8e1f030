"""``patok ruleset``, and ``--ruleset`` where geotags are checked."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine, text

from geo.errors import FileNotOpened, NotFound, RulesetInvalid
from geo.rules import RULES
from geo.ruleset import Ruleset
from geotags.rulesets.library import built_in_rulesets, list_rulesets, read_ruleset
from patok.rulesets import find_ruleset
from patok.settings import Settings, read_settings

Patok = Callable[..., Any]

FIELD = """\
name = "lapangan"
version = 2
title.en = "Field work"
title.id = "Kerja lapangan"

[checks.DUPLICATE_COORDINATE]
on = false

[checks.OUTSIDE_ASSIGNED_AREA]
error_beyond_m = 300
"""


@pytest.fixture
def folder(data_dir: Path) -> Path:
    """The office's folder, with one ruleset."""
    made = data_dir / "rulesets"
    made.mkdir()
    (made / "lapangan.toml").write_text(FIELD, "utf-8")
    return made


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    return read_settings({"PATOK_DATA_DIR": str(data_dir)})


# -- where a ruleset is found ----------------------------------------------------------------------


def test_the_rulesets_that_come_with_patok() -> None:
    rulesets = built_in_rulesets()
    assert list(rulesets) == ["default", "membership"]
    assert rulesets["default"] == Ruleset()
    listed = {
        path.name for path in package_files("geotags.rulesets").iterdir() if path.name.endswith(".toml")
    }
    assert listed == {f"{name}.toml" for name in rulesets} - {"default.toml"}
    assert all(one.title is not None and one.title.en != one.title.id for one in list(rulesets.values())[1:])


def test_a_name_a_file_of_the_folder_and_a_path(folder: Path, settings: Settings, tmp_path: Path) -> None:
    assert find_ruleset("default", settings) == Ruleset()
    assert find_ruleset("lapangan", settings).version == 2
    assert find_ruleset(str(folder / "lapangan.toml"), settings) == find_ruleset("lapangan", settings)
    elsewhere = tmp_path / "other-name.toml"
    elsewhere.write_bytes(b"\xef\xbb\xbf" + FIELD.replace("\n", "\r\n").encode())  # as an editor may save it
    assert find_ruleset(str(elsewhere), settings) == find_ruleset("lapangan", settings)
    with pytest.raises(NotFound, match=r"no ruleset 'tiada'\. There are: default, membership, lapangan"):
        find_ruleset("tiada", settings)
    with pytest.raises(FileNotOpened, match=r"tiada\.toml: there is no such file"):
        find_ruleset("tiada.toml", settings)
    with pytest.raises(FileNotOpened):
        find_ruleset(f"{tmp_path}/", settings)


def test_without_a_folder_there_are_those_of_patok(settings: Settings) -> None:
    listed, faulty = list_rulesets(settings.rulesets_dir)
    assert [one.ruleset.name for one in listed] == ["default", "membership"]
    assert faulty == {}


def test_a_faulty_file_does_not_hide_the_others(folder: Path, settings: Settings) -> None:
    (folder / "buruk.toml").write_text("name = 3\n")
    (folder / "lain.toml").write_text(FIELD)
    (folder / "default.toml").write_text('name = "default"\nversion = 1\n[checks.IN_NO_AREA]\non = false\n')
    (folder / "membership.toml").write_text('name = "membership"\nversion = 9\n')
    (folder / "latin.toml").write_bytes('name = "latin"\nversion = 1 # é'.encode("latin-1"))
    (folder / "long.toml").write_text("#" * 1_000_001)
    (folder / "notes.txt").write_text("not a ruleset")
    listed, faulty = list_rulesets(folder)
    assert [(one.ruleset.name, one.origin) for one in listed] == [
        ("default", "built_in"),
        ("membership", "built_in"),
        ("lapangan", "folder"),
    ]
    said = {name: error.say("en").split("\n- ", 1)[1] for name, error in faulty.items()}
    assert said.pop("buruk.toml").startswith("name: 3 is not allowed.")
    assert said == {
        "lain.toml": 'name: the file is not called so. Write name = "lain", or rename the file',
        "default.toml": "name: default comes with Patok and says something else. Choose another name",
        "membership.toml": "name: membership comes with Patok and says something else. Choose another name",
        "latin.toml": "the text is not UTF-8. Save the file again as UTF-8",
        "long.toml": "the file is longer than any ruleset",
    }
    with pytest.raises(RulesetInvalid):
        find_ruleset("buruk", settings)
    assert find_ruleset("lapangan", settings).name == "lapangan"


# -- patok ruleset ---------------------------------------------------------------------------------


def test_list(patok: Patok, folder: Path) -> None:
    (folder / "buruk.toml").write_text("name = 3\n")
    said = patok("ruleset", "list", "--json").json
    assert [(one["name"], one["version"], one["origin"]) for one in said["rulesets"]] == [
        ("default", 1, "built_in"),
        ("membership", 1, "built_in"),
        ("lapangan", 2, "folder"),
    ]
    assert said["rulesets"][2]["title"] == "Field work"
    assert said["rulesets"][2]["off"] == ["DUPLICATE_COORDINATE"]
    assert [(one["file"], one["code"]) for one in said["faulty"]] == [("buruk.toml", "RULESET_INVALID")]
    table = patok("ruleset", "list")
    assert "lapangan" in table.out
    assert "buruk.toml: this ruleset cannot be used." in table.err
    assert table.code == 0


def test_the_folder_is_a_setting(patok: Patok, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "aturan").mkdir()
    (tmp_path / "aturan" / "lapangan.toml").write_text(FIELD)
    assert patok("ruleset", "show", "lapangan").code == 3
    monkeypatch.setenv("PATOK_RULESETS", str(tmp_path / "aturan"))
    assert patok("ruleset", "show", "lapangan").code == 0


def test_show_prints_what_can_be_read_again(patok: Patok, folder: Path, tmp_path: Path) -> None:
    for name in ("default", "membership", "lapangan"):
        printed = patok("ruleset", "show", name)
        copy = tmp_path / "copy.toml"
        copy.write_text(printed.out, "utf-8")
        assert read_ruleset(copy) == find_ruleset(name)
    default = patok("ruleset", "show", "default").out
    for check in RULES:
        assert f"\n[checks.{check.code}]\n# {check.title.en}\non = true\n" in default
        for name, one in check.parameters.items():
            assert f"\n{name} = " in default
            assert one.source in default
    assert tomllib.loads(default)["checks"]["ACCURACY_MISSING"]["assumed_m"] == 20
    stored = patok("ruleset", "show", "lapangan", "--json").json
    assert Ruleset.from_json(stored).fingerprint == stored["fingerprint"]
    assert patok("ruleset", "show", "tiada").code == 3


def test_check(patok: Patok, folder: Path) -> None:
    good = patok("ruleset", "check", folder / "lapangan.toml")
    assert good.code == 0
    assert good.out == (
        "Ruleset lapangan 2 can be used. Checks off: 1; values other than the default's: 1.\n"
    )
    document = patok("ruleset", "check", folder / "lapangan.toml", "--json").json
    assert document["differences"] == [
        {"code": "OUTSIDE_ASSIGNED_AREA", "parameter": "error_beyond_m", "before": 500.0, "after": 300.0},
        {"code": "DUPLICATE_COORDINATE", "parameter": "on", "before": True, "after": False},
    ]
    (folder / "buruk.toml").write_text("name = 'A'\n[checks.NADA]\n")
    bad = patok("ruleset", "check", folder / "buruk.toml")
    assert bad.code == 2
    assert [line.split(":")[0] for line in bad.err.splitlines()[1:]] == [
        "- name",
        "- version",
        "- checks.NADA",
    ]
    refused = patok("ruleset", "check", folder / "buruk.toml", "--json")
    assert refused.json["error"]["code"] == "RULESET_INVALID"
    assert patok("ruleset", "check", folder / "none.toml").code == 2


def test_diff(patok: Patok, folder: Path) -> None:
    document = patok("ruleset", "diff", "default", folder / "lapangan.toml", "--json").json
    assert (document["before"]["name"], document["after"]["version"]) == ("default", 2)
    assert [(one["code"], one["parameter"]) for one in document["differences"]] == [
        ("OUTSIDE_ASSIGNED_AREA", "error_beyond_m"),
        ("DUPLICATE_COORDINATE", "on"),
    ]
    table = patok("ruleset", "diff", "default", "lapangan").out
    assert "default 1" in table
    assert "lapangan 2" in table
    [row] = [line for line in table.splitlines() if "error_beyond_m" in line]
    assert [cell.strip() for cell in row.strip("│ ").split("│")][2:] == ["500", "300"]
    [row] = [line for line in table.splitlines() if "DUPLICATE_COORDINATE" in line]
    assert [cell.strip() for cell in row.strip("│ ").split("│")][1:] == ["on", "on", "off"]
    assert patok("ruleset", "diff", "default", "default").out == "default 1 and default 1 say the same.\n"
    assert patok("ruleset", "diff", "default", "tiada").code == 3


# -- where geotags are checked ---------------------------------------------------------------------


def test_check_with_a_ruleset(patok: Patok, files: Path, folder: Path, tmp_path: Path) -> None:
    check = ("check", files / "subsls.geojson", files / "geotag.csv", "--level", "subsls")
    plain = patok(*check, "-o", tmp_path / "plain.csv", "--json").json
    assert (plain["ruleset"], plain["ruleset_version"], plain["off"]) == ("default", 1, [])
    assert plain["findings"]["DUPLICATE_COORDINATE"] > 0
    other = patok(*check, "-o", tmp_path / "other.csv", "--json", "--ruleset", "lapangan").json
    assert (other["ruleset"], other["ruleset_version"]) == ("lapangan", 2)
    assert other["off"] == ["DUPLICATE_COORDINATE"]
    assert other["findings"] == {
        code: count for code, count in plain["findings"].items() if code != "DUPLICATE_COORDINATE"
    }
    table = pd.read_csv(tmp_path / "other.csv")
    assert set(table["ruleset"]) == {"lapangan"}
    assert set(table["ruleset_version"]) == {2}
    said = patok(*check, "-o", tmp_path / "other.csv", "--ruleset", folder / "lapangan.toml")
    assert "Not checked, because ruleset lapangan 2 has it off: DUPLICATE_COORDINATE" in said.out
    assert patok(*check, "-o", tmp_path / "x.csv", "--ruleset", "tiada").code == 3
    assert not (tmp_path / "x.csv").exists()


def test_with_membership_every_geotag_that_is_not_assessed_says_why(
    patok: Patok, files: Path, tmp_path: Path
) -> None:
    """The ruleset ``membership`` leaves on all that tells why membership could not be decided."""
    lines = (files / "geotag.csv").read_text().splitlines()
    area = lines[1].split(",")[1]
    places = [("", ""), ("x", "y"), ("0", "0"), ("200", "100"), ("-9999", "-9999"), ("115.405", "-8.695")]
    lines += [f"m{n},{area},{lon},{lat},5,{n}" for n, (lon, lat) in enumerate(places)]
    lines.append("unknown,9471010099000100,115.405,-8.695,5,9")
    (files / "geotag.csv").write_text("\n".join(lines) + "\n")
    patok(
        "check", files / "subsls.geojson", files / "geotag.csv", "--level", "subsls",
        "-o", tmp_path / "out.csv", "--ruleset", "membership",
    )  # fmt: skip
    table = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False)
    undecided = table[table["distance_m"] == ""]
    assert len(undecided) >= 6
    assert (undecided["findings"] != "").all()
    assert set(";".join(table["findings"]).split(";")) - {""} <= {
        code for code in (check.code for check in RULES) if built_in_rulesets()["membership"].is_on(code)
    }


def test_a_campaign_keeps_its_ruleset(published: Patok, files: Path, folder: Path, engine: Engine) -> None:
    create = ("campaign", "create", "tanpa", "--frame", "nusa", "--level", "subsls", "--ruleset", "lapangan")
    assert published(*create).code == 0
    (folder / "lapangan.toml").unlink()
    [campaign] = [
        one for one in published("campaign", "list", "--json").json["campaigns"] if one["name"] == "tanpa"
    ]
    assert (campaign["ruleset"], campaign["ruleset_version"]) == ("lapangan", 2)
    for step in (("load", "tanpa", files / "geotag.csv"), ("check", "tanpa")):
        assert published("geotags", *step).code == 0
        found = published("findings", "tanpa", "--json").json["findings"]
        assert sorted(one["code"] for one in found) == ["COORDINATE_MISSING", "OUTSIDE_ASSIGNED_AREA"]
        assert {(one["ruleset"], one["ruleset_version"]) for one in found} == {("lapangan", 2)}
    with engine.connect() as connection:
        stored = connection.execute(text("SELECT ruleset FROM campaigns WHERE name = 'tanpa'")).scalar_one()
        unassessed = connection.execute(text("SELECT not_assessed FROM geotag_results")).scalars().all()
    assert stored["disabled"] == ["DUPLICATE_COORDINATE"]
    assert all("DUPLICATE_COORDINATE" not in reasons for reasons in unassessed)


def test_another_content_under_the_same_version_is_refused(published: Patok, folder: Path) -> None:
    path = folder / "lapangan.toml"

    def create(name: str) -> Any:
        return published(
            "campaign", "create", name, "--frame", "nusa", "--level", "subsls", "--ruleset", path
        )  # fmt: skip

    assert create("satu").code == 0
    path.write_text(FIELD.replace("Field work", "Fieldwork"))  # a title decides nothing
    assert create("dua").code == 0
    path.write_text(FIELD.replace("300", "250"))
    refused = create("tiga")
    assert refused.code == 4
    assert refused.err.strip() == (
        "Ruleset lapangan version 2 says something else than in campaign dua "
        "(OUTSIDE_ASSIGNED_AREA.error_beyond_m). Raise the version of the ruleset and try again."
    )
    path.write_text(FIELD + "[checks.IN_NO_AREA]\n")
    assert create("tiga").code == 0  # says no more than before
    path.write_text("others_on = false\n" + FIELD)
    assert "(COORDINATE_MISSING.on, " in create("empat").err
    path.write_text(FIELD.replace("300", "250").replace("version = 2", "version = 3"))
    assert create("empat").code == 0
    names = [one["name"] for one in published("campaign", "list", "--json").json["campaigns"]]
    assert names == ["dua", "empat", "regsosek", "satu", "tiga"]


def test_what_is_stored_with_a_campaign_is_json(published: Patok, engine: Engine) -> None:
    with engine.connect() as connection:
        stored = connection.execute(text("SELECT ruleset FROM campaigns")).scalar_one()
    assert Ruleset.from_json(json.loads(json.dumps(stored))) == Ruleset()
