"""A GeoPackage of results brings its styles, which QGIS uses without being asked."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from xml.etree import ElementTree as xml

import pandas as pd
import pytest

from geo.checks.protocol import Severity
from geo.engine import Verdict
from geotags.exports import write_layers
from geotags.palette import SEVERITY_COLOURS, SHARE_COLOURS, VERDICT_COLOURS
from geotags.qgis import style_of, style_path, write_styles

WEB = Path(__file__).parents[2] / "api" / "web"


@pytest.fixture
def geopackage(tmp_path: Path) -> Path:
    table = pd.DataFrame(
        {"verdict": ["accepted"], "severity": ["info"], "longitude": [115.4], "latitude": [-8.5]}
    )
    path = tmp_path / "checked.gpkg"
    write_layers({"geotags": table, "findings": table, "rollups": table}, path)
    return path


def test_layers_have_a_default_style(geopackage: Path) -> None:
    written = write_styles(geopackage, "id")
    assert written == [style_path(geopackage, layer) for layer in ("geotags", "findings")]
    assert geopackage.with_suffix(".qml") not in written
    with sqlite3.connect(geopackage) as database:
        rows = database.execute(
            "SELECT f_table_name, f_geometry_column, styleQML, useAsDefault FROM layer_styles ORDER BY id"
        ).fetchall()
        contents = dict(database.execute("SELECT table_name, data_type FROM gpkg_contents"))
    assert contents["layer_styles"] == "attributes"
    assert [(name, default) for name, _, _, default in rows] == [("geotags", 1), ("findings", 1)]
    for (_, column, style, _), path in zip(rows, written, strict=True):
        assert column in ("geom", "geometry")
        assert style == path.read_text("utf-8")


@pytest.mark.parametrize(
    ("layer", "attribute", "values"),
    [
        ("geotags", "verdict", {verdict.word for verdict in Verdict}),
        ("findings", "severity", {severity.word for severity in Severity}),
    ],
)
def test_every_value_has_a_category_and_a_symbol(layer: str, attribute: str, values: set[str]) -> None:
    for language in ("en", "id"):
        renderer = xml.fromstring(style_of(layer, language)).find("renderer-v2")  # noqa: S314 our own
        assert renderer is not None and renderer.get("attr") == attribute
        categories = renderer.findall("categories/category")
        assert {one.get("value") for one in categories} == values
        symbols = {one.get("name"): one for one in renderer.findall("symbols/symbol")}
        for one in categories:
            options = {o.get("name"): o.get("value") for o in symbols[one.get("symbol")].iter("Option")}
            props = {p.get("k"): p.get("v") for p in symbols[one.get("symbol")].iter("prop")}
            assert options.items() >= props.items()
            assert re.fullmatch(r"(\d+,){3}255", props["color"] or "")
    assert "perlu" in style_of(layer, "id")


def test_the_page_has_the_same_colours() -> None:
    css = (WEB / "style.css").read_text("utf-8").split("prefers-color-scheme: dark")[0]
    named = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", css))
    assert {
        "error": named["error"],
        "review": named["review"],
        "info": named["info-edge"],
    } == SEVERITY_COLOURS
    assert (named["accepted"], named["none"]) == (
        VERDICT_COLOURS["accepted"],
        VERDICT_COLOURS["not_assessed"],
    )
    ramp = re.search(r"ramp: \[([^\]]+)\]", (WEB / "palette.js").read_text("utf-8"))
    assert ramp is not None and tuple(re.findall(r"#[0-9a-f]{6}", ramp[1])) == SHARE_COLOURS


def test_what_goes_out_is_for_its_owner_alone(geopackage: Path) -> None:
    assert geopackage.stat().st_mode & 0o777 == 0o600
