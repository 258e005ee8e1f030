"""Readers of boundary files: the same layer in every format, and files that are broken."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from boundaries.formats.registry import FORMATS, format_of
from boundaries.intake import LoadedFile, read_areas
from geo.codes import SCHEMES
from geo.errors import (
    FileNotOpened,
    FileUnreadable,
    FormatUnknown,
    GeometryRefused,
    LayerAmbiguous,
    NotFound,
)
from geo.levels import Level

BPS = SCHEMES["bps"]
SMALL, BIG = 5105010001000401, 9471010001000101  # the second does not fit a float64


def layer(codes: list[Any] | None = None) -> geopandas.GeoDataFrame:
    """Three sub-SLS, the last with a hole and an island; one value missing in a whole-number column."""
    outlines = [
        shapely.box(115.0, -8.5, 115.01, -8.49),
        shapely.box(115.01, -8.5, 115.02, -8.49),
        shapely.MultiPolygon(
            [
                shapely.box(115.0, -8.49, 115.02, -8.48).difference(
                    shapely.box(115.005, -8.487, 115.01, -8.485)
                ),
                shapely.box(115.03, -8.49, 115.031, -8.489),
            ]
        ),
    ]
    return geopandas.GeoDataFrame(
        {
            "IDSUBSLS": codes or [str(SMALL), str(BIG), "5105010001000402"],
            "nmsls": ["BANJAR KELODAN", "RT 001", "BANJAR ÉLOK"],
            "kk": pd.array([12, None, 9007199254740993], dtype="Int64"),
            "luas": [1.5, None, 0.25],
            "tingkat": ["0", None, "2"],
            "nama_ketua": ["X", "Y", "Z"],
            "OBJECTID": [1, 2, 3],
        },
        geometry=outlines,
        crs=4326,
    )


def write_geojson(frame: geopandas.GeoDataFrame, path: Path) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {
                name: None if pd.isna(value) else value.item() if isinstance(value, np.generic) else value
                for name, value in row.drop("geometry").items()
            },
            "geometry": shapely.geometry.mapping(row["geometry"]),
        }
        for _, row in frame.astype(object).iterrows()
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


WRITERS: dict[str, Callable[[geopandas.GeoDataFrame, Path], None]] = {
    "a.geojson": write_geojson,
    "a.gpkg": lambda frame, path: frame.to_file(path, layer="areas", driver="GPKG"),
    "wkb.parquet": lambda frame, path: frame.to_parquet(path, geometry_encoding="WKB"),
    "arrow.parquet": lambda frame, path: as_multi(frame).to_parquet(path, geometry_encoding="geoarrow"),
}


def as_multi(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    return frame.set_geometry(
        [shapely.MultiPolygon([g]) if g.geom_type == "Polygon" else g for g in frame.geometry], crs=4326
    )


def load(path: Path) -> LoadedFile:
    return read_areas(path, Level.SUBSLS, BPS)


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("numbers", [False, True], ids=["codes as text", "codes as whole numbers"])
def test_every_format_gives_the_same_areas(tmp_path: Path, name: str, numbers: bool) -> None:
    frame = layer([SMALL, BIG, 5105010001000402] if numbers else None)
    WRITERS[name](frame, tmp_path / name)
    before = sorted(path.name for path in tmp_path.iterdir())
    loaded = load(tmp_path / name)
    areas = loaded.areas
    assert areas.codes == [str(SMALL), str(BIG), "5105010001000402"]
    assert areas.names == ["BANJAR KELODAN", "RT 001", "BANJAR ÉLOK"]
    assert areas.attributes == [
        {"kk": 12, "luas": 1.5, "tingkat": "0"},
        {"kk": None, "luas": None, "tingkat": None},
        {"kk": 9007199254740993, "luas": 0.25, "tingkat": "2"},
    ]
    assert areas.file_rows == [1, 2, 3]
    assert [g.geom_type for g in areas.geometries] == ["MultiPolygon"] * 3
    assert shapely.equals(areas.geometries, np.array(frame.geometry)).all()
    assert {"nama_ketua", "OBJECTID"} <= set(loaded.dropped_columns)
    assert loaded.file_name == name
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_geopackage_left_in_wal_mode_is_read_without_a_trace(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    layer().to_file(path, layer="areas", driver="GPKG")
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=wal")
    connection.close()
    content = path.read_bytes()
    assert len(load(path).areas) == 3
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.gpkg"]
    assert path.read_bytes() == content


def test_a_geopackage_with_unsaved_changes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    layer().to_file(path, layer="areas", driver="GPKG")
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=wal")
    connection.execute("CREATE TABLE edited (x)")
    connection.commit()
    try:
        with pytest.raises(FileUnreadable, match="not yet saved"):
            load(path)
    finally:
        connection.close()


def test_several_layers_need_a_name(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    layer().to_file(path, layer="old", driver="GPKG")
    layer().iloc[:1].to_file(path, layer="new", driver="GPKG", mode="a")
    with pytest.raises(LayerAmbiguous, match="old, new"):
        load(path)
    assert len(read_areas(path, Level.SUBSLS, BPS, layer="new").areas) == 1
    with pytest.raises(NotFound, match="newest"):
        read_areas(path, Level.SUBSLS, BPS, layer="newest")


def feature(coordinates: str, kind: str = "Polygon") -> str:
    return (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"idsubsls":"5105010001000401"},'
        f'"geometry":{{"type":"{kind}","coordinates":{coordinates}}}}}]}}'
    )


SQUARE = "[[[115,-8],[115.1,-8],[115.1,-8.1],[115,-8]]]"

BROKEN_GEOJSON = {
    "cut short": (feature(SQUARE)[:-20], r"line 1, column \d+"),
    "wrong on the third line": ('{"type":\n"FeatureCollection",\n"features":[,]}', "line 3, column 13"),
    "not a number": (feature(SQUARE).replace("115.1", "NaN"), "NaN"),
    "an infinity": (feature(SQUARE).replace("115.1", "-Infinity"), "-Infinity"),
    "nested without end": ('{"a":' + "[" * 200_000 + "]" * 200_000 + "}", "nested too deeply"),
    "not a collection": ('{"type":"Topology"}', "FeatureCollection"),
    "a feature that is none": ('{"type":"FeatureCollection","features":[7]}', "row 1"),
    "a number written as text": (feature(SQUARE.replace("115.1", '"115.1"')), "row 1"),
    "a ring of two points": (feature("[[[115,-8],[115.1,-8]]]"), "row 1"),
    "a position of one number": (feature("[[[115],[115.1],[115.2],[115]]]"), "row 1"),
    "a ring that is not closed": (feature("[[[115,-8],[115.1,-8],[115.1,-8.1],[115,-8.1]]]"), "row 1"),
    "positions that are objects": (feature("[[{},{},{},{}]]"), "row 1"),
    "no rings but a number": (feature("7"), "row 1"),
    "no features": ('{"type":"FeatureCollection","features":[]}', "no rows"),
}


@pytest.mark.parametrize("name", BROKEN_GEOJSON)
def test_broken_geojson(tmp_path: Path, name: str) -> None:
    text, says = BROKEN_GEOJSON[name]
    path = tmp_path / "a.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileUnreadable, match=says) as raised:
        load(path)
    assert "115" not in str(raised.value)


def test_geojson_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(feature(SQUARE).replace("idsubsls", "idsubsls\u00e9").encode("latin-1"))
    with pytest.raises(FileUnreadable, match="UTF-8"):
        load(path)


def test_a_byte_order_mark_is_no_matter(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(b"\xef\xbb\xbf" + feature(SQUARE).encode())
    assert load(path).areas.codes == ["5105010001000401"]


def test_points_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(feature("[115,-8]", "Point"), encoding="utf-8")
    with pytest.raises(GeometryRefused, match=r"row 1.*Point"):
        load(path)


def test_content_must_be_what_the_name_says(tmp_path: Path) -> None:
    for name, write in WRITERS.items():
        write(layer(), tmp_path / name)
        for ending in {".geojson", ".gpkg", ".parquet"} - {Path(name).suffix}:
            path = tmp_path / f"renamed{ending}"
            path.write_bytes((tmp_path / name).read_bytes())
            with pytest.raises(FileUnreadable, match="not what its name says"):
                load(path)


def test_an_sqlite_database_is_no_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (x)")
    connection.commit()
    connection.close()
    with pytest.raises(FileUnreadable, match="something else"):
        load(path)


@pytest.mark.parametrize("name", ["a.gpkg", "wkb.parquet", "arrow.parquet"])
def test_a_file_cut_in_half(tmp_path: Path, name: str) -> None:
    WRITERS[name](layer(), tmp_path / name)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 3])
    with pytest.raises(FileUnreadable, match="damaged or incomplete"):
        load(tmp_path / name)


def test_parquet_without_geometry(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"idsubsls": ["5105010001000401"]}), path)
    with pytest.raises(FileUnreadable, match="without a geometry column"):
        load(path)


def test_other_endings_missing_and_empty_files(tmp_path: Path) -> None:
    with pytest.raises(FormatUnknown, match=r"\.gpkg"):
        format_of(tmp_path / "a.shp")
    with pytest.raises(FileNotOpened, match="no such file"):
        format_of(tmp_path / "a.gpkg")
    (tmp_path / "a.gpkg").touch()
    with pytest.raises(FileUnreadable, match="empty"):
        format_of(tmp_path / "a.gpkg")


def test_no_ending_belongs_to_two_formats() -> None:
    endings = [ending for known in FORMATS for ending in known.extensions]
    assert len(endings) == len(set(endings))
