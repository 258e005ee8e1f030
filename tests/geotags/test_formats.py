"""The readers of geotag files: what they take as it stands, what they refuse, and in which words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from shapely import Point, Polygon

from geo.errors import CrsRefused, FileNotOpened, FileUnreadable, FormatUnknown, InputError, PointRefused
from geo.text import LANGUAGES
from geotags.formats.raw import RawGeotags
from geotags.formats.registry import FORMATS, read_raw

CODE = "5105010001000100"
LON, LAT = "115.4081234", "-8.6734112"
HEADER = "assignment_id,idsubsls,longitude,latitude"
ROW = f"a1,{CODE},{LON},{LAT}"


def _texts(raw: RawGeotags, column: str) -> list[str | None]:
    values: list[str | None] = pc.cast(raw.columns[column], pa.string()).to_pylist()
    return values


def _csv(folder: Path, content: str | bytes, name: str = "geotag.csv") -> RawGeotags:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_raw(path)[1]


def _point(lon: Any, lat: Any, **properties: Any) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "properties": {"idsubsls": CODE, **properties}, "geometry": geometry}


def _geojson(folder: Path, *features: Any, **members: Any) -> RawGeotags:
    path = folder / "geotag.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", **members, "features": list(features)}))
    return read_raw(path)[1]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_delimited_file_is_read_as_it_stands(tmp_path: Path, delimiter: str) -> None:
    raw = _csv(tmp_path, f"{HEADER}\n{ROW}\n".replace(",", delimiter))
    assert _texts(raw, "idsubsls") == [CODE]
    assert (_texts(raw, "longitude"), _texts(raw, "latitude")) == ([LON], [LAT])
    assert raw.first_row == 2
    assert not raw.number_columns


def test_codes_keep_every_digit(tmp_path: Path) -> None:
    rows = ["9471010001000101", "0123456789012345", "007", "1E5", " 5105 ", ""]
    raw = _csv(tmp_path, "\n".join(["idsubsls,longitude,latitude", *(f"{code},1.50,2.0" for code in rows)]))
    assert _texts(raw, "idsubsls") == rows
    assert set(_texts(raw, "longitude")) == {"1.50"}


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (f"\ufeff{HEADER}\n{ROW}\n", ["a1"]),
        (f"{HEADER}\r\n{ROW}\r\n", ["a1"]),
        (f"{HEADER}\n{ROW}", ["a1"]),
        (f'{HEADER}\n"a\n1",{CODE},{LON},{LAT}\nb,{CODE},{LON},{LAT}\n', ["a\n1", "b"]),
        (f'{HEADER}\n"say ""a"", b",{CODE},{LON},{LAT}\n', ['say "a", b']),
        (f"{HEADER}\n{ROW}\n\n\n", ["a1"]),
    ],
    ids=["byte order mark", "CRLF", "no last newline", "quoted newline", "quoted quotes", "blank lines"],
)
def test_csv_as_programs_write_it(tmp_path: Path, content: str, wanted: list[str]) -> None:
    assert _texts(_csv(tmp_path, content), "assignment_id") == wanted


def test_a_newline_in_the_header(tmp_path: Path) -> None:
    raw = _csv(tmp_path, f'"long\nitude",latitude,idsubsls\n{LON},{LAT},{CODE}\n')
    assert _texts(raw, "long\nitude") == [LON]


def test_the_row_is_named_in_a_file_of_many_blocks(tmp_path: Path) -> None:
    rows = [ROW] * 60_000  # more than the megabyte that Arrow reads at once
    rows[54_321] = f"a1,{CODE},{LON}"
    with pytest.raises(FileUnreadable, match=r"row 54323 has 3 columns, the header 4"):
        _csv(tmp_path, "\n".join([HEADER, *rows]))


def test_geojson_points(tmp_path: Path) -> None:
    without = {
        "type": "Feature",
        "properties": {"idsubsls": CODE, "extra": [1, {"a": None}]},
        "geometry": None,
    }
    empty = _point(1, 2)
    empty["geometry"]["coordinates"] = []
    raw = _geojson(
        tmp_path,
        _point(115.40812345678, -8.5, no_bang=7, idsls=51050100010001),
        without,
        _point("115,4", True),
        {"type": "Feature", "properties": None, "geometry": None},
        empty,
    )
    assert _texts(raw, "longitude") == ["115.40812345678", None, "115,4", None, None]
    assert _texts(raw, "latitude") == ["-8.5", None, "true", None, None]
    assert _texts(raw, "no_bang") == ["7", None, None, None, None]
    assert _texts(raw, "idsls")[0] == "51050100010001"
    assert _texts(raw, "extra")[1] == '[1, {"a": null}]'
    assert raw.first_row == 1
    assert {"longitude", "latitude", "no_bang"} <= raw.number_columns
    assert "idsubsls" not in raw.number_columns


def test_geojson_keeps_whole_numbers_beyond_a_float(tmp_path: Path) -> None:
    assert _texts(_geojson(tmp_path, _point(1, 2, idsubsls=9471010001000101)), "idsubsls") == [
        "9471010001000101"
    ]


@pytest.mark.parametrize("crs", [None, "urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "EPSG:9470"])
def test_geojson_that_names_wgs84(tmp_path: Path, crs: str | None) -> None:
    named = {} if crs is None else {"crs": {"type": "name", "properties": {"name": crs}}}
    assert len(_geojson(tmp_path, _point(115.4, -8.6), **named)) == 1


@pytest.mark.parametrize("typed", [True, False])
def test_plain_parquet(tmp_path: Path, typed: bool) -> None:
    lon, lat = (LON, LAT) if typed else (float(LON), float(LAT))
    table = pd.DataFrame({"idsubsls": [CODE, None], "bujur": [lon, None], "lintang": [lat, None]})
    table.to_parquet(tmp_path / "geotag.parquet")
    raw = read_raw(tmp_path / "geotag.parquet")[1]
    assert _texts(raw, "bujur") == [LON, None]
    assert _texts(raw, "idsubsls") == [CODE, None]
    assert raw.number_columns == (frozenset() if typed else {"bujur", "lintang"})


def test_parquet_columns_of_every_type(tmp_path: Path) -> None:
    columns = {
        "int": pa.array([9471010001000101], pa.int64()),
        "category": pa.array(["x"]).dictionary_encode(),
        "large": pa.array([CODE], pa.large_string()),
        "decimal": pa.array(["115.4081234"]).cast(pa.decimal128(20, 7)),
        "time": pa.array([0], pa.timestamp("us", "UTC")),
        "bytes": pa.array([b"\x00"]),
        "list": pa.array([[1.5]]),
    }
    pq.write_table(pa.table(columns), tmp_path / "geotag.parquet")
    raw = read_raw(tmp_path / "geotag.parquet")[1]
    assert {name: _texts(raw, name) for name in raw.columns} == {
        "int": ["9471010001000101"],
        "category": ["x"],
        "large": [CODE],
        "decimal": ["115.4081234"],
        "time": ["1970-01-01 00:00:00.000000Z"],
    }
    assert raw.number_columns == {"int", "decimal"}


@pytest.mark.parametrize("crs", ["EPSG:4326", "OGC:CRS84", "EPSG:4755", None])
def test_geoparquet_points(tmp_path: Path, crs: str | None) -> None:
    points = geopandas.GeoDataFrame(
        {"idsubsls": [CODE] * 3, "tags": [["a"], [], []]},
        geometry=[Point(115.5, -8.5), None, Point()],
        crs=crs,
    )
    points.to_parquet(tmp_path / "geotag.parquet")
    raw = read_raw(tmp_path / "geotag.parquet")[1]
    assert _texts(raw, "longitude") == ["115.5", None, None]
    assert _texts(raw, "latitude") == ["-8.5", None, None]
    assert set(raw.columns) == {"idsubsls", "longitude", "latitude"}
    assert raw.number_columns == {"longitude", "latitude"}


# -- what is refused ---------------------------------------------------------------------------

Make = Callable[[Path], Any]
_COLLECTION = '{"type": "FeatureCollection", "features": '
_FEATURE = f'{{"type": "Feature", "properties": {{"idsubsls": "{CODE}"}}, "geometry": '
_HERE = f'"coordinates": [{LON}, {LAT}]'


def _text_file(name: str, content: str | bytes) -> tuple[str, Make]:
    data = content.encode() if isinstance(content, str) else content
    return name, lambda path: path.write_bytes(data)


def _feature(geometry: str) -> str:
    return f"{_COLLECTION}[{_FEATURE}{geometry}}}]}}"


def _points_in(crs: str) -> tuple[str, Make]:
    points = geopandas.GeoDataFrame({"idsubsls": [CODE]}, geometry=[Point(float(LON), float(LAT))], crs=crs)
    return "g.parquet", points.to_parquet


def _polygon_file() -> tuple[str, Make]:
    shapes = [Point(float(LON), float(LAT)), Polygon([(0, 0), (float(LON), 0), (0, float(LAT))])]
    return "g.parquet", geopandas.GeoDataFrame({"a": [1, 2]}, geometry=shapes, crs=4326).to_parquet


def _broken_wkb(path: Path) -> None:
    points = geopandas.GeoDataFrame({"a": [1]}, geometry=[Point(float(LON), float(LAT))], crs=4326)
    points.to_parquet(path)
    table = pq.read_table(path)
    at = table.schema.get_field_index("geometry")
    broken = table.set_column(at, "geometry", pa.array([table["geometry"][0].as_py()[:-3]]))
    pq.write_table(broken.replace_schema_metadata(table.schema.metadata), path)


REFUSED: dict[str, tuple[tuple[str, Make], type[InputError], str]] = {
    "csv empty": (_text_file("g.csv", ""), FileUnreadable, "no header line"),
    "csv header only": (_text_file("g.csv", HEADER), FileUnreadable, "no rows"),
    "csv same name": (
        _text_file("g.csv", f"a,a,longitude\n{LON},{LAT},1\n"),
        FileUnreadable,
        "the same name",
    ),
    "csv too short": (_text_file("g.csv", f"{HEADER}\n{ROW}\na1,{CODE},{LON}\n"), FileUnreadable, "row 3"),
    "csv too long": (_text_file("g.csv", f"{HEADER}\n{ROW},{LAT}\n"), FileUnreadable, "row 2"),
    "csv open quote": (_text_file("g.csv", f'{HEADER}\n"{ROW}\n{ROW}\n'), FileUnreadable, "row 2"),
    "csv latin-1": (
        _text_file("g.csv", f"{HEADER}\nDésa,{CODE},{LON},{LAT}\n".encode("latin-1")),
        FileUnreadable,
        "not UTF-8",
    ),
    "csv latin-1 header": (
        _text_file("g.csv", f"Désa\n{LON}\n".encode("latin-1")),
        FileUnreadable,
        "not UTF-8",
    ),
    "csv utf-16 without its mark": (
        _text_file("g.csv", f"{HEADER}\n{ROW}\n".encode("utf-16-le")),
        FileUnreadable,
        "CSV",
    ),
    "geojson broken off": (
        _text_file("g.geojson", _feature(f'{{"type": "Point", {_HERE}')[:-12]),
        FileUnreadable,
        "line 1, column ",
    ),
    "geojson NaN": (
        _text_file("g.geojson", _feature(f'{{"type": "Point", "coordinates": [{LON}, NaN]}}')),
        FileUnreadable,
        "the value NaN",
    ),
    "geojson polygon": (
        _text_file("g.geojson", _feature(f'{{"type": "Polygon", "coordinates": [[[{LON}, {LAT}]]]}}')),
        PointRefused,
        "row 1: the geometry is Polygon",
    ),
    "geojson points": (
        _text_file("g.geojson", _feature(f'{{"type": "MultiPoint", "coordinates": [[{LON}, {LAT}]]}}')),
        PointRefused,
        "row 1: the geometry is MultiPoint",
    ),
    "geojson odd type": (
        _text_file("g.geojson", _feature(f'{{"type": [{LON}], {_HERE}}}')),
        PointRefused,
        "row 1: the geometry is ?",
    ),
    "geojson no type": (_text_file("g.geojson", _feature(f"{{{_HERE}}}")), PointRefused, "row 1"),
    "geojson list as properties": (
        _text_file("g.geojson", f'{_COLLECTION}[{{"properties": [{LON}], "geometry": null}}]}}'),
        FileUnreadable,
        "row 1 is not a feature",
    ),
    "geojson number as feature": (
        _text_file("g.geojson", f"{_COLLECTION}[{LON}]}}"),
        FileUnreadable,
        "row 1 is not a feature",
    ),
    "geojson no collection": (
        _text_file("g.geojson", f'{{"type": "Point", {_HERE}}}'),
        FileUnreadable,
        "no FeatureCollection",
    ),
    "geojson nested": (
        _text_file("g.geojson", _COLLECTION + "[" * 100_000),
        FileUnreadable,
        "nested too deeply",
    ),
    "geojson long number": (_text_file("g.geojson", _COLLECTION + "9" * 5000), FileUnreadable, "too long"),
    "geojson latin-1": (_text_file("g.geojson", _COLLECTION.encode() + b"\xe9"), FileUnreadable, "not UTF-8"),
    "geojson half a character": (
        _text_file("g.geojson", f'{_COLLECTION}[{{"properties": {{"a": "\\ud800"}}, "geometry": null}}]}}'),
        FileUnreadable,
        "not UTF-8",
    ),
    "geojson metres": (
        _text_file(
            "g.geojson",
            f'{{"crs": {{"properties": {{"name": "EPSG:32750"}}}}, {_feature(f"{{{_HERE}}}")[1:]}',
        ),
        CrsRefused,
        "EPSG:32750",
    ),
    "parquet damaged": (_text_file("g.parquet", b"PAR1" + bytes(100) + b"PAR1"), FileUnreadable, "damaged"),
    "parquet empty": (_text_file("g.parquet", b""), FileUnreadable, "damaged"),
    "parquet is csv": (_text_file("g.parquet", f"{HEADER}\n{ROW}\n"), FileUnreadable, "damaged"),
    "parquet broken point": (("g.parquet", _broken_wkb), FileUnreadable, "damaged"),
    "parquet polygons": (_polygon_file(), PointRefused, "row 2: the geometry is Polygon"),
    "parquet metres": (_points_in("EPSG:32750"), CrsRefused, "EPSG:32750"),
    "parquet own metres": (
        _points_in("+proj=tmerc +lon_0=117 +k=0.9999 +x_0=200000 +y_0=1500000 +ellps=WGS84"),
        CrsRefused,
        "the points are in unknown",
    ),
    "other ending": (_text_file("g.ods", b"PK"), FormatUnknown, ".csv, .tsv, .txt, .xlsx, .geojson"),
    "not there": (("g.csv", lambda path: None), FileNotOpened, "no such file"),
    "a folder": (("g.csv", lambda path: path.mkdir()), FileNotOpened, "no such file"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_and_how(tmp_path: Path, case: str) -> None:
    (name, make), error_class, words = REFUSED[case]
    make(tmp_path / name)
    with pytest.raises(error_class) as refused:
        read_raw(tmp_path / name)
    error = refused.value
    assert words in error.say("en")
    assert error.exit_code == 2
    for language in LANGUAGES:
        said = error.say(language)
        assert said.startswith(f"{name}"), said
        assert str(tmp_path) not in said
        assert "{" not in said
        # A coordinate is more than its whole degrees.
        assert not re.search(r"40812|67341", said), said
    assert error.say("en") != error.say("id")


def test_every_ending_has_one_reader() -> None:
    endings = [ending for one in FORMATS for ending in one.endings]
    assert len(endings) == len(set(endings))
    assert all(ending == ending.lower() and ending.startswith(".") for ending in endings)


def test_endings_in_capitals(tmp_path: Path) -> None:
    assert len(_csv(tmp_path, f"{HEADER}\n{ROW}\n", "GEOTAG.CSV")) == 1


def test_numbers_stay_what_they_are(tmp_path: Path) -> None:
    rng = np.random.default_rng(1945)
    lon = np.r_[rng.uniform(-180, 180, 500), 1e-7, 0.0, 100.0]
    pd.DataFrame({"longitude": lon}).to_parquet(tmp_path / "g.parquet")
    raw = read_raw(tmp_path / "g.parquet")[1]
    assert raw.columns["longitude"].to_pylist() == lon.tolist()
    assert raw.number_columns == {"longitude"}
