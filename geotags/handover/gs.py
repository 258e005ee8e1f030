"""The GS file: one point per record with its counts, the area it lies in at the next period, and how it lies.

The original position is kept, always. The edited one is that of a proposal which a person accepted, and
empty for everybody else: Patok moves no point.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Literal, TextIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.checks.outside import clearly_outside
from geo.checks.protocol import Subject
from geo.engine import subject_of
from geo.frame import Frame
from geo.membership import Undecided
from geo.ruleset import Ruleset
from geo.text import Text
from geotags.handover.counts import COUNTS, FAULTY, whole_numbers
from geotags.handover.overlay import codes_at, locate
from geotags.handover.periods import short_period
from geotags.handover.records import LEVEL, Records, accepted_places
from geotags.handover.writing import require_output, write_whole

ENDINGS = (".geojson", ".csv")
_ROWS_AT_ONCE = 10_000


class Flag(IntEnum):
    """How a record's position lies; the words of ``flag_position``, and no others."""

    SESUAI = 0
    PERLU_DILIHAT = 1
    DI_LUAR = 2
    TIDAK_DI_WILAYAH = 3
    TIDAK_DINILAI = 4
    TANPA_KOORDINAT = 5
    USULAN_DITERIMA = 6

    @property
    def word(self) -> str:
        """The word in the file."""
        return self.name.lower()


FLAGS: dict[Flag, Text] = {
    Flag.SESUAI: Text(
        en="in its assigned area or on its border",
        id="di dalam wilayah tugasnya atau tepat di batasnya",
    ),
    Flag.PERLU_DILIHAT: Text(
        en="just outside; the accuracy of the fix may explain it",
        id="sedikit di luar; mungkin karena akurasi GPS",
    ),
    Flag.DI_LUAR: Text(
        en="outside its assigned area, in another",
        id="di luar wilayah tugasnya, di wilayah lain",
    ),
    Flag.TIDAK_DI_WILAYAH: Text(
        en="outside its assigned area and in no other",
        id="di luar wilayah tugasnya dan tidak di wilayah mana pun",
    ),
    Flag.TIDAK_DINILAI: Text(
        en="not assessed: the release has no outline of the assigned area",
        id="tidak dinilai: rilis tidak memuat batas wilayah tugasnya",
    ),
    Flag.TANPA_KOORDINAT: Text(
        en="without a usable coordinate",
        id="tanpa koordinat yang dapat dipakai",
    ),
    Flag.USULAN_DITERIMA: Text(
        en="a proposed position was accepted; it is the edited one",
        id="usulan posisi diterima; itulah posisi edited",
    ),
}

FlagForm = Literal["words", "numbers"]
"""``words`` are those of ``Flag``; ``numbers`` what the office's own
script writes: 1 where the edited position differs from the original, else 0."""


@dataclass(frozen=True, eq=False)
class GsTable:
    """What the GS file holds, by column; n records. ``lon`` and ``lat`` of proposals are NaN where none."""

    records: Records
    period: str
    usable: NDArray[np.bool_]
    flag: NDArray[np.uint8]
    area_code: pa.StringArray
    edited_lon: NDArray[np.float64]
    edited_lat: NDArray[np.float64]

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the columns, in their order."""
        return gs_fields(self.period)

    def counts_by_flag(self) -> dict[Flag, int]:
        """How many records each flag has; flags that none has too."""
        counted = np.bincount(self.flag, minlength=len(Flag)).tolist()
        return {flag: counted[flag] for flag in Flag}

    @property
    def in_no_area(self) -> int:
        """Records whose area at the next period is empty."""
        return int(np.count_nonzero(pc.equal(self.area_code, "").to_numpy(zero_copy_only=False)))


def gs_fields(period: str) -> tuple[str, ...]:
    """The columns of a GS file; ``period`` (``2026_1``) names the fifth."""
    return (
        "id_assignment",
        "unique_bang",
        "flag_position",
        "idsubsls_origin",
        f"idsubsls_{short_period(period)}",
        "latitude_origin",
        "longitude_origin",
        "latitude_edited",
        "longitude_edited",
        "no_bang",
        "kode_bang_value",
        *COUNTS,
    )


def make_gs(
    records: Records,
    frame: Frame,
    next_frame: Frame,
    period: str,
    accepted: Mapping[str, tuple[float, float]] | None = None,
) -> GsTable:
    """Judge records against ``frame``, which has their assigned areas, and look them up in ``next_frame``.

    Both may be the same release; ``period`` is that of ``next_frame``. ``accepted`` maps an ``item_id`` to
    the longitude and latitude that a person accepted for it; such a record is looked up there.
    """
    short_period(period)
    subject = subject_of(records.geotags, frame, LEVEL, Ruleset())
    edited_lon, edited_lat = accepted_places(records, accepted or {})
    lon, lat = looked_up_at(subject, edited_lon, edited_lat)
    segment, row, _ = locate(next_frame, LEVEL, lon, lat, records.geotags.assigned_area)
    return GsTable(
        records=records,
        period=period,
        usable=subject.usable,
        flag=_flags(subject, np.isfinite(edited_lon)),
        area_code=codes_at(next_frame, LEVEL, segment, row),
        edited_lon=edited_lon,
        edited_lat=edited_lat,
    )


def looked_up_at(
    subject: Subject, edited_lon: NDArray[np.float64], edited_lat: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where to look up each record: at its accepted proposal, else where it was reported; NaN for none."""
    is_edited, geotags = np.isfinite(edited_lon), subject.geotags
    return (
        np.where(is_edited, edited_lon, np.where(subject.usable, geotags.lon, np.nan)),
        np.where(is_edited, edited_lat, np.where(subject.usable, geotags.lat, np.nan)),
    )


