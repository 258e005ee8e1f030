"""Workbooks in: numbers that lost their end are known, sheets are chosen or named, broken files are "
"refused."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from geo.codes import SCHEMES
from geo.errors import CodeDamaged, FileUnreadable, LayerAmbiguous
from geo.levels import Level
from geotags.formats import xlsx
from geotags.formats.registry import read_raw
from geotags.intake import read_geotags

AREA = "5105030001000101"
HEADER = ["assignment_id", "idsubsls", "longitude", "latitude", "accuracy"]
ROW = ["a", AREA, 115.4010001, -8.499, 8]
_NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    """A workbook as Excel packs it, with texts in the cells; None leaves a cell out."""
    parts = {f"xl/worksheets/sheet{i}.xml": _sheet(rows) for i, rows in enumerate(sheets.values(), 1)}
    names = "".join(f'<sheet name="{name}" sheetId="{i}" r:id="r{i}"/>' for i, name in enumerate(sheets, 1))
    links = "".join(
        f'<Relationship Id="r{i}" Type="{_REL}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    kinds = "".join(
        f'<Override PartName="/{name}" ContentType="application/vnd.openxmlformats-officedocument.'
        'spreadsheetml.worksheet+xml"/>'
        for name in parts
    )
    parts |= {
        "xl/workbook.xml": f'<workbook {_NS} xmlns:r="{_REL}"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}'
        "</Relationships>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override '
        'PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        f'spreadsheetml.sheet.main+xml"/>{kinds}</Types>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return path


def _sheet(rows: Sequence[Sequence[Any]]) -> str:
    lines = []
    for number, row in enumerate(rows, 1):
        cells = "".join(_cell(f"{chr(65 + at)}{number}", value) for at, value in enumerate(row))
        lines.append(f'<row r="{number}">{cells}</row>')
    return f"<worksheet {_NS}><sheetData>{''.join(lines)}</sheetData></worksheet>"


def _cell(at: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float):
        return f'<c r="{at}"><v>{value!r}</v></c>'
    return f'<c r="{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def test_numbers_stay_numbers_and_texts_texts(tmp_path: Path) -> None:
    second = ["b", AREA, 115.5, -8.5, None]
    path = workbook(tmp_path / "g.xlsx", {"Sheet1": [HEADER, ROW, [], second]})
    _, raw = read_raw(path)
    assert raw.columns["idsubsls"].to_pylist() == [AREA] * 2
    assert raw.columns["longitude"].to_pylist() == [115.4010001, 115.5]
    assert raw.number_columns == {"longitude", "latitude", "accuracy"}
    assert raw.row_numbers.tolist() == [2, 4]
    loaded = read_geotags(path, SCHEMES["bps"], Level.SUBSLS)
    assert loaded.geotags.lon.tolist() == [115.4010001, 115.5]
    assert loaded.geotags.accuracy_m.tolist()[0] == 8.0


def test_rows_come_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "ROWS_AT_ONCE", 2)
    path = workbook(tmp_path / "g.xlsx", {"S": [HEADER, *([f"i{i}", *ROW[1:]] for i in range(5))]})
    pieces = list(xlsx.stream(path, None, None))
    assert [len(piece) for piece in pieces] == [2, 2, 1]
    assert [row for piece in pieces for row in piece.row_numbers.tolist()] == [2, 3, 4, 5, 6]
    whole = read_raw(workbook(path, {"S": [HEADER, ROW, [], ["b", *ROW[1:]], [], ["c", *ROW[1:]]]}))[1]
    assert whole.row_numbers.tolist() == [2, 4, 6]


def test_a_code_that_was_a_number_has_lost_its_end(tmp_path: Path) -> None:
    path = workbook(tmp_path / "g.xlsx", {"S": [HEADER, ["a", int(AREA), *ROW[2:]]]})
    with pytest.raises(CodeDamaged):
        read_geotags(path, SCHEMES["bps"], Level.SUBSLS)


def test_a_shorter_code_that_was_a_number_is_whole(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "g.xlsx", {"S": [["iddesa", "longitude", "latitude"], [5105030001, 115.4, -8.5]]}
    )
    loaded = read_geotags(path, SCHEMES["bps"], Level.DESA)
    assert loaded.geotags.assigned_area.to_pylist() == ["5105030001"]


def test_the_sheet_with_places_is_the_one(tmp_path: Path) -> None:
    notes = [["note"], ["made in March"]]
    assert (
        len(read_raw(workbook(tmp_path / "g.xlsx", {"Notes": notes, "Data": [HEADER, ROW], "Empty": []}))[1])
        == 1
    )


def test_two_sheets_with_places_are_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "g.xlsx", {"East": [HEADER, ROW], "West": [HEADER, ROW]})
    with pytest.raises(LayerAmbiguous, match="East, West"):
        read_raw(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "damaged"), (b"PK\x03\x04 nothing", "damaged"), (b"id;lon\n1;2\n", "damaged")],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "g.xlsx").write_bytes(content)
    with pytest.raises(FileUnreadable, match=said):
        read_raw(tmp_path / "g.xlsx")


def test_a_header_alone_and_a_name_twice_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="no rows"):
        read_raw(workbook(tmp_path / "g.xlsx", {"S": [HEADER]}))
    with pytest.raises(FileUnreadable, match="same name"):
        read_raw(workbook(tmp_path / "g.xlsx", {"S": [["id", "id"], ["1", "2"]]}))


def test_what_unpacks_to_very_much_is_not_unpacked(tmp_path: Path) -> None:
    path = workbook(tmp_path / "g.xlsx", {"S": [HEADER, ROW]})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/zeros", b"\x00" * 30_000_000)
    with pytest.raises(FileUnreadable, match="CSV"):
        read_raw(path)


@pytest.mark.parametrize(("cell", "refused"), [("XFD1048576", True), ("ZZ900000", True), ("D40", False)])
def test_a_cell_far_from_the_table_does_not_fill_the_memory(tmp_path: Path, cell: str, refused: bool) -> None:
    whole, path = workbook(tmp_path / "whole.xlsx", {"S": [HEADER, ROW]}), tmp_path / "g.xlsx"
    row = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    stray = f'<row r="{row}"><c r="{cell}" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    with zipfile.ZipFile(whole) as before, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, before.read(name).replace(b"</sheetData>", stray.encode()))
    if refused:
        with pytest.raises(FileUnreadable, match="far from all others"):
            read_raw(path)
    else:
        assert len(read_raw(path)[1]) == 2
