"""Results and findings of a bulk check as files, written piece by piece, there whole or not at all.

GeoPackage holds both as layers. The other formats have a second file for the findings,
``NAME.findings.ENDING``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from pyproj import CRS

from geo.checks.protocol import Severity
from geo.errors import FormatUnknown, ValueRefused
from geotags.bulk.scratch import appearing
from geotags.exports import OUTPUT, WITH_SPACE, private_files, require_writable

_SEVERITIES = pa.array(["", *(severity.word for severity in Severity)])
_LAYERS = ("geotags", "findings", "rollups")


class Sink(Protocol):
    """A file that takes tables of one schema, one after the other."""

    def write(self, table: pa.Table) -> None: ...

    def close(self) -> None: ...


class BulkWriter:
    """Gives every piece its final columns and hands it on."""

    def __init__(
        self,
        results: Sink,
        findings: Sink,
        open_roll_ups: Callable[[], Sink],
        constants: dict[str, Any],
        *,
        brief: bool,
    ) -> None:
        self._results, self._findings, self._open_roll_ups = results, findings, open_roll_ups
        self._constants, self._brief = constants, brief

    def write(self, results: pa.Table, findings: pa.Table) -> None:
        """Write one piece."""
        if not self._brief:
            for name, value in self._constants.items():
                results = results.append_column(name, pa.repeat(value, results.num_rows))
            results = results.append_column("messages", _messages(results, findings))
        self._results.write(results.drop_columns(["id", *(["not_assessed"] if self._brief else [])]))
        self._findings.write(_final_findings(results, findings))

    def write_roll_ups(self, found: pa.Table) -> None:
        """Write the findings about enumerators, areas and households of the roster, once."""
        severity = _SEVERITIES.take(found.column("severity").combine_chunks())
        at = found.schema.get_field_index("severity")
        sink = self._open_roll_ups()
        sink.write(found.set_column(at, "severity", severity))
        sink.close()


def _messages(results: pa.Table, findings: pa.Table) -> pa.Array:
    """The messages of each geotag as one text; findings are in the order of the geotags."""
    ids = findings.column("id").to_numpy()
    offsets = np.searchsorted(ids, np.r_[results.column("id").to_numpy(), np.iinfo(np.int64).max])
    lists = pa.ListArray.from_arrays(
        pa.array(offsets.astype(np.int32)), findings.column("message").combine_chunks()
    )
    return pc.binary_join(lists, " ")


def _final_findings(results: pa.Table, findings: pa.Table) -> pa.Table:
    rows = findings.column("id").to_numpy() - (results.column("id")[0].as_py() if results.num_rows else 0)
    names = [
        name
        for name in ("file", "file_row", "item_id", "assigned_area", "longitude", "latitude")
        if name in results.column_names
    ]
    told = results.select(names).take(pa.array(rows))
    for name in ("code", "check_version", "severity", "distance_m", "probability", "message", "remedy"):
        column = findings.column(name)
        if name == "severity":
            column = pa.chunked_array([_SEVERITIES.take(column.combine_chunks())])
        told = told.append_column(name, column)
    return told.append_column("evidence", findings.column("evidence"))


def require_output(path: Path, inputs: Iterable[Path] = ()) -> None:
    """Raise, before any work is done, what ``geotags.exports.require_writable`` raises for an output."""
    if path.suffix.lower() not in SINKS:
        raise FormatUnknown(file=path.name, known=", ".join(SINKS))
    require_writable(path, inputs)


@contextmanager
def writing(path: Path, constants: dict[str, Any], *, brief: bool = False) -> Iterator[BulkWriter]:
    """The writer for an output. Raises ``FormatUnknown``, and ``ValueRefused`` where it cannot be written."""
    ending = path.suffix.lower()
    if ending not in SINKS:
        raise FormatUnknown(file=path.name, known=", ".join(SINKS))
    try:
        with private_files(), ExitStack() as files:
            results, findings, open_roll_ups = SINKS[ending](files, path)
            yield BulkWriter(results, findings, open_roll_ups, constants, brief=brief)
    except OSError as error:
        raise ValueRefused(where=OUTPUT, value=str(path), wanted=WITH_SPACE) from error


def findings_path(path: Path) -> Path:
    """Where the findings stand beside the results; the same file for GeoPackage."""
    return path if path.suffix.lower() == ".gpkg" else path.with_suffix(f".findings{path.suffix}")


def roll_ups_path(path: Path) -> Path:
    """Where the findings of roll-ups stand; the same file for GeoPackage."""
    return path if path.suffix.lower() == ".gpkg" else path.with_suffix(f".rollups{path.suffix}")


Sinks = tuple[Sink, Sink, Callable[[], Sink]]
"""For results, for findings and, opened when there are some, for roll-ups."""


def _files(make: Callable[[Path], Sink]) -> Callable[[ExitStack, Path], Sinks]:
    def sinks(files: ExitStack, path: Path) -> Sinks:
        def opened(one: Path) -> Sink:
            sink = make(files.enter_context(appearing(one)))
            files.callback(sink.close)
            return sink

        # Of an earlier run nothing may stand beside the new results.
        roll_ups_path(path).unlink(missing_ok=True)
        return opened(path), opened(findings_path(path)), lambda: opened(roll_ups_path(path))

    return sinks


def _with_geometry(table: pa.Table) -> pa.Table:
    """Longitude and latitude once more as a point in well-known binary; null where they are empty."""
    lon, lat = table.column("longitude").to_numpy(), table.column("latitude").to_numpy()
    wkb = np.zeros(len(lon), [("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])
    wkb["order"], wkb["kind"], wkb["x"], wkb["y"] = 1, 1, lon, lat
    size = wkb.dtype.itemsize
    points = pa.Array.from_buffers(
        pa.binary(),
        len(lon),
        [
            None,
            pa.py_buffer(np.arange(0, size * (len(lon) + 1), size, np.int32)),
            pa.py_buffer(wkb.tobytes()),
        ],
    )
    return table.append_column("geometry", pc.if_else(pa.array(np.isfinite(lon)), points, None))


@cache
def _geo_metadata() -> str:
    """GeoParquet 1.1: points as WKB, longitude and latitude on WGS 84."""
    column = {"encoding": "WKB", "geometry_types": ["Point"], "crs": CRS("EPSG:4326").to_json_dict()}
    return json.dumps({"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}})


class _Parquet:
    def __init__(self, path: Path) -> None:
        self._path, self._writer = path, None

    def write(self, table: pa.Table) -> None:
        if "longitude" in table.column_names:
            table = _with_geometry(table)
            table = table.replace_schema_metadata({"geo": _geo_metadata()})
        if self._writer is None:
            # Of other columns most values differ: a dictionary of them is work for nothing.
            encoded = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
            self._writer = pq.ParquetWriter(
                self._path, table.schema, compression="lz4", use_dictionary=encoded or False
            )
        self._writer.write_table(table)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


class _Csv:
    def __init__(self, path: Path) -> None:
        self._path, self._writer = path, None

    def write(self, table: pa.Table) -> None:
        table = _plain(table)
        if self._writer is None:
            options = pa_csv.WriteOptions(quoting_style="needed")
            self._writer = pa_csv.CSVWriter(self._path, table.schema, write_options=options)
        self._writer.write_table(table)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


class _GeoJson:
    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")
        self._file.write('{"type": "FeatureCollection", "features": [')
        self._between = "\n"

    def write(self, table: pa.Table) -> None:
        for properties in _plain(table).to_pylist():
            place = [properties.pop(axis, None) for axis in ("longitude", "latitude")]
            geometry = {"type": "Point", "coordinates": place} if None not in place else None
            feature = {"type": "Feature", "geometry": geometry, "properties": properties}
            self._file.write(self._between + json.dumps(feature, ensure_ascii=False))
            self._between = ",\n"

    def close(self) -> None:
        if not self._file.closed:
            self._file.write("\n]}\n")
            self._file.close()


def _plain(table: pa.Table) -> pa.Table:
    """Without dictionaries; null in place of what is no number."""
    for i, field in enumerate(table.schema):
        column = table.column(i)
        if pa.types.is_dictionary(field.type):
            table = table.set_column(i, field.name, pc.cast(column, field.type.value_type))
        elif pa.types.is_floating(field.type):
            table = table.set_column(i, field.name, pc.if_else(pc.is_nan(column), None, column))
    return table


class _Layer:
    def __init__(self, path: Path, layer: str) -> None:
        self._path, self._layer, self._append = path, layer, False

    def write(self, table: pa.Table) -> None:
        import pyogrio

        table, place = _plain(table), {}
        if "longitude" in table.column_names:
            table = _with_geometry(table)
            place = {"geometry_name": "geometry", "geometry_type": "Point", "crs": "EPSG:4326"}
        pyogrio.write_arrow(table, self._path, layer=self._layer, driver="GPKG", append=self._append, **place)
        self._append = True

    def close(self) -> None:
        pass


def _geopackage(files: ExitStack, path: Path) -> Sinks:
    unfinished = files.enter_context(appearing(path))
    results, findings, roll_ups = (_Layer(unfinished, layer) for layer in _LAYERS)
    return results, findings, lambda: roll_ups


SINKS: dict[str, Callable[[ExitStack, Path], Sinks]] = {
    ".parquet": _files(_Parquet),
    ".csv": _files(_Csv),
    ".geojson": _files(_GeoJson),
    ".gpkg": _geopackage,
}
