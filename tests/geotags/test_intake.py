"""From columns to geotags: names, identifiers, times; what refuses a file and what is a finding of a row."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.codes import SCHEMES
from geo.coordinates import CoordinateState
from geo.errors import (
    CodeDamaged,
    ColumnMissing,
    CoordinatesSwapped,
    DecimalComma,
    FileUnreadable,
    InputError,
    LevelMismatch,
    ValueRefused,
)
from geo.levels import Level
from geo.text import LANGUAGES
from geo.times import parse_times
from geotags.columns import CODE_NAMES, KNOWN_NAMES, find_columns
from geotags.intake import LONGEST_KEY, LoadedGeotags, read_geotags

BPS = SCHEMES["bps"]
CODES = ("9471010001000101", "9471010001000102", "5105010001000100")
PLACES = (("115.4081234", "-8.6734112"), ("115.4081299", "-8.6734199"), ("115.4081377", "-8.6734277"))


def _write(path: Path, columns: dict[str, Sequence[str]]) -> Path:
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


def _read(folder: Path, columns: dict[str, Sequence[str]], level: Level = Level.SUBSLS) -> LoadedGeotags:
    return read_geotags(_write(folder / "geotag.csv", columns), BPS, level)


def _columns(**given: Sequence[str]) -> dict[str, Sequence[str]]:
    n = len(next(iter(given.values()), CODES))
    lon, lat = ([place[axis] for place in PLACES * n][:n] for axis in (0, 1))
    return {"idsubsls": (CODES * n)[:n], "longitude": lon, "latitude": lat} | given


@pytest.mark.parametrize("revision", ["v2", "1.5", "-1", "20251201083000", "2,0"])
def test_a_revision_that_is_no_number_refuses_the_file(tmp_path: Path, revision: str) -> None:
    """None could be called newer than it."""
    with pytest.raises(ValueRefused) as refused:
        _read(tmp_path, _columns(revision=["", "2", revision]))
    _is_one_good_sentence(refused.value, "row 4, column revision")
    assert _read(tmp_path, _columns(revision=["", "2", "7.0"])).geotags.revision.tolist() == [1, 2, 7]


def test_the_survey_apps_own_names(tmp_path: Path) -> None:
    loaded = _read(
        tmp_path,
        {
            "assignment_id": ["u-1"],
            "level_6_full_code": [CODES[0]],
            "geotag_latitude": ["-8.6734112"],
            "geotag_longitude": ["115.4081234"],
            "geotag_accuracy": ["12.5"],
            "geotag_pml_latitude": ["0"],
            "mulai": ["2022-10-20T08:30:00+08:00"],
            "no_bang": ["3"],
            "no_keluarga": ["7"],
        },
    )
    geotags = loaded.geotags
    assert geotags.item_id.to_pylist() == ["u-1"]
    assert geotags.household_key.to_pylist() == ["7"]
    assert geotags.building_no.to_pylist() == ["3"]
    assert geotags.assigned_area.to_pylist() == [CODES[0]]
    assert (geotags.lon[0], geotags.lat[0], geotags.accuracy_m[0]) == (115.4081234, -8.6734112, 12.5)
    assert geotags.captured_at[0] == np.datetime64("2022-10-20T00:30")
    assert geotags.typed.all()
    assert (loaded.file_name, loaded.format, loaded.first_row) == ("geotag.csv", "CSV", 2)


def test_a_file_named_after_its_village(tmp_path: Path) -> None:
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [115.4081234, -8.6734112]},
        "properties": {"wid": "w-1", "accuracy": 4.2},
    }
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    (tmp_path / "5105010001_geotagging.geojson").write_text(text)
    geotags = read_geotags(tmp_path / "5105010001_geotagging.geojson", BPS, Level.DESA).geotags
    assert geotags.assigned_area.to_pylist() == ["5105010001"]
    # The village is no sub-SLS, and no other name says one.
    with pytest.raises(ColumnMissing, match="assigned_area"):
        read_geotags(tmp_path / "5105010001_geotagging.geojson", BPS, Level.SUBSLS)
    (tmp_path / "5105010001.geojson").write_text(text)
    with pytest.raises(ColumnMissing):
        read_geotags(tmp_path / "5105010001.geojson", BPS, Level.DESA)
    # What the file says of each record counts.
    (tmp_path / "5105010002_landmark.csv").write_text(
        "wid;iddesa;latitude;longitude\nw-9;5105010001;-8.6734112;115.4081234\n"
    )
    geotags = read_geotags(tmp_path / "5105010002_landmark.csv", BPS, Level.DESA).geotags
    assert geotags.assigned_area.to_pylist() == ["5105010001"]


def test_the_landmark_export(tmp_path: Path) -> None:
    (tmp_path / "landmark.csv").write_text(
        "id;wid;nama;iddesa;latitude;longitude;accuracy;status\n"
        "1;w-9;Balai banjar;5105010001;-8.6734112;115.4081234;4.2;aktif\n"
    )
    geotags = read_geotags(tmp_path / "landmark.csv", BPS, Level.DESA).geotags
    assert geotags.item_id.to_pylist() == ["w-9"]
    assert geotags.assigned_area.to_pylist() == ["5105010001"]
    assert geotags.accuracy_m.tolist() == [4.2]


@pytest.mark.parametrize(("field", "name"), [(f, name) for f, names in KNOWN_NAMES.items() for name in names])
def test_every_known_name_is_found_in_any_case(field: str, name: str) -> None:
    needed = {"idsubsls": "assigned_area", "longitude": "lon_text", "latitude": "lat_text"}
    others = [column for column, of in needed.items() if of != field]
    for written in (name, name.upper(), f" {name.title()} "):
        assert find_columns("f.csv", [*others, written], Level.SUBSLS)[field] == written


@pytest.mark.parametrize("level", Level)
def test_the_code_column_of_each_level(level: Level) -> None:
    present = ["longitude", "latitude", *(name for names in CODE_NAMES.values() for name in names)]
    assert find_columns("f.csv", present, level)["assigned_area"] == CODE_NAMES[level][0]


def test_a_chosen_column_wins(tmp_path: Path) -> None:
    path = _write(tmp_path / "g.csv", _columns(ID=list("abc"), assignment_id=list("xyz"), Kunci=list("pqr")))
    chosen = {"item_id": "id", "household_key": "Kunci"}
    geotags = read_geotags(path, BPS, Level.SUBSLS, chosen).geotags
    assert geotags.item_id.to_pylist() == list("abc")
    assert geotags.household_key.to_pylist() == list("pqr")


def test_of_two_names_the_one_written_as_known() -> None:
    for present in (["X", "Longitude", "longitude", "latitude"], ["longitude", "Longitude", "latitude", "X"]):
        found = find_columns("f.csv", [*present, "idsubsls"], Level.SUBSLS)
        assert found["lon_text"] == "longitude"
        chosen = find_columns("f.csv", [*present, "idsubsls"], Level.SUBSLS, {"lon_text": "Longitude"})
        assert chosen["lon_text"] == "Longitude"


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValueRefused, match=r"--column: 'lon' .* lon_text"):
        find_columns("f.csv", ["bujur"], Level.SUBSLS, {"lon": "bujur"})


@pytest.mark.parametrize(
    ("present", "chosen", "wanted"),
    [
        (["longitude", "latitude"], {}, "assigned_area"),
        (["idsubsls", "latitude"], {}, "lon_text"),
        (["idsubsls", "longitude"], {}, "lat_text"),
        (["idsls", "longitude", "latitude"], {}, "assigned_area"),
        (["idsubsls", "longitude", "latitude"], {"accuracy_m": "teliti"}, "accuracy_m"),
        (["idsubsls", "longitude", "latitude"], {"lon_text": "bujur"}, "lon_text"),
    ],
)
def test_a_missing_column(present: list[str], chosen: dict[str, str], wanted: str) -> None:
    with pytest.raises(ColumnMissing) as missing:
        find_columns("geotag.csv", present, Level.SUBSLS, chosen)
    assert f"no column for {wanted};" in missing.value.say("en")
    assert f"--column {wanted}=NAMA" in missing.value.say("id")
    assert all("geotag.csv" in missing.value.say(language) for language in LANGUAGES)


# -- what most rows share refuses the file, what one row has is a finding -----------------------


def _with(value: str, how_many: int, column: int, n: int = 9) -> dict[str, Sequence[str]]:
    """``n`` rows, ``value`` in the last ``how_many`` of them: 0 code, 1 longitude, 2 latitude."""
    columns = {name: list(values) for name, values in _columns(idsubsls=(CODES * n)[:n]).items()}
    values = columns[list(columns)[column]]
    values[n - how_many :] = [value] * how_many
    return columns


SYSTEMATIC: dict[str, tuple[str, int, type[InputError], str]] = {
    "comma in longitudes": ("115,4034", 1, DecimalComma, "row 6: column longitude"),
    "comma in latitudes": ("-8,5734", 2, DecimalComma, "row 6: column latitude"),
    "a shorter code": ("51050100010001", 0, LevelMismatch, "row 6: '51050100010001' is a code of level sls"),
    "lost zeros": ("510501000100010", 0, CodeDamaged, "row 6: the code '510501000100010'"),
    "an exponent": ("5.10501E+15", 0, CodeDamaged, "row 6: the code '5.10501E+15'"),
    "a decimal": ("5105010001000100.0", 0, CodeDamaged, "row 6: the code '5105010001000100.0'"),
    "letters": ("Desa Gelgel", 0, CodeDamaged, "row 6: the code 'Desa Gelgel'"),
    "a coordinate as code": ("115.4081234", 0, CodeDamaged, "row 6: the code '...'"),
}


@pytest.mark.parametrize("case", SYSTEMATIC)
def test_most_rows_wrong_refuse_the_file(tmp_path: Path, case: str) -> None:
    value, column, error_class, words = SYSTEMATIC[case]
    with pytest.raises(error_class) as refused:
        _read(tmp_path, _with(value, 5, column))
    _is_one_good_sentence(refused.value, words)


def test_accuracies_with_a_decimal_comma_are_read(tmp_path: Path) -> None:
    accuracy = _read(tmp_path, _columns(accuracy=["5", "11,3", "4,288"])).geotags.accuracy_m
    assert accuracy.tolist() == [5.0, 11.3, 4.288]
    assert np.isnan(_read(tmp_path, _columns(accuracy=["5", "6.5", "1,234.5"])).geotags.accuracy_m[2])


def test_both_coordinates_in_one_column(tmp_path: Path) -> None:
    columns = _columns()
    pairs = [f"{lat}, {lon}" for lon, lat in zip(columns["longitude"], columns["latitude"], strict=True)]
    apart = _read(tmp_path, columns).geotags
    kept = {name: column for name, column in columns.items() if name not in ("longitude", "latitude")}
    for name in ("Koordinat", "latlong"):
        together = _read(tmp_path, kept | {name: pairs}).geotags
        assert together.lon.tolist() == apart.lon.tolist()
        assert together.lat.tolist() == apart.lat.tolist()
        assert together.lon_text.to_pylist() == apart.lon_text.to_pylist()
    # Two columns of one coordinate each win over one of both.
    assert (
        _read(tmp_path, columns | {"koordinat": ["?"] * len(pairs)}).geotags.lon.tolist()
        == apart.lon.tolist()
    )


@pytest.mark.parametrize("case", SYSTEMATIC)
def test_few_rows_wrong_do_not(tmp_path: Path, case: str) -> None:
    value, column, _, _ = SYSTEMATIC[case]
    geotags = _read(tmp_path, _with(value, 4, column)).geotags
    assert len(geotags) == 9
    if column == 0:
        assert geotags.assigned_area.to_pylist()[5:] == [value] * 4
    else:
        state = (geotags.lon_state, geotags.lat_state)[column - 1]
        assert state.tolist() == [CoordinateState.NUMBER] * 5 + [CoordinateState.AMBIGUOUS] * 4


@pytest.mark.parametrize(("swapped", "refused"), [(5, True), (4, False), (1, False)])
def test_swapped_coordinates(tmp_path: Path, swapped: int, refused: bool) -> None:
    columns = _with("115.4081234", swapped, 2)
    columns["longitude"] = list(columns["longitude"])[: 9 - swapped] + ["-8.6734112"] * swapped
    if refused:
        with pytest.raises(CoordinatesSwapped) as error:
            _read(tmp_path, columns)
        _is_one_good_sentence(error.value, "row 6: latitude and longitude are swapped")
    else:
        assert _read(tmp_path, columns).geotags.lat.tolist()[-1] == 115.4081234


def test_empty_values_do_not_count_as_right_or_wrong(tmp_path: Path) -> None:
    columns = _with("", 8, 1)
    columns["longitude"] = ["115,4034", *list(columns["longitude"])[1:]]
    with pytest.raises(DecimalComma, match="row 2"):
        _read(tmp_path, columns)
    assert len(_read(tmp_path, _with("", 9, 0)).geotags) == 9


@pytest.mark.parametrize("field", ["assignment_id", "idsubsls", "no_bang", "longitude"])
def test_a_character_that_no_database_holds(tmp_path: Path, field: str) -> None:
    columns = _columns(**{field: ["1", "1\x002", "3"]})
    path = tmp_path / "geotag.parquet"
    pd.DataFrame(columns).to_parquet(path)
    with pytest.raises(ValueRefused) as refused:
        read_geotags(path, BPS, Level.SUBSLS)
    _is_one_good_sentence(refused.value, f"row 2, column {field}")


@pytest.mark.parametrize("field", ["assignment_id", "idsubsls"])
def test_a_key_too_long_for_an_index(tmp_path: Path, field: str) -> None:
    fits, too_long = "9" * LONGEST_KEY, "9" * (LONGEST_KEY + 1)
    assert len(_read(tmp_path, _columns(**{field: [CODES[0], CODES[1], fits]})).geotags) == 3
    with pytest.raises(ValueRefused) as refused:
        _read(tmp_path, _columns(**{field: [CODES[0], CODES[1], too_long]}))
    _is_one_good_sentence(refused.value, f"row 4, column {field}")


def test_a_file_without_rows(tmp_path: Path) -> None:
    for name, content in (("g.csv", "idsubsls,longitude,latitude\n"), ("g.geojson", '{"features": []}')):
        (tmp_path / name).write_text(content)
        with pytest.raises(FileUnreadable, match="it holds no rows"):
            read_geotags(tmp_path / name, BPS, Level.SUBSLS)


def _is_one_good_sentence(error: InputError, words: str) -> None:
    """It says file, row and remedy in both languages, and no coordinate of the file."""
    assert words in error.say("en")
    assert error.exit_code == 2
    for language in LANGUAGES:
        said = error.say(language)
        assert "geotag." in said
        assert re.search(r"(row|baris) [0-9]+", said)
        assert said.endswith(".") and "\n" not in said
        assert not re.search(r"40812|67341", said)


# -- identifiers -------------------------------------------------------------------------------


def _ids(folder: Path, columns: dict[str, Sequence[str]]) -> list[str]:
    return list(_read(folder, columns).geotags.item_id.to_pylist())


@given(order=st.permutations(range(6)), cut=st.integers(1, 5), named=st.booleans())
def test_derived_ids_do_not_depend_on_order_or_cutting(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], cut: int, named: bool
) -> None:
    folder = tmp_path_factory.mktemp("ids", numbered=True)
    columns = {name: list(values) for name, values in _columns(no_bang=list("112233")).items()}
    columns["longitude"] = [f"115.40812{row}" for row in range(6)]
    if named:
        columns["no_keluarga"] = list("121212")
    ids = _ids(folder, columns)
    assert len(set(ids)) == 6
    shuffled = {name: [values[row] for row in order] for name, values in columns.items()}
    parts = [{name: values[at] for name, values in shuffled.items()} for at in (slice(cut), slice(cut, None))]
    assert [one for part in parts for one in _ids(folder, part)] == [ids[row] for row in order]


def test_with_a_household_the_id_is_of_the_household(tmp_path: Path) -> None:
    columns = _columns(no_keluarga=list("123"))
    moved = columns | {"longitude": ["115.5", "115.6", "115.7"]}
    assert _ids(tmp_path, columns) == _ids(tmp_path, moved)
    other = columns | {"idsubsls": [CODES[2], CODES[0], CODES[1]]}
    assert set(_ids(tmp_path, columns)).isdisjoint(_ids(tmp_path, other))


def test_equal_rows_are_still_rows(tmp_path: Path) -> None:
    columns = {"idsubsls": [CODES[0]] * 3, "longitude": ["115.4"] * 3, "latitude": ["-8.6"] * 3}
    ids = _ids(tmp_path, columns)
    assert len(set(ids)) == 3
    assert _ids(tmp_path, columns) == ids


def test_a_missing_id_among_others_is_derived(tmp_path: Path) -> None:
    ids = _ids(tmp_path, _columns(assignment_id=["a", "", " "], no_keluarga=list("123")))
    assert ids[0] == "a"
    assert all(re.fullmatch(r"[0-9a-f]{32}", one) for one in ids[1:])
    assert ids[1:] == _ids(tmp_path, _columns(no_keluarga=list("123")))[1:]


# -- times -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2022-10-20T08:30:00+08:00", "2022-10-20 00:30:00"),
        ("2022-10-20 08:30:00+0700", "2022-10-20 01:30:00"),
        ("2022-10-20T08:30Z", "2022-10-20 08:30:00"),
        ("2022-10-20T08:30:00.123456Z", "2022-10-20 08:30:00.123456"),
        ("2022-10-20T00:30:00+09:00", "2022-10-19 15:30:00"),
        ("2022-10-20T08:30:00", None),
        ("2022-10-20", None),
        ("20/10/2022 08:30", None),
        ("2022-13-20T08:30:00Z", None),
        ("0001-01-01T00:00:00+09:00", None),
        ("9999-12-31T23:59:59-01:00", None),
        ("", None),
        (None, None),
    ],
)
def test_times(text: str | None, wanted: str | None) -> None:
    parsed = parse_times(pa.array([text], pa.string()))
    assert parsed.dtype == "datetime64[us]"
    assert parsed.astype(object)[0] == (None if wanted is None else dt.datetime.fromisoformat(wanted))


def test_numbers_in_the_file_are_not_typed_texts(tmp_path: Path) -> None:
    numbers = pd.DataFrame(
        {"idsubsls": CODES, "bujur": [115.5, 115.25, np.nan], "lintang": [-8.5, -8.25, -8.0]}
    )
    numbers.to_parquet(tmp_path / "g.parquet")
    geotags = read_geotags(tmp_path / "g.parquet", BPS, Level.SUBSLS).geotags
    assert not geotags.typed.any()
    assert geotags.lon_state.tolist() == [0, 0, CoordinateState.MISSING]
    (numbers.astype({"bujur": "str", "lintang": "str"})).to_parquet(tmp_path / "g.parquet")
    assert read_geotags(tmp_path / "g.parquet", BPS, Level.SUBSLS).geotags.typed.all()
