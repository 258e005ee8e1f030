"""Results of a check as a file: one row per geotag, and for GeoPackage a layer of findings."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

from geo.engine import Checked, Verdict
from geo.errors import FormatUnknown, ValueRefused
from geo.text import Language, Text

_WGS84 = "EPSG:4326"
OUTPUT = Text(en="output", id="keluaran")
WRITABLE = Text(
    en="a file in a folder that is there and can be written to",
    id="berkas dalam folder yang ada dan dapat ditulisi",
)

WITH_SPACE = Text(
    en="a file on a disk that is not full and can be written to",
    id="berkas pada disk yang tidak penuh dan dapat ditulisi",
)
NO_INPUT = Text(en="a file that is none of the inputs", id="berkas yang bukan salah satu masukan")


def checked_table(checked: Checked, language: Language, first_row: int = 1) -> pd.DataFrame:
    """One row per geotag in the order given: what was claimed, the verdict, and the findings in words."""
    geotags, membership = checked.subject.geotags, checked.membership
    n = len(geotags)
    codes: list[list[str]] = [[] for _ in range(n)]
    messages: list[list[str]] = [[] for _ in range(n)]
    for finding in checked.findings():
        codes[finding.row].append(finding.check.code)
        messages[finding.row].append(finding.check.say(language, finding.evidence))
    return pd.DataFrame(
        {
            "file_row": np.arange(first_row, first_row + n),
            "item_id": geotags.item_id.to_pylist(),
            "household_key": geotags.household_key.to_pylist(),
            "building_no": geotags.building_no.to_pylist(),
            "assigned_area": geotags.assigned_area.to_pylist(),
            "longitude": np.where(checked.subject.usable, geotags.lon, np.nan),
            "latitude": np.where(checked.subject.usable, geotags.lat, np.nan),
            "accuracy_m": geotags.accuracy_m,
            "release": checked.subject.frame.release,
            "ruleset": checked.ruleset.name,
            "ruleset_version": checked.ruleset.version,
            "verdict": [Verdict(verdict).word for verdict in checked.verdicts().tolist()],
            "distance_m": np.round(membership.distance_m, 2),
            "probability": np.round(membership.probability, 6),
            "findings": [";".join(some) for some in codes],
            "messages": [" ".join(some) for some in messages],
        }
    )


def findings_table(checked: Checked, language: Language, first_row: int = 1) -> pd.DataFrame:
    """One row per finding, with its evidence as JSON."""
    geotags = checked.subject.geotags
    rows = [
        {
            "file_row": first_row + finding.row,
            "item_id": geotags.item_id[finding.row].as_py(),
            "assigned_area": geotags.assigned_area[finding.row].as_py(),
            "code": finding.check.code,
            "severity": finding.severity.word,
            "ruleset": checked.ruleset.name,
            "ruleset_version": checked.ruleset.version,
            "distance_m": finding.distance_m,
            "probability": finding.probability,
            "message": finding.check.say(language, finding.evidence),
            "remedy": finding.check.remedy.say(language),
            "evidence": json.dumps(finding.evidence, ensure_ascii=False),
            "longitude": geotags.lon[finding.row] if checked.subject.usable[finding.row] else np.nan,
            "latitude": geotags.lat[finding.row] if checked.subject.usable[finding.row] else np.nan,
        }
        for finding in checked.findings()
    ]
    return pd.DataFrame(rows, columns=FINDING_COLUMNS)


FINDING_COLUMNS = [
    "file_row",
    "item_id",
    "assigned_area",
    "code",
    "severity",
    "ruleset",
    "ruleset_version",
    "distance_m",
    "probability",
    "message",
    "remedy",
    "evidence",
    "longitude",
    "latitude",
]


def write_checked(checked: Checked, path: Path, language: Language, first_row: int = 1) -> None:
    """Write the results of a check; GeoPackage gets a second layer with the findings."""
    layers = {"geotags": checked_table(checked, language, first_row)}
    if path.suffix.lower() == ".gpkg":
        layers["findings"] = findings_table(checked, language, first_row)
    write_layers(layers, path)


@contextmanager
def private_files() -> Iterator[None]:
    """Files made within hold household coordinates: whoever made them decides who else may read them."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def require_writable(path: Path, inputs: Iterable[Path] = (), endings: Iterable[str] | None = None) -> None:
    """Raise ``FormatUnknown`` for another ending than those of ``WRITERS``, before any work is done.

    Raises ``ValueRefused`` where its folder is not there or nothing can be written into it, and where it
    is one of the files that are read: an original stays.
    """
    known = tuple(WRITERS if endings is None else endings)
    if path.suffix.lower() not in known:
        raise FormatUnknown(file=path.name, known=", ".join(known))
    if path.is_dir() or not os.access(path.parent, os.W_OK | os.X_OK):
        raise ValueRefused(where=OUTPUT, value=str(path), wanted=WRITABLE)
    if path.exists() and any(one.exists() and path.samefile(one) for one in inputs):
        raise ValueRefused(where=OUTPUT, value=str(path), wanted=NO_INPUT)


def write_layers(layers: dict[str, pd.DataFrame], path: Path) -> None:
    """Write tables with ``longitude`` and ``latitude``; only GeoPackage holds more than the first.

    The file appears whole or not at all, replacing an older one.
    """
    require_writable(path)
    try:
        with private_files(), tempfile.TemporaryDirectory(dir=path.parent, prefix=".patok-") as scratch:
            unfinished = Path(scratch) / path.name
            WRITERS[path.suffix.lower()](layers, unfinished)
            unfinished.replace(path)
    except (OSError, DataSourceError, DataLayerError, FeatureError) as error:
        raise ValueRefused(where=OUTPUT, value=str(path), wanted=WITH_SPACE) from error


def as_points(table: pd.DataFrame) -> geopandas.GeoDataFrame:
    """``longitude`` and ``latitude`` become a point in EPSG:4326; no point where they are empty."""
    places = geopandas.points_from_xy(table["longitude"], table["latitude"], crs=_WGS84)
    placed = geopandas.GeoDataFrame(table.drop(columns=["longitude", "latitude"]), geometry=places)
    placed.loc[table["longitude"].isna().to_numpy(), "geometry"] = None
    return placed


def _first(layers: dict[str, pd.DataFrame]) -> pd.DataFrame:
    return next(iter(layers.values()))


def _write_csv(layers: dict[str, pd.DataFrame], path: Path) -> None:
    _first(layers).to_csv(path, index=False)


def _write_geojson(layers: dict[str, pd.DataFrame], path: Path) -> None:
    path.write_text(as_points(_first(layers)).to_json(drop_id=True, na="null"), encoding="utf-8")


def _write_parquet(layers: dict[str, pd.DataFrame], path: Path) -> None:
    as_points(_first(layers)).to_parquet(path, index=False)


def _write_geopackage(layers: dict[str, pd.DataFrame], path: Path) -> None:
    for name, table in layers.items():
        as_points(table).to_file(path, layer=name, driver="GPKG", engine="pyogrio")


Writer = Callable[[dict[str, pd.DataFrame], Path], Any]

WRITERS: dict[str, Writer] = {
    ".csv": _write_csv,
    ".geojson": _write_geojson,
    ".parquet": _write_parquet,
    ".gpkg": _write_geopackage,
}
