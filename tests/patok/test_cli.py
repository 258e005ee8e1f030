"""The ``patok`` command: help, usage, languages, the file-only check, the catalogue of checks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import geopandas
import pandas as pd
import pytest

import patok.cli
from boundaries.qa.registry import QA_CHECKS
from geo.checks.registry import CHECKS
from geo.rules import RULES
from patok.settings import DESCRIPTIONS
from tests.patok.conftest import PROJECT, Patok, collection, command_line


def _commands() -> Iterator[tuple[str, ...]]:
    """Every command and group of the tree."""
    yield ()
    for name in patok.cli.COMMANDS:
        yield (name,)
        command = patok.cli.cli.get_command(click.Context(patok.cli.cli), name)
        if isinstance(command, click.Group):
            yield from ((name, under) for under in command.commands)


# -- what every command has --------------------------------------------------------------------


@pytest.mark.parametrize("command", list(_commands()), ids=" ".join)
def test_help(patok: Patok, command: tuple[str, ...]) -> None:
    for option in ("--help", "-h"):
        asked = patok(*command, option)
        assert asked.code == 0
        assert asked.out.startswith(" ".join(("Usage: patok", *command)))
        assert asked.err == ""


def test_version(patok: Patok) -> None:
    asked = patok("--version")
    assert (asked.code, asked.out.split()[0]) == (0, "patok,")


@pytest.mark.parametrize(
    "arguments",
    [["nothing"], ["frame", "nothing"], ["frame", "load", "nusa"], ["checks", "--nothing"], ["findings"]],
    ids=" ".join,
)
def test_usage_errors(patok: Patok, arguments: list[str]) -> None:
    asked = patok(*arguments)
    assert (asked.code, asked.out) == (2, "")
    assert "Usage: patok" in asked.err
    as_json = patok(*arguments, "--json")
    assert as_json.code == 2
    assert as_json.json["error"]["code"] == "USAGE"
    assert as_json.err == ""


def test_indonesian(environment: dict[str, str], files: Path) -> None:
    def ask(*arguments: object, language: str = "id") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command_line(*arguments),
            env=environment | {"PATOK_LANG": language},
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert "Memelihara kerangka wilayah statistik" in ask("--help").stdout
    refused = ask("check", files / "subsls.geojson", "none.csv", "--level", "subsls", "-o", files / "o.csv")
    assert refused.returncode == 2
    assert "berkas tidak ada" in refused.stderr
    said = json.loads(ask("checks", "--json").stdout)
    english = json.loads(ask("checks", "--json", language="en").stdout)
    assert [one["code"] for one in said["checks"]] == [one["code"] for one in english["checks"]]
    assert all(a["title"] != b["title"] for a, b in zip(said["checks"], english["checks"], strict=True))


# -- the file-only check -----------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "geojson", "parquet", "gpkg"])
def test_check_without_a_database(
    patok: Patok, files: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATOK_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    output = files / f"hasil.{ending}"
    arguments = ("check", files / "subsls.geojson", files / "geotag.csv", "--level", "subsls", "-o", output)
    said = patok(*arguments)
    assert said.code == 0
    assert "5 geotags: 1 accepted, 2 to look at, 2 to send back, 0 not assessed." in said.out
    machine = patok(*arguments, "--json").json
    assert machine["geotags"] == 5
    assert machine["verdicts"] == {"accepted": 1, "review": 2, "rejected": 2, "not_assessed": 0}
    assert (machine["read"], machine["quarantined"], machine["quarantine"]) == (5, 0, None)
    assert machine["findings"]["DUPLICATE_COORDINATE"] == 2
    assert set(machine["findings"]) == {check.code for check in CHECKS}
    read = {"csv": pd.read_csv, "parquet": geopandas.read_parquet}.get(ending)
    table = read(output) if read else geopandas.read_file(output, **_layer(ending))
    assert table["verdict"].tolist() == ["accepted", "rejected", "rejected", "review", "review"]
    assert table["file_row"].tolist() == [2, 3, 4, 5, 6]


def _layer(ending: str) -> dict[str, str]:
    return {"layer": "geotags"} if ending == "gpkg" else {}


def test_check_with_every_option(patok: Patok, files: Path) -> None:
    corners = [[115.4, -8.7], [115.41, -8.7], [115.41, -8.6], [115.4, -8.7]]
    (files / "desa.json").write_text(collection([({"kode": "51.05.01.2001"}, corners)]))
    (files / "titik.csv").write_text("ID;Kode Desa;B;L\n1;51.05.01.2001;115.4099876;-8.6650123\n")
    asked = patok(
        "check", files / "desa.json", files / "titik.csv", "--level", "desa", "--scheme", "kemendagri",
        "--boundary-sigma-m", "30", "--column", "assigned_area=Kode Desa", "--column", "lon_text=B",
        "--column", "lat_text = L", "-o", files / "o.csv", "--json",
    )  # fmt: skip
    assert asked.code == 0
    assert asked.json["verdicts"]["review"] == asked.json["geotags"] == 1  # no accuracy
    # A vague border leaves more doubt: on the line itself it is one half, 1.4 m inside a little more.
    assert 0.5 < pd.read_csv(files / "o.csv")["probability"][0] < 0.6


def test_check_never_writes_over_what_it_reads(patok: Patok, files: Path) -> None:
    before = {path: path.read_bytes() for path in files.iterdir()}
    (files / "link.csv").symlink_to(files / "geotag.csv")
    for output in ("geotag.csv", "subsls.geojson", "link.csv", "../files/geotag.csv"):
        asked = patok(
            "check", files / "subsls.geojson", files / "geotag.csv", "--level", "subsls", "-o", files / output
        )
        assert asked.code == 2
        assert "Give a file that is none of the inputs." in asked.err
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--level", "rt", "--level: 'rt' is not allowed"),
        ("--column", "bujur", "--column: 'bujur' is not allowed. Give FIELD=NAME"),
        ("--column", "lon=bujur", "--column: 'lon' is not allowed. Give item_id / "),
        ("--column", "lon_text=bujur", "no column for lon_text; looked for bujur"),
        ("--scheme", "iso", "'iso' is not one of 'bps', 'kemendagri'"),
        ("--boundary-sigma-m", "-3", "boundary_sigma_m: -3.0 is not allowed"),
        ("--boundary-sigma-m", "nan", "boundary_sigma_m: nan is not allowed"),
        ("-o", "hasil.xlsx", "hasil.xlsx: no reader"),
        ("-o", "/nowhere/hasil.csv", "folder that is there"),
    ],
)
def test_check_refuses_options(patok: Patok, files: Path, option: str, value: str, words: str) -> None:
    plain = {"--level": "subsls", "-o": files / "hasil.csv"} | {option: value}
    options = [part for pair in plain.items() for part in pair]
    asked = patok("check", files / "subsls.geojson", files / "geotag.csv", *options)
    assert asked.code == 2
    assert words in asked.err
    assert not (files / "hasil.csv").exists()


def test_check_imports_neither_the_web_nor_the_database(files: Path) -> None:
    program = (
        "import sys\n"
        "from patok.cli import main\n"
        f"main(['check', r'{files}/subsls.geojson', r'{files}/geotag.csv', '--level', 'subsls', "
        f"'-o', r'{files}/o.gpkg', '--json'])\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    loaded = set(json.loads(done.stderr.strip().splitlines()[-1].replace("'", '"')))
    assert {"shapely", "pyarrow", "geotags"} <= loaded
    assert not loaded & {
        "fastapi", "starlette", "uvicorn", "sqlalchemy", "geoalchemy2", "psycopg", "alembic", "api"
    }  # fmt: skip


def test_checks(patok: Patok) -> None:
    listed = patok("checks", "--json").json["checks"]
    assert [one["code"] for one in listed] == [one.code for one in (*RULES, *QA_CHECKS)]
    assert all(one["title"] and one["remedy"] and one["severity"] for one in listed)
    assert all(parameter["source"] for one in listed for parameter in one["parameters"].values())
    table = patok("checks").out
    assert all(one.code[:12] in table for one in CHECKS)


def test_no_setting_is_read_when_the_package_is_imported() -> None:
    """A variable that cannot be is an error of the command that needs it, not of the import."""
    broken = dict.fromkeys(DESCRIPTIONS, "~nobody") | {"PATOK_PORT": "none"}
    done = subprocess.run(
        command_line("--help"),
        env=os.environ | broken,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
