"""Intake of boundary files: columns, codes, coordinate systems, the grid, and what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from boundaries.areas import ROUNDING_ATTRIBUTE
from boundaries.grid import round_to_grid
from boundaries.intake import read_areas
from boundaries.mapping import is_personal
from geo.codes import SCHEMES
from geo.errors import (
    CodeDamaged,
    ColumnMissing,
    CoordinatesSwapped,
    CrsRefused,
    GeometryRefused,
    InputError,
    LevelMismatch,
    ValueRefused,
)
from geo.levels import Level
from geo.text import LANGUAGES

BPS, KEMENDAGRI = SCHEMES["bps"], SCHEMES["kemendagri"]
Ring = list[list[float]]


def square(east: float = 115.0, north: float = -8.5, side: float = 0.01) -> dict[str, Any]:
    return shapely.geometry.mapping(shapely.box(east, north, east + side, north + side))


def write(
    folder: Path, rows: list[dict[str, Any]], geometries: list[Any] | None = None, crs: str | None = None
) -> Path:
    """A GeoJSON file with one square per row, side by side, unless ``geometries`` gives others."""
    shapes = geometries or [square(115.0 + 0.01 * i) for i in range(len(rows))]
    document: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": row, "geometry": shape}
            for row, shape in zip(rows, shapes, strict=True)
        ],
    }
    if crs is not None:
        document["crs"] = {"type": "name", "properties": {"name": crs}}
    path = folder / "layer.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def refused(kind: type[InputError], path: Path, level: Level, scheme: Any = BPS, **how: Any) -> str:
    """The English sentence of the error, after checking what every such sentence must have."""
    with pytest.raises(kind) as raised:
        read_areas(path, level, scheme, **how)
    for language in LANGUAGES:
        sentence = raised.value.say(language)
        assert sentence.startswith(path.name) and sentence.endswith(".")
        # No coordinate: nothing with a decimal point but a code that was written so.
        without_value = sentence.replace(repr(raised.value.values.get("value", "")), "")
        assert not re.search(r"\d\.\d", without_value)
    assert raised.value.exit_code == 2 and raised.value.http_status == 422
    return str(raised.value)


DESA = [{"iddesa": "5105010001"}, {"iddesa": "5105010002"}, {"iddesa": "5105010003"}]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("5.10501E+15", "exponent"),
        ("5,10501E+15", "exponent"),
        (5.10501e15, "decimals"),
        ("5105010003.0", "decimals"),
        (5105010003.0, "decimals"),
        ("105010003", "leading zeros"),
        (510501003, "leading zeros"),
        ("", "empty"),
        ("   ", "empty"),
        (None, "empty"),
    ],
)
def test_a_damaged_code_is_refused_with_its_row(tmp_path: Path, value: Any, says: str) -> None:
    path = write(tmp_path, [*DESA[:2], {"iddesa": value}])
    sentence = refused(CodeDamaged, path, Level.DESA)
    assert "row 3" in sentence and says in sentence and "as text" in sentence


def test_a_code_without_its_dots(tmp_path: Path) -> None:
    path = write(tmp_path, [{"kode": "51.05.01.2001"}, {"kode": "51.05.01.2002"}, {"kode": "5105012003"}])
    assert "row 3" in refused(CodeDamaged, path, Level.DESA, KEMENDAGRI)


def test_a_sixteenth_digit_cut_by_a_spreadsheet(tmp_path: Path) -> None:
    codes = ["5105010001000400", "5105010001000410", "5105010001000400"]
    path = write(tmp_path, [{"idsubsls": code} for code in codes])
    sentence = refused(CodeDamaged, path, Level.SUBSLS)
    assert "row 3" in sentence and "fifteen digits" in sentence


def test_undivided_sls_end_in_zero_rightly(tmp_path: Path) -> None:
    path = write(tmp_path, [{"idsubsls": "5105010001000400"}, {"idsubsls": "5105010001000500"}])
    assert read_areas(path, Level.SUBSLS, BPS).areas.codes == ["5105010001000400", "5105010001000500"]


def test_other_malformed_codes_are_loaded_for_the_quality_checks(tmp_path: Path) -> None:
    odd = ["51050100O1", "51050100012", "5105-010-01"]
    path = write(tmp_path, [*DESA, *({"iddesa": code} for code in odd)])
    assert read_areas(path, Level.DESA, BPS).areas.codes[3:] == odd


@pytest.mark.parametrize(
    ("rows", "level", "found"),
    [
        ([{"kode": "5105010001"}, {"kode": "5105010002"}], Level.SLS, "desa"),
        ([{"kode": "5105010001"}, {"kode": "5105010002"}, {"kode": "51050100020001"}], Level.SLS, "desa"),
        ([{"iddesa": "5105010001"}], Level.KEC, "desa"),
        (
            [{"iddesa": "5105010001", "idsls": f"5105010001000{i}"} for i in range(4)],
            Level.DESA,
            "sls",
        ),
    ],
    ids=["all rows", "most rows", "only another level's column", "a deeper layer"],
)
def test_the_wrong_level(tmp_path: Path, rows: list[dict[str, Any]], level: Level, found: str) -> None:
    sentence = refused(LevelMismatch, write(tmp_path, rows), level)
    assert f"--level {found}" in sentence and "row 1" in sentence


def test_a_level_that_the_scheme_has_not(tmp_path: Path) -> None:
    path = write(tmp_path, [{"kode": "51.05.01.2001"}])
    assert "prov, kab, kec, desa" in refused(ValueRefused, path, Level.SLS, KEMENDAGRI)


def test_a_missing_column(tmp_path: Path) -> None:
    path = write(tmp_path, [{"nomor": "5105010001"}])
    assert "iddesa" in refused(ColumnMissing, path, Level.DESA)
    assert "KODEX" in refused(ColumnMissing, path, Level.DESA, columns={"code": "KODEX"})
    assert "NAMAX" in refused(ColumnMissing, path, Level.DESA, columns={"code": "nomor", "name": "NAMAX"})


def test_a_code_without_end_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, [{"iddesa": "5105010001"}, {"iddesa": "K" * 6000}])
    assert "row 2, column iddesa" in refused(ValueRefused, path, Level.DESA)


def test_named_columns_win(tmp_path: Path) -> None:
    path = write(tmp_path, [{"iddesa": "5105010001", "Kode2": "5105010009", "nmdesa": "A", "alias": "B"}])
    areas = read_areas(path, Level.DESA, BPS, columns={"code": "kode2", "name": "alias"}).areas
    assert (areas.codes, areas.names) == (["5105010009"], ["B"])
    assert areas.attributes == [{"iddesa": "5105010001", "nmdesa": "A"}]


@pytest.mark.parametrize(
    ("row", "level", "scheme", "code", "name"),
    [
        ({"IDDESA": "5105010001", "NMDESA": "BESAN"}, Level.DESA, BPS, "5105010001", "BESAN"),
        ({"idkab": "5105", "nmkab": "KLUNGKUNG"}, Level.KAB, BPS, "5105", "KLUNGKUNG"),
        ({"KDEBPS": "5105010001", "KDEPUM": "51.05.01.2001", "WADMKD": "Besan"}, Level.DESA, BPS,
         "5105010001", "Besan"),
        ({"KDEBPS": "5105010001", "KDEPUM": "51.05.01.2001", "WADMKD": "Besan"}, Level.DESA, KEMENDAGRI,
         "51.05.01.2001", "Besan"),
        ({"kode": "51.05.01.2001", "nama": "Besan"}, Level.DESA, KEMENDAGRI, "51.05.01.2001", "Besan"),
        ({"area_code": "5105010001000401", "name": "X"}, Level.SUBSLS, BPS, "5105010001000401", "X"),
        ({"idsubsls": " 5105010001000401 ", "nmsls": " A "}, Level.SUBSLS, BPS, "5105010001000401", "A"),
        ({"iddesa": "5105010001"}, Level.DESA, BPS, "5105010001", ""),
    ],
)  # fmt: skip
def test_columns_that_are_known(
    tmp_path: Path, row: dict[str, Any], level: Level, scheme: Any, code: str, name: str
) -> None:
    areas = read_areas(write(tmp_path, [row]), level, scheme).areas
    assert (areas.codes, areas.names) == ([code], [name])


PARTS = {"kdprov": "51", "kdkab": "05", "kdkec": "010", "kddesa": "001", "kdsls": "0004", "kdsubsls": "01"}


def test_a_code_from_its_parts(tmp_path: Path) -> None:
    path = write(tmp_path, [PARTS])
    assert read_areas(path, Level.SUBSLS, BPS).areas.codes == ["5105010001000401"]
    assert read_areas(path, Level.DESA, BPS).areas.codes == ["5105010001"]


@pytest.mark.parametrize("part", [5, "5", None, 5.0])
def test_a_part_that_lost_its_zero(tmp_path: Path, part: Any) -> None:
    sentence = refused(CodeDamaged, write(tmp_path, [PARTS, PARTS | {"kdkab": part}]), Level.DESA)
    assert "row 2" in sentence and "kdkab" in sentence


def test_persons_are_never_kept(tmp_path: Path) -> None:
    row = {"iddesa": "5105010001", "nama_ketua": "X", "NmKetuaSLS": "X", "no_hp": "0", "NIK": "1", "btt": 3}
    loaded = read_areas(write(tmp_path, [row]), Level.DESA, BPS)
    assert loaded.areas.attributes == [{"btt": 3}]
    assert set(loaded.dropped_columns) == {"nama_ketua", "NmKetuaSLS", "no_hp", "NIK"}
    refused(ColumnMissing, write(tmp_path, [row]), Level.DESA, columns={"name": "nama_ketua"})


@pytest.mark.parametrize(
    "column", ["nmkab", "kk", "unik", "teknik", "nama", "email_ok_count", "kdkec", "dominan"]
)
def test_columns_that_only_look_personal_are_kept(column: str) -> None:
    assert is_personal(column) is (column == "email_ok_count")


@pytest.mark.parametrize("value", ["a\x00b", "\ud800"])
def test_text_that_no_database_holds(tmp_path: Path, value: str) -> None:
    path = write(tmp_path, [DESA[0], DESA[1] | {"nmsls": value}])
    assert "row 2" in refused(ValueRefused, path, Level.DESA)


def swapped(shape: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[[y, x] for x, y in ring] for ring in shape["coordinates"]]}


def test_swapped_axes(tmp_path: Path) -> None:
    path = write(tmp_path, DESA, [square(), square(115.01), swapped(square(115.02))])
    assert "row 3" in refused(CoordinatesSwapped, path, Level.DESA)


def metric(epsg: int) -> list[dict[str, Any]]:
    move = pyproj.Transformer.from_crs(4326, epsg, always_xy=True)
    return [
        {
            "type": "Polygon",
            "coordinates": [[list(move.transform(x, y)) for x, y in square(e)["coordinates"][0]]],
        }
        for e in (115.0, 115.01, 115.02)
    ]


@pytest.mark.parametrize(
    ("crs", "says"),
    [(None, "no coordinate system is declared"), ("EPSG:4326", "declares EPSG:4326"),
     ("urn:ogc:def:crs:OGC:1.3:CRS84", "declares EPSG:4326")],
)  # fmt: skip
def test_metres_that_are_called_degrees(tmp_path: Path, crs: str | None, says: str) -> None:
    sentence = refused(CrsRefused, write(tmp_path, DESA, metric(32750), crs), Level.DESA)
    assert says in sentence and "row 1" in sentence


@pytest.mark.parametrize("crs", ["EPSG:32750", "urn:ogc:def:crs:EPSG::32750", "urn:ogc:def:crs:EPSG::3857"])
def test_a_known_projection_is_transformed(tmp_path: Path, crs: str) -> None:
    path = write(tmp_path, DESA, metric(int(crs.rsplit(":", 1)[1])), crs)
    areas = read_areas(path, Level.DESA, BPS).areas
    wanted = [shapely.geometry.shape(square(e)) for e in (115.0, 115.01, 115.02)]
    assert shapely.equals_exact(areas.geometries, [shapely.MultiPolygon([w]) for w in wanted], 1.1e-6).all()


@pytest.mark.parametrize("crs", ["EPSG:999999", "EPSG:5773", "EPSG:4978", "LOCAL", "urn:ogc:def:crs:IGNF::X"])
def test_an_unknown_system_is_refused(tmp_path: Path, crs: str) -> None:
    assert "row 1" in refused(CrsRefused, write(tmp_path, DESA, crs=crs), Level.DESA)


def test_degrees_that_are_called_metres(tmp_path: Path) -> None:
    assert "look like degrees" in refused(CrsRefused, write(tmp_path, DESA, crs="EPSG:32750"), Level.DESA)


@pytest.mark.parametrize("crs", ["EPSG:4755", "EPSG:9470", "EPSG:4326"])
def test_indonesian_datums_are_taken_as_they_are(tmp_path: Path, crs: str) -> None:
    areas = read_areas(write(tmp_path, DESA, crs=crs), Level.DESA, BPS).areas
    assert areas.geometries[0].equals(shapely.geometry.shape(square()))


@pytest.mark.parametrize(
    ("geometry", "says"),
    [(None, "missing"), ({"type": "Polygon", "coordinates": []}, "empty"),
     ({"type": "Point", "coordinates": [115.5, -8.5]}, "Point"),
     ({"type": "LineString", "coordinates": [[115.5, -8.5], [115.6, -8.5]]}, "LineString"),
     ({"type": "GeometryCollection", "geometries": []}, "GeometryCollection")],
)  # fmt: skip
def test_what_is_no_polygon_is_refused(tmp_path: Path, geometry: Any, says: str) -> None:
    path = write(tmp_path, DESA, [square(), geometry, square(115.02)])
    sentence = refused(GeometryRefused, path, Level.DESA)
    assert "row 2" in sentence and says in sentence


def test_a_number_too_large_for_a_float(tmp_path: Path) -> None:
    path = write(tmp_path, DESA)
    text = path.read_text(encoding="utf-8")
    corner = "[115.02000000000001, -8.5]"  # where the second ring begins and ends
    assert corner in text
    path.write_text(text.replace(corner, "[1e999, -8.5]", 2), encoding="utf-8")
    assert "row 2" in refused(GeometryRefused, path, Level.DESA)


def test_points_and_lines_of_a_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "layer.gpkg"
    frame = geopandas.GeoDataFrame(
        {"iddesa": ["5105010001"]}, geometry=[shapely.Point(115.5, -8.5)], crs=4326
    )
    frame.to_file(path, driver="GPKG")
    assert "a point" in refused(GeometryRefused, path, Level.DESA)


def test_height_and_measure_are_left_out(tmp_path: Path) -> None:
    ring = [[*position, 12.5] for position in square()["coordinates"][0]]
    path = write(tmp_path, DESA[:1], [{"type": "Polygon", "coordinates": [ring]}])
    flat = read_areas(path, Level.DESA, BPS).areas.geometries[0]
    assert not flat.has_z and flat.equals(shapely.geometry.shape(square()))
    measured = tmp_path / "layer.parquet"
    outline = shapely.from_wkt("POLYGON ZM ((115 -8 1 2,115.1 -8 1 2,115.1 -8.1 1 2,115 -8 1 2))")
    geopandas.GeoDataFrame({"iddesa": ["5105010001"]}, geometry=[outline], crs=4326).to_parquet(measured)
    flat = read_areas(measured, Level.DESA, BPS).areas.geometries[0]
    assert not flat.has_z and not flat.has_m


def multi(*rings: Ring) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([shapely.Polygon(ring) for ring in rings])


def array(*shapes: shapely.MultiPolygon) -> np.ndarray:
    values = np.empty(len(shapes), dtype=object)
    values[:] = shapes
    return values


LAND: Ring = [[0, 0], [1, 0], [1, 1], [0, 1]]


def test_an_islet_below_the_grid_is_left_out_and_noted() -> None:
    islet = [[2, 2], [2 + 2e-7, 2], [2 + 2e-7, 2 + 2e-7]]
    flat = [[3, 3], [3.1, 3], [3.1, 3 + 4e-7], [3, 3 + 4e-7]]
    rounded, notes = round_to_grid(array(multi(LAND, islet, flat), multi(LAND)))
    assert rounded[0].equals(multi(LAND))
    assert notes == {0: {"lost_parts": 2, "lost_holes": 0, "made_invalid": False}}


def test_an_area_below_the_grid_is_empty_and_noted(tmp_path: Path) -> None:
    rounded, notes = round_to_grid(array(multi([[2, 2], [2 + 2e-7, 2], [2 + 2e-7, 2 + 2e-7]])))
    assert rounded[0].is_empty and notes[0]["lost_parts"] == 1
    path = write(tmp_path, DESA, [square(), square(115.5, -8.5, 2e-7), square(115.01)])
    areas = read_areas(path, Level.DESA, BPS).areas
    assert areas.geometries[1].is_empty and areas.attributes[1][ROUNDING_ATTRIBUTE]["lost_parts"] == 1
    assert ROUNDING_ATTRIBUTE not in areas.attributes[0]


def test_an_outline_that_rounding_breaks_is_noted_and_kept() -> None:
    # A neck of 4e-7 degree closes on the grid.
    neck = multi([[0, 0], [1, 0], [1, 1], [0.5, 4e-7], [0, 1]])
    assert neck.is_valid
    rounded, notes = round_to_grid(array(neck))
    assert not rounded[0].is_valid
    assert notes[0] == {"lost_parts": 0, "lost_holes": 0, "made_invalid": True}


def test_a_bow_tie_is_no_collapsed_ring() -> None:
    tie = multi([[0, 0], [1, 1], [1, 0], [0, 1]])
    rounded, notes = round_to_grid(array(tie))
    assert rounded[0].equals_exact(tie) and notes == {}


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=3, max_size=12, unique=True))
def test_rounding_moves_no_vertex_by_more_than_half_a_step_and_twice_is_once(points: list[Any]) -> None:
    shape = array(multi([list(point) for point in points]))
    once, _ = round_to_grid(shape)
    vertices = shapely.get_coordinates(once)
    assert np.array_equal(vertices, np.round(vertices, 6))
    if len(vertices):
        source = shapely.get_coordinates(shape)
        steps = np.abs(vertices[:, None, :] - source[None, :, :]).max(axis=2).min(axis=1)
        assert steps.max() <= 0.5001e-6
    twice, _ = round_to_grid(once)
    assert once[0].equals_exact(twice[0])
