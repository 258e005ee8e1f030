"""Rosters read from tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from geo.errors import ColumnMissing, FileNotOpened, FileUnreadable, ValueRefused
from geo.text import LANGUAGES
from geotags.lists.roster import COLUMNS, read_roster

A, B = "5105030001000101", "5105030001000102"
ROWS = [
    {"household_key": "k1", "assigned_area": A, "needs_geotag": "1", "needs_photo": "1"},
    {"household_key": "k2", "assigned_area": A, "needs_geotag": "0", "needs_photo": ""},
    {"household_key": "k3", "assigned_area": B, "needs_geotag": "ya", "needs_photo": "Tidak"},
]


@pytest.fixture
def csv(tmp_path: Path) -> Any:
    """Writes rows as a CSV and gives its path."""

    def write(rows: list[dict[str, str]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
        path = tmp_path / "roster.csv"
        names = list(rows[0])
        lines = [names, *([row.get(name, "") for name in names] for row in rows)]
        path.write_text("\n".join(delimiter.join(line) for line in lines) + "\n", encoding)
        return path

    return write


def test_a_plain_roster(csv: Any) -> None:
    roster = read_roster(csv(ROWS))
    assert roster.household_key.to_pylist() == ["k1", "k2", "k3"]
    assert roster.assigned_area.to_pylist() == [A, A, B]
    assert roster.needs_geotag.tolist() == [True, False, True]
    assert roster.needs_photo.tolist() == [True, False, False]
    assert roster.finished is None
    assert roster.expected == {}


def test_names_of_the_office_and_any_delimiter_and_encoding(csv: Any) -> None:
    office = [
        {
            "No_Keluarga": row["household_key"],
            "LEVEL_6_FULL_CODE": row["assigned_area"],
            "wajib_geotag": row["needs_geotag"],
            "wajib_foto": row["needs_photo"],
            "selesai": "ya" if row["assigned_area"] == A else "belum",
            "target": "2" if row["assigned_area"] == A else "",
        }
        for row in ROWS
    ]
    for delimiter, encoding in ((";", "utf-8-sig"), ("\t", "utf-16")):
        roster = read_roster(csv(office, delimiter, encoding))
        assert roster.household_key.to_pylist() == ["k1", "k2", "k3"]
        assert roster.needs_geotag.tolist() == [True, False, True]
        assert (roster.finished, roster.expected) == (frozenset({A}), {A: 2})


@pytest.mark.parametrize("column", COLUMNS)
def test_every_name_of_a_column_is_known(csv: Any, column: str) -> None:
    full = [row | {"finished": "1", "expected": "2"} for row in ROWS]
    plain = read_roster(csv(full))
    for name in COLUMNS[column]:
        renamed = [{name if key == column else key: value for key, value in row.items()} for row in full]
        again = read_roster(csv(renamed))
        assert again.household_key == plain.household_key
        assert again.needs_photo.tolist() == plain.needs_photo.tolist()
        assert (again.finished, again.expected) == (plain.finished, plain.expected)


def test_rows_of_areas_alone_and_what_they_say(csv: Any) -> None:
    rows = [row | {"finished": "", "expected": ""} for row in ROWS]
    rows += [
        {"household_key": "", "assigned_area": A, "finished": "1", "expected": "40", "needs_geotag": ""},
        {"household_key": "", "assigned_area": B, "finished": "1", "expected": "", "needs_geotag": ""},
        {"household_key": "", "assigned_area": B, "finished": "0", "expected": "9", "needs_geotag": ""},
    ]
    roster = read_roster(csv(rows))
    assert len(roster) == 3
    assert roster.finished == frozenset({A})
    assert roster.expected == {A: 40, B: 9}


def test_parquet_with_numbers_and_truths(tmp_path: Path) -> None:
    path = tmp_path / "roster.parquet"
    table = pd.DataFrame(
        {
            "household_key": ["k1", "k2"],
            "assigned_area": [int(A), int(B)],
            "needs_geotag": [True, False],
            "expected": [12.0, None],
        }
    )
    pq.write_table(pa.Table.from_pandas(table), path)
    roster = read_roster(path)
    assert roster.assigned_area.to_pylist() == [A, B]
    assert roster.needs_geotag.tolist() == [True, False]
    assert roster.needs_photo.tolist() == [False, False]
    assert roster.expected == {A: 12}


@pytest.mark.parametrize("required", ["household_key", "assigned_area", "needs_geotag"])
def test_a_column_that_is_needed(csv: Any, required: str) -> None:
    with pytest.raises(ColumnMissing, match=required):
        read_roster(csv([{key: value for key, value in row.items() if key != required} for row in ROWS]))


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"assigned_area": ""}, "assigned_area"),
        ({"assigned_area": "5.10503E+15"}, "assigned_area"),
        ({"assigned_area": "510503000100010"}, "assigned_area"),
        ({"needs_geotag": "mungkin"}, "needs_geotag"),
        ({"needs_photo": "2"}, "needs_photo"),
        ({"finished": "hampir"}, "finished"),
        ({"expected": "-1"}, "expected"),
        ({"expected": "3"}, "expected"),
        ({"household_key": "k2"}, "household_key"),
    ],
)
def test_a_value_that_cannot_be_read_names_its_row_and_column(
    csv: Any, change: dict[str, str], column: str
) -> None:
    rows = [row | {"finished": "", "expected": "2" if row["assigned_area"] == A else ""} for row in ROWS]
    rows[2] |= {"assigned_area": A, "expected": "2"} | change
    with pytest.raises(ValueRefused) as raised:
        read_roster(csv(rows))
    for language, place in zip(LANGUAGES, ("row 4, column", "baris 4, kolom"), strict=True):
        said = raised.value.say(language)
        assert f"{place} {column}" in said
        assert "k2" not in said and "mungkin" not in said


def test_a_file_that_is_none(tmp_path: Path, csv: Any) -> None:
    with pytest.raises(FileNotOpened):
        read_roster(tmp_path / "nothing.csv")
    path = csv(ROWS)
    path.write_text(path.read_text().split("\n")[0] + "\n")
    with pytest.raises(FileUnreadable):
        read_roster(path)
