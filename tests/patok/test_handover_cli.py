"""``patok handover``: what it prints, what it writes, what it refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.patok.conftest import AREAS, Patok, collection, subsls_features

HEADER = (
    "assignment_id,level_6_full_code,geotag_longitude,geotag_latitude,geotag_accuracy,no_bang,"
    "kode_bang_value,kk,btt,bku,bttk,bbtt_nonusaha,usaha"
)


@pytest.fixture
def buildings(files: Path) -> Path:
    """One clean, one in the other village with more btt than kk, one without a place, one not counted."""
    lines = [
        f"a,{AREAS[0]},115.4050123,-8.6950123,5,1,2,2,1,0,0,0,1",
        f"b,{AREAS[0]},115.4150123,-8.6950123,5,2,2,1,3,0,0,0,0",
        f"c,{AREAS[1]},,,5,1,4,0,0,0,0,1,0",
        f"d,{AREAS[1]},115.4050123,-8.6850123,5,2,2,dua,1,0,0,0,0",
    ]
    (files / "bangunan.csv").write_text("\n".join([HEADER, *lines]) + "\n")
    later = [(properties | {"periode": "2026_1"}, ring) for properties, ring in subsls_features()[:2]]
    (files / "kemudian.geojson").write_text(collection(later))
    return files


def test_the_gs_file(patok: Patok, buildings: Path) -> None:
    arguments = (
        "handover", "gs", buildings / "subsls.geojson", buildings / "bangunan.csv",
        "-o", buildings / "gs.geojson", "--second", buildings / "kemudian.geojson",
    )  # fmt: skip
    said = patok(*arguments)
    assert said.code == 0
    assert "4 records read: 3 handed over, 1 put aside. In no area: 2." in said.out
    assert "di_luar" in said.out
    features = json.loads((buildings / "gs.geojson").read_text())["features"]
    assert [feature["properties"]["idsubsls_261"] for feature in features] == [AREAS[0], "", ""]
    assert [feature["properties"]["flag_position"] for feature in features] == [
        "sesuai", "di_luar", "tanpa_koordinat"
    ]  # fmt: skip
    machine = patok(*arguments, "--flags", "numbers", "--json").json
    assert (machine["period"], machine["read"], machine["handed_over"]) == ("2026_1", 4, 3)
    assert machine["read"] == machine["handed_over"] + machine["quarantined"]
    assert sum(machine["flags"].values()) == machine["handed_over"]
    with Path(machine["quarantine"]).open(newline="") as lines:
        (aside,) = csv.DictReader(lines)
    assert (aside["file_row"], aside["assignment_id"], aside["kk"]) == ("5", "d", "dua")
    numbers = json.loads((buildings / "gs.geojson").read_text())["features"]
    assert {feature["properties"]["flag_position"] for feature in numbers} == {0}


def test_the_muatan_table(patok: Patok, buildings: Path) -> None:
    arguments = (
        "handover", "muatan", buildings / "subsls.geojson", buildings / "bangunan.csv",
        "-o", buildings / "muatan.csv", "--period", "2025_2", "--faults", buildings / "salah.csv",
    )  # fmt: skip
    said = patok(*arguments)
    assert said.code == 0
    assert f"refused: {AREAS[2]}: btt is 3, above kk, which is 1" in said.out
    assert "4 sub-SLS, 3 buildings (0 with records in two areas)" in said.out
    assert "4 records read: 3 handed over, 1 put aside. In no area: 1." in said.out
    with (buildings / "muatan.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["idsubsls_252"] for row in rows] == [*AREAS, ""]
    assert [row["nmsls"] for row in rows] == [f"RT {code[10:14]}" for code in AREAS] + [""]
    assert [row["btt"] for row in rows] == ["1", "0", "3", "0", "0"]
    machine = patok(*arguments, "--per-building", "once", "--json").json
    assert machine["counts"]["given"]["btt"] == 4
    assert machine["counts"]["in_no_area"]["bbtt_nonusaha"] == 1
    assert machine["faults"]["subsls"] == {"btt_above_kk": 1, "bku_above_usaha": 0, "usaha_above_kk_btt": 0}
    assert machine["subsls_faults"][0] == {
        "key": AREAS[2], "rule": "btt_above_kk", "severity": "error", "btt": 3, "kk": 1
    }  # fmt: skip
    assert len((buildings / "salah.csv").read_text().splitlines()) == 3


def test_a_quarantine_of_an_earlier_run_goes_when_all_is_counted(patok: Patok, buildings: Path) -> None:
    arguments = (
        "handover", "gs", buildings / "subsls.geojson", buildings / "bangunan.csv",
        "-o", buildings / "gs.csv", "--period", "2026_1",
    )  # fmt: skip
    assert patok(*arguments).code == 0
    assert (buildings / "gs_quarantine.csv").is_file()
    whole = (buildings / "bangunan.csv").read_text().replace(",dua,", ",2,")
    (buildings / "bangunan.csv").write_text(whole)
    assert patok(*arguments, "--json").json["quarantine"] is None
    assert not (buildings / "gs_quarantine.csv").exists()
    assert len((buildings / "gs.csv").read_text().splitlines()) == 5


@pytest.mark.parametrize(
    ("command", "changed", "words"),
    [
        (
            "gs",
            {"--period": None},
            "period of the release (--period): '' is not allowed. Give year and semester",
        ),
        ("gs", {"--period": "261"}, "'261' is not allowed. Give year and semester, such as 2026_1"),
        ("gs", {"-o": "gs.gpkg"}, "gs.gpkg: no reader for this kind of file. Use one of: .geojson, .csv"),
        ("gs", {"-o": "bangunan.csv"}, "Give a file that is none of the inputs."),
        ("gs", {"--column": "kk=keluarga"}, "no column for kk; looked for keluarga"),
        ("muatan", {"-o": "muatan.geojson"}, "Use one of: .csv"),
        ("muatan", {"--faults": "muatan.csv"}, "Give a file of its own."),
        ("muatan", {"--faults": "muatan_quarantine.csv"}, "Give a file of its own."),
    ],
)
def test_what_is_refused(
    patok: Patok, buildings: Path, command: str, changed: dict[str, str | None], words: str
) -> None:
    before = {path: path.read_bytes() for path in buildings.iterdir()}
    options: dict[str, str | None] = {"-o": f"{command}.csv", "--period": "2026_1", **changed}
    given = [
        str(part)
        for name, value in options.items()
        if value is not None
        for part in (name, buildings / value if name in ("-o", "--faults") else value)
    ]
    asked = patok("handover", command, buildings / "subsls.geojson", buildings / "bangunan.csv", *given)
    assert asked.code == 2
    assert words in asked.err
    assert {path: path.read_bytes() for path in buildings.iterdir()} == before


def test_a_table_of_nothing_but_zeros_is_refused(patok: Patok, files: Path) -> None:
    arguments = (files / "subsls.geojson", files / "geotag.csv", "--period", "2026_1", "-o", files / "m.csv")
    refused = patok("handover", "muatan", *arguments)
    assert refused.code == 2
    assert "no column for kk; looked for kk, btt, bku, bttk, bbtt_nonusaha, usaha" in refused.err
    noted = patok("handover", "gs", *arguments)
    assert noted.code == 0
    assert "geotag.csv has no column usaha: every record counts 0 in it" in noted.err