def _flags(subject: Subject, is_edited: NDArray[np.bool_]) -> NDArray[np.uint8]:
    membership = subject.membership
    flag = np.full(len(is_edited), Flag.SESUAI, np.uint8)
    flag[membership.distance_m < 0] = Flag.PERLU_DILIHAT
    far = np.flatnonzero(clearly_outside(subject))
    _, _, areas = locate(subject.frame, LEVEL, subject.geotags.lon[far], subject.geotags.lat[far])
    flag[far] = np.where(areas > 0, Flag.DI_LUAR, Flag.TIDAK_DI_WILAYAH)
    flag[membership.undecided != Undecided.DECIDED] = Flag.TIDAK_DINILAI
    flag[~subject.usable] = Flag.TANPA_KOORDINAT
    flag[is_edited] = Flag.USULAN_DITERIMA
    return flag


Cell = str | int | float | None
"""A value of the file. Every float is a coordinate in degrees, and every coordinate is a float."""


def gs_rows(table: GsTable, flags: FlagForm = "words") -> Iterator[tuple[Cell, ...]]:
    """The rows of the file in the order of the records, made a few thousand at a time."""
    numbers = (_are_numbers(table.records.geotags.building_no), _are_numbers(table.records.kind))
    for start in range(0, len(table.records), _ROWS_AT_ONCE):
        yield from zip(*_columns(table, slice(start, start + _ROWS_AT_ONCE), flags, numbers), strict=True)


def _columns(table: GsTable, part: slice, flags: FlagForm, numbers: tuple[bool, bool]) -> list[list[Cell]]:
    records, geotags = table.records, table.records.geotags
    n = len(table.flag[part])

    def texts(column: pa.StringArray) -> list[Cell]:
        return column.slice(part.start, n).to_pylist()  # type: ignore[no-any-return]

    given = [Flag(flag) for flag in table.flag[part].tolist()]
    in_words = flags == "words"
    return [
        texts(geotags.item_id),
        texts(records.unique_bang),
        [flag.word if in_words else int(flag == Flag.USULAN_DITERIMA) for flag in given],
        texts(geotags.assigned_area),
        texts(table.area_code),
        *(_degrees(axis[part]) for axis in (geotags.lat, geotags.lon, table.edited_lat, table.edited_lon)),
        _given(geotags.building_no.slice(part.start, n), as_numbers=numbers[0]),
        _given(records.kind.slice(part.start, n), as_numbers=numbers[1]),
        *(column.tolist() for column in records.counts[part].T),
    ]


def _degrees(axis: NDArray[np.float64]) -> list[Cell]:
    return [value if value == value else None for value in axis.tolist()]


def _given(texts: pa.StringArray, *, as_numbers: bool) -> list[Cell]:
    if not as_numbers:
        return [text or None for text in texts.to_pylist()]
    numbers, _ = whole_numbers(texts)
    return [number if number != FAULTY else None for number in numbers.tolist()]


def _are_numbers(texts: pa.StringArray) -> bool:
    """Whether a column can be written as whole numbers: one text among them makes all of them texts."""
    numbers, blank = whole_numbers(texts)
    return bool(((numbers != FAULTY) | blank).all())


def write_gs(table: GsTable, path: Path, flags: FlagForm = "words") -> None:
    """Write GeoJSON (RFC 7946, WGS 84) or CSV, by the ending; whole or not at all, row by row.

    The geometry of a record is its original position, null where that is unusable. Coordinates have seven
    decimals, a centimetre.
    """
    require_output(path, ENDINGS)
    write_whole(path, _WRITERS[path.suffix.lower()](table, flags))


def _as_geojson(table: GsTable, flags: FlagForm) -> Callable[[TextIO], None]:
    names = [json.dumps(name) for name in table.fields]
    lat, lon = table.fields.index("latitude_origin"), table.fields.index("longitude_origin")

    def write(stream: TextIO) -> None:
        stream.write('{"type":"FeatureCollection","features":[')
        comma = "\n"
        for row, usable in zip(gs_rows(table, flags), table.usable.tolist(), strict=True):
            cells = [_as_json(cell) for cell in row]
            properties = ",".join(f"{name}:{cell}" for name, cell in zip(names, cells, strict=True))
            place = f'{{"type":"Point","coordinates":[{cells[lon]},{cells[lat]}]}}' if usable else "null"
            stream.write(f'{comma}{{"type":"Feature","properties":{{{properties}}},"geometry":{place}}}')
            comma = ",\n"
        stream.write("\n]}\n")

    return write


def _as_csv(table: GsTable, flags: FlagForm) -> Callable[[TextIO], None]:
    def write(stream: TextIO) -> None:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(table.fields)
        for row in gs_rows(table, flags):
            out.writerow([f"{cell:.7f}" if isinstance(cell, float) else cell for cell in row])

    return write


def _as_json(cell: Cell) -> str:
    if isinstance(cell, float):
        return f"{cell:.7f}"
    return json.dumps(cell, ensure_ascii=False)


_WRITERS: dict[str, Callable[[GsTable, FlagForm], Callable[[TextIO], None]]] = {
    ".geojson": _as_geojson,
    ".csv": _as_csv,
}
