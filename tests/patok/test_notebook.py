"""The functions for notebooks: tables of every kind in and out, and the notebook of the documentation."""

from __future__ import annotations

import contextlib
import doctest
import io
import json
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

import patok
import patok.notebook
from geo.errors import FileUnreadable, NotFound

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebook.ipynb"
A, B = "5105030001000101", "5105030001000102"


@pytest.fixture(scope="module")
def areas() -> geopandas.GeoDataFrame:
    squares = [shapely.box(115.40, -8.51, 115.41, -8.50), shapely.box(115.41, -8.51, 115.42, -8.50)]
    return geopandas.GeoDataFrame({"idsubsls": [A, B], "kk": [10, None]}, geometry=squares, crs="EPSG:4326")


@pytest.fixture(scope="module")
def geotags() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "idsubsls": [A, A, B],
            "longitude": [115.405, 115.412, 115.4151234],
            "latitude": [-8.505, -8.505, -8.5051234],
            "accuracy": [6.5, 6.5, 8.0],
        }
    )


def test_the_doctests() -> None:
    failed, attempted = doctest.testmod(patok.notebook)
    assert attempted >= 7
    assert failed == 0


def said(checked: Any) -> list[tuple[str, float]]:
    table = checked.to_pandas() if isinstance(checked, pa.Table) else checked
    return list(zip(table["verdict"], table["distance_m"], strict=True))


def test_every_kind_of_frame_is_the_same(
    areas: geopandas.GeoDataFrame, geotags: pd.DataFrame, tmp_path: Path
) -> None:
    areas.to_file(tmp_path / "areas.geojson")
    expected = said(patok.check(patok.read_frame(tmp_path / "areas.geojson", "subsls"), geotags))
    assert [verdict for verdict, _ in expected] == ["accepted", "review", "accepted"]
    for encoding in ("WKB", "geoarrow"):
        table = pa.table(areas.to_arrow(geometry_encoding=encoding))
        assert said(patok.check(patok.read_frame(table, "subsls"), geotags)) == expected
    for epsg in (4326, 32750):
        frame = patok.read_frame(areas.to_crs(epsg), "subsls")
        for (verdict, metres), (also, others) in zip(
            said(patok.check(frame, geotags)), expected, strict=True
        ):
            assert verdict == also
            assert metres == pytest.approx(others, abs=0.3)  # straight edges of one CRS bend in the other


def test_every_kind_of_geotags_is_the_same(areas: geopandas.GeoDataFrame, geotags: pd.DataFrame) -> None:
    frame = patok.read_frame(areas, "subsls")
    expected = said(patok.check(frame, geotags))
    table = pa.Table.from_pandas(geotags)
    answer = patok.check(frame, table)
    assert isinstance(answer, pa.Table)
    assert said(answer) == expected
    assert answer.column("longitude").type == pa.float64()
    coded = table.set_column(0, "idsubsls", table.column("idsubsls").dictionary_encode())
    assert said(patok.check(frame, coded)) == expected
    points = geopandas.GeoDataFrame(
        geotags.drop(columns=["longitude", "latitude"]),
        geometry=geopandas.points_from_xy(geotags["longitude"], geotags["latitude"]),
        crs="EPSG:4326",
    )
    answer = patok.check(frame, points)
    assert isinstance(answer, geopandas.GeoDataFrame)
    assert said(answer) == expected
    assert np.allclose(answer.geometry.x, geotags["longitude"])
    assert said(patok.check(frame, pa.table(points.to_arrow(geometry_encoding="geoarrow")))) == expected


def test_a_ruleset_by_name_and_lists(
    areas: geopandas.GeoDataFrame, geotags: pd.DataFrame, tmp_path: Path
) -> None:
    frame = patok.read_frame(areas, "subsls")
    copied = pd.concat([geotags[:1]] * 6, ignore_index=True).assign(
        household_key=[f"k{i}" for i in range(6)], enumerator_id="e"
    )
    assert set(patok.check(frame, copied)["verdict"]) == {"rejected"}
    assert set(patok.check(frame, copied, ruleset="membership")["verdict"]) == {"accepted"}
    with pytest.raises(NotFound):
        patok.check(frame, geotags, ruleset="nobody")
    (tmp_path / "places.csv").write_text("name,kind,longitude,latitude\nKantor,office,115.405,-8.505\n")
    context = patok.read_context(frame, places=tmp_path / "places.csv")
    findings = patok.check(frame, copied, context=context)["findings"]
    assert findings.str.contains("COORDINATES_AT_KNOWN_PLACE").all()
    with pytest.raises(TypeError, match="offices"):
        patok.read_context(frame, offices=tmp_path / "places.csv")


def test_a_table_without_geometries_is_no_frame(geotags: pd.DataFrame) -> None:
    with pytest.raises(FileUnreadable, match="no column holds geometries"):
        patok.read_frame(pa.Table.from_pandas(geotags), "subsls")


def test_the_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    assert all(not cell.get("outputs") for cell in cells)
    names: dict[str, Any] = {}
    printed = []
    for cell in cells:
        if cell["cell_type"] == "code":
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile("".join(cell["source"]), cell["id"], "exec"), names)  # noqa: S102 it is ours
            printed.append(out.getvalue())
    assert "['subsls'] 900" in printed[1]
    assert "accepted    3742" in printed[2]
    assert "DUPLICATE_COORDINATE" in printed[2]
    assert "di luar wilayah tugasnya" in printed[3]
    assert "accepted" in printed[4]
    assert printed[5].startswith("4000 ['file_row'")
    assert Path("outside.html").stat().st_size > 100_000
