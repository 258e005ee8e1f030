"""How QGIS shows results: a style file for each layer, and the same inside the GeoPackage, where it is found.

QGIS takes the style of a GeoPackage's layer from its table ``layer_styles``; the QML files beside it are for
layers that somebody copied elsewhere. Format: the QML of QGIS 3, symbols as key and value.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as xml

from geo.text import Language, Text
from geotags.palette import SEVERITY_COLOURS, VERDICT_COLOURS

_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_VERSION = "3.22.0"
_WORDS: dict[str, Text] = {
    "accepted": Text(en="accepted", id="diterima"),
    "not_assessed": Text(en="not assessed", id="tidak dinilai"),
    "review": Text(en="to look at", id="perlu dilihat"),
    "rejected": Text(en="to send back", id="perlu dikembalikan"),
    "info": Text(en="information", id="informasi"),
    "error": Text(en="error", id="galat"),
}
_SIZE_MM = {"accepted": 1.6, "not_assessed": 2.0, "info": 1.8}
_LAYERS: dict[str, tuple[str, Mapping[str, str]]] = {
    "geotags": ("verdict", VERDICT_COLOURS),
    # The worst is drawn last, above the others.
    "findings": ("severity", dict(reversed(SEVERITY_COLOURS.items()))),
}


def write_styles(geopackage: Path, language: Language) -> list[Path]:
    """Give the layers of a GeoPackage their styles, and write those beside it. Returns the files."""
    with sqlite3.connect(geopackage) as database:
        known = {name for (name,) in database.execute("SELECT table_name FROM gpkg_contents")}
        styles = {layer: style_of(layer, language) for layer in _LAYERS if layer in known}
        _store(database, styles)
    database.close()
    written = []
    for layer, style in styles.items():
        path = style_path(geopackage, layer)
        path.write_text(style, "utf-8")
        written.append(path)
    return written


def style_path(geopackage: Path, layer: str) -> Path:
    """Not the name of the GeoPackage itself: QGIS would use that style for every layer."""
    return geopackage.with_suffix(f".{layer}.qml")


def style_of(layer: str, language: Language) -> str:
    """Circles by verdict or severity, as the text of a QML file."""
    attribute, colours = _LAYERS[layer]
    root = xml.Element("qgis", version=_VERSION, styleCategories="Symbology")
    renderer = xml.SubElement(
        root, "renderer-v2", type="categorizedSymbol", attr=attribute, symbollevels="1", enableorderby="0"
    )
    categories, symbols = xml.SubElement(renderer, "categories"), xml.SubElement(renderer, "symbols")
    for number, (value, colour) in enumerate(colours.items()):
        xml.SubElement(
            categories,
            "category",
            symbol=str(number),
            value=value,
            label=_WORDS[value].say(language),
            render="true",
        )
        symbol = xml.SubElement(symbols, "symbol", type="marker", name=str(number), alpha="1")
        circle = xml.SubElement(
            symbol, "layer", {"class": "SimpleMarker"}, enabled="1", locked="0", **{"pass": str(number)}
        )
        options = {
            "name": "circle",
            "color": _rgba(colour),
            "outline_color": "255,255,255,255",
            "outline_width": "0.2",
            "outline_width_unit": "MM",
            "size": str(_SIZE_MM.get(value, 2.6)),
            "size_unit": "MM",
        }
        given = xml.SubElement(circle, "Option", type="Map")
        for name, text in options.items():
            xml.SubElement(given, "Option", type="QString", name=name, value=text)
            xml.SubElement(circle, "prop", k=name, v=text)  # what QGIS before 3.26 reads
    xml.SubElement(root, "layerGeometryType").text = "0"
    xml.indent(root)
    return _DOCTYPE + xml.tostring(root, "unicode") + "\n"


def _rgba(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},255"


# As QGIS makes it (QgsOgrProviderMetadata::saveStyle); it must be there whole to be read.
_TABLE = """
CREATE TABLE IF NOT EXISTS layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
    f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
    update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
)"""
_CONTENT = (
    "INSERT OR IGNORE INTO gpkg_contents (table_name, data_type, identifier) "
    "VALUES ('layer_styles', 'attributes', 'layer_styles')"
)
_STYLE = (
    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
    "styleQML, styleSLD, useAsDefault, description, owner) "
    "SELECT '', '', table_name, column_name, 'patok', ?, '', 1, '', '' "
    "FROM gpkg_geometry_columns WHERE table_name = ?"
)


def _store(database: sqlite3.Connection, styles: Mapping[str, str]) -> None:
    database.execute(_TABLE)
    database.execute(_CONTENT)
    database.executemany(_STYLE, [(style, layer) for layer, style in styles.items()])
