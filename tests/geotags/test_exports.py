"""Results as files: every format holds the same, empty stays empty, and a file is whole or not there."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pytest

from boundaries.assembly import frame_of_tables
from geo.codes import SCHEMES
from geo.engine import Checked, check_geotags
from geo.errors import FormatUnknown, ValueRefused
from geo.levels import Level
from geotags import exports
from geotags.exports import WRITERS, checked_table, findings_table, require_writable, write_checked
from tests.geotags.world import area_code, as_geotags, boundary_file, geotag, place_of

A, B = area_code("9471", 0), area_code("9471", 1)
ROWS = [
    geotag("fine", A, *place_of(A)),
    geotag("outside", A, *place_of(B)),
    geotag("missing", A, "", ""),
    geotag("zero", A, "0", "0"),
    geotag("comma", A, "115,41", "-8,69"),
    geotag('Ketut; "Wayan",\n\'é', A, *place_of(A, 0.2, 0.3), accuracy_m=""),
    geotag("pair", A, *place_of(A)),
]
PLACED = [True, True, False, False, False, True, True]


def _checked(rows: list[dict[str, Any]] = ROWS) -> Checked:
    areas = boundary_file([A, B]).areas
    frame = frame_of_tables(SCHEMES["bps"], {Level.SUBSLS: areas}, release="2025_2")
    return check_geotags(as_geotags(rows), frame, Level.SUBSLS)


def _open(path: Path) -> Any:
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype={"assigned_area": str, "building_no": str})
    if path.suffix == ".parquet":
        return geopandas.read_parquet(path)
    return geopandas.read_file(path, **({"layer": "geotags"} if path.suffix == ".gpkg" else {}))


def _read(path: Path) -> pd.DataFrame:
    """What a person reads from the file, with longitude and latitude as columns."""
    table = _open(path)
    if path.suffix == ".csv":
        return pd.DataFrame(table)
    assert table.crs is not None and table.crs.to_epsg() == 4326
    assert [shape is not None for shape in table.geometry] == PLACED
    return pd.DataFrame(
        table.drop(columns="geometry").assign(longitude=table.geometry.x, latitude=table.geometry.y)
    )


@pytest.mark.parametrize("ending", WRITERS)
def test_every_format_holds_the_same(tmp_path: Path, ending: str) -> None:
    checked = _checked()
    path = tmp_path / f"hasil{ending}"
    write_checked(checked, path, "en", first_row=2)
    written, wanted = _read(path), checked_table(checked, "en", first_row=2)
    assert set(written.columns) == set(wanted.columns)
    assert written["file_row"].tolist() == list(range(2, 2 + len(ROWS)))
    assert written["item_id"].tolist() == [row["item_id"] for row in ROWS]
    assert written["assigned_area"].tolist() == [A] * len(ROWS)
    assert written["verdict"].tolist() == wanted["verdict"].tolist()
    assert written["findings"].fillna("").tolist() == wanted["findings"].tolist()
    assert written["messages"].fillna("").tolist() == wanted["messages"].tolist()
    for name in ("longitude", "latitude", "distance_m", "probability", "accuracy_m"):
        assert written[name].isna().tolist() == wanted[name].isna().tolist(), name
        pd.testing.assert_series_equal(written[name], wanted[name], check_dtype=False, rtol=1e-15)


def test_coordinates_that_are_none_stay_empty(tmp_path: Path) -> None:
    table = checked_table(_checked(), "en")
    assert [math.isfinite(lon) for lon in table["longitude"]] == PLACED
    write_checked(_checked(), tmp_path / "hasil.csv", "en")
    lines = pd.read_csv(tmp_path / "hasil.csv", dtype=str, keep_default_na=False)
    assert [bool(lon) for lon in lines["longitude"]] == PLACED
    write_checked(_checked(), tmp_path / "hasil.geojson", "en")
    features = json.loads((tmp_path / "hasil.geojson").read_text())["features"]
    assert [feature["geometry"] is not None for feature in features] == PLACED


def test_the_layers_of_a_geopackage(tmp_path: Path) -> None:
    checked = _checked()
    path = tmp_path / "hasil.gpkg"
    write_checked(checked, path, "id", first_row=2)
    assert set(geopandas.list_layers(path)["name"]) == {"geotags", "findings"}
    findings, wanted = geopandas.read_file(path, layer="findings"), findings_table(checked, "id", first_row=2)
    assert len(findings) == len(list(checked.findings())) > len(ROWS) / 2
    assert findings["code"].tolist() == wanted["code"].tolist()
    assert findings["message"].tolist() == wanted["message"].tolist()
    assert (findings["remedy"].str.len() > 10).all()
    for row in findings.itertuples():
        assert isinstance(json.loads(row.evidence), dict)
        assert (row.geometry is not None) == PLACED[row.file_row - 2]


def test_words_in_the_language_asked_for() -> None:
    english, indonesian = (checked_table(_checked(), language) for language in ("en", "id"))
    assert english["verdict"].tolist() == indonesian["verdict"].tolist()
    assert (english["messages"] != indonesian["messages"])[english["messages"] != ""].all()


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("rows", [[], [ROWS[0]], [ROWS[2]]], ids=["no row", "no finding", "no place"])
def test_few_rows(tmp_path: Path, ending: str, rows: list[dict[str, Any]]) -> None:
    path = tmp_path / f"hasil{ending}"
    write_checked(_checked(rows), path, "en")
    written = _open(path)
    assert len(written) == len(rows)


@pytest.mark.parametrize("ending", WRITERS)
def test_an_older_file_is_replaced_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    path = tmp_path / f"hasil{ending}"
    path.write_text("of yesterday")

    def fail(layers: object, unfinished: Path) -> None:
        unfinished.write_text("half")
        raise OSError("no space left on device")

    monkeypatch.setitem(exports.WRITERS, ending, fail)
    with pytest.raises(ValueRefused, match="a disk that is not full"):
        write_checked(_checked(), path, "en")
    assert path.read_text() == "of yesterday"
    assert list(tmp_path.iterdir()) == [path]

    monkeypatch.undo()
    write_checked(_checked(), path, "en")
    assert len(_read(path)) == len(ROWS)
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_is_said_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(FormatUnknown, match=r"hasil\.xlsx: .*\.gpkg"):
        require_writable(tmp_path / "hasil.xlsx")
    (tmp_path / "folder.csv").mkdir()
    for path in (tmp_path / "none" / "hasil.csv", tmp_path / "folder.csv"):
        with pytest.raises(ValueRefused, match="folder that is there"):
            require_writable(path)
    require_writable(tmp_path / "hasil.GPKG")
