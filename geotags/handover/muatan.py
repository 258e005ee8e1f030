"""The muatan table: the counts of records summed per building, then per sub-SLS of a release.

A record counts where its own point lies, so that the table is the sum of the GS file's rows by area. What
lies in no area is neither guessed nor dropped: it is the last row, with an empty code. Every count that
goes in comes out, and ``make_muatan`` proves it each time.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TextIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.engine import subject_of
from geo.frame import Frame, Layer
from geo.levels import Level
from geo.ruleset import Ruleset
from geo.text import Language
from geotags.handover.counts import COUNTS, FAULTY, MuatanFault, check_sums
from geotags.handover.gs import looked_up_at
from geotags.handover.overlay import codes_at, locate
from geotags.handover.periods import short_period
from geotags.handover.records import LEVEL, SCHEME, Records, accepted_places
from geotags.handover.writing import require_output, write_whole

ENDINGS = (".csv",)
TABLE_COUNTS = ("kk", "btt", "bttk", "bku", "bbtt_nonusaha", "usaha")
"""The counts in the order of the muatan table, which is not that of the GS file."""

_CODE_COLUMNS = {
    "kdprov": Level.PROV,
    "kdkab": Level.KAB,
    "kdkec": Level.KEC,
    "kddesa": Level.DESA,
    "kdsls": Level.SLS,
}
_AREA_COLUMNS = (
    "kdprov", "nmprov", "kdkab", "nmkab", "kdkec", "nmkec", "kddesa", "nmdesa", "kdsls", "nmsls",
)  # fmt: skip

PerBuilding = Literal["sum", "once"]
"""How the records of a building make its counts. ``sum``: all are
added. ``once``: kk, bku and usaha are added, but a building is counted once: the least btt, the greatest
bttk and bbtt_nonusaha of its records, as the office's own script takes them where every record repeats its
building's kind."""

_ONCE: dict[str, Any] = {"btt": np.minimum, "bttk": np.maximum, "bbtt_nonusaha": np.maximum}


@dataclass(frozen=True, eq=False)
class MuatanTable:
    """The table and how it adds up. All arrays of counts are in the order of ``COUNTS``.

    ``areas`` holds, for each of m sub-SLS in the order of their codes, its code and ``_AREA_COLUMNS``;
    ``sums`` is int64 (m, 6). ``given`` = ``sums`` over all areas + ``in_no_area`` + ``repeated``, each of
    shape (6,).
    """

    period: str
    areas: list[tuple[str, ...]]
    sums: NDArray[np.int64]
    given: NDArray[np.int64]
    in_no_area: NDArray[np.int64]
    repeated: NDArray[np.int64]
    """What records of one building repeat, which ``once`` does not count again; zeros for ``sum``."""
    records_in_no_area: int
    buildings: int
    buildings_in_two_areas: int
    records_without_building: int
    withheld: int
    """Sub-SLS codes that the release withholds and that are therefore not listed."""
    faults: list[MuatanFault]

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the columns, in their order."""
        return (f"idsubsls_{short_period(self.period)}", *_AREA_COLUMNS, *TABLE_COUNTS)


def make_muatan(
    records: Records,
    next_frame: Frame,
    period: str,
    accepted: Mapping[str, tuple[float, float]] | None = None,
    per_building: PerBuilding = "sum",
) -> MuatanTable:
    """Sum the counts of records over the sub-SLS of ``next_frame``, which is of ``period``.

    ``accepted`` is as in ``make_gs``. Buildings are told apart by ``unique_bang``; a record without one is a
    building of its own in the sums, and no rule is checked for it. Raises ``ArithmeticError`` if the counts
    do not add up, which would be a fault of the program.
    """
    short_period(period)
    if (records.counts == FAULTY).any():
        raise ValueError("records whose counts could not be read must be put aside first")
    areas = sorted(area for _, layer in next_frame.layers(LEVEL) for area in _areas_of(layer))
    codes = [area[0] for area in areas]
    area = _areas_at(records, next_frame, codes, accepted or {})
    building, numbers = _buildings_of(records)
    # One number for building and area, in which 0 stands for no area.
    pairs, counted = _sum_groups(building * (len(areas) + 1) + area + 1, records.counts, per_building)
    sums = np.zeros((len(areas) + 1, len(COUNTS)), np.int64)
    np.add.at(sums, pairs % (len(areas) + 1), counted)
    in_no_area, listed = sums[0], sums[1:]
    given = records.counts.sum(axis=0)
    repeated = given - counted.sum(axis=0)
    _require_balance(given, listed.sum(axis=0) + in_no_area + repeated, repeated, per_building)
    numbered = building < len(numbers)
    per_number, of_number = _sum_groups(building[numbered], records.counts[numbered], per_building)
    return MuatanTable(
        period=period,
        areas=areas,
        sums=listed,
        given=given,
        in_no_area=in_no_area,
        repeated=repeated,
        records_in_no_area=int((area < 0).sum()),
        buildings=len(numbers),
        buildings_in_two_areas=_in_two_areas(pairs, len(areas) + 1, len(numbers)),
        records_without_building=int((building >= len(numbers)).sum()),
        withheld=sum(SCHEME.is_code(code, LEVEL) for code in next_frame.withheld),
        faults=check_sums("subsls", codes, listed)
        + check_sums("building", [numbers[i] for i in per_number.tolist()], of_number),
    )


def _require_balance(
    given: NDArray[np.int64], out: NDArray[np.int64], repeated: NDArray[np.int64], per_building: PerBuilding
) -> None:
    if not np.array_equal(given, out) or (per_building == "sum" and repeated.any()):
        raise ArithmeticError("the counts of the muatan table do not add up")


def _areas_of(layer: Layer) -> list[tuple[str, ...]]:
    """Code and ``_AREA_COLUMNS`` of each area: codes cut from its own, names of its attributes or "".

    A kd column of the file is not read: layers that were dissolved keep the codes of one of their parts.
    """
    rows = []
    columns = (layer.codes.to_pylist(), layer.names.to_pylist(), layer.attributes.to_pylist())
    for code, name, text in zip(*columns, strict=True):
        known = {key.lower(): value for key, value in json.loads(text).items() if value is not None}
        known = {"nmsls": name} | known
        cells = (
            _part(code, column) if column in _CODE_COLUMNS else str(known.get(column, "")).strip()
            for column in _AREA_COLUMNS
        )
        rows.append((code, *cells))
    return rows


def _part(code: str, column: str) -> str:
    """What one level adds to a code: the 040 of 5105040 for kdkec."""
    level = _CODE_COLUMNS[column]
    above = SCHEME.parent_level(level)
    return code[SCHEME.widths[above] if above else 0 : SCHEME.widths[level]]


def _areas_at(
    records: Records, frame: Frame, codes: list[str], accepted: Mapping[str, tuple[float, float]]
) -> NDArray[np.int64]:
    """The position in ``codes`` of the area that each record counts in, -1 for none. Shape (n,)."""
    subject = subject_of(records.geotags, frame, LEVEL, Ruleset())
    lon, lat = looked_up_at(subject, *accepted_places(records, accepted))
    segment, row, _ = locate(frame, LEVEL, lon, lat, records.geotags.assigned_area)
    found = pc.index_in(codes_at(frame, LEVEL, segment, row), value_set=pa.array(codes, pa.string()))
    return np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), np.int64)


def _buildings_of(records: Records) -> tuple[NDArray[np.int64], list[str]]:
    """A number per record, the same within a building, and the ``unique_bang`` of the first of them.

    Records without one get numbers of their own after those.
    """
    named = pc.if_else(pc.equal(records.unique_bang, ""), None, records.unique_bang).dictionary_encode()
    numbers = named.dictionary.to_pylist()
    building = np.array(pc.fill_null(named.indices, -1).to_numpy(zero_copy_only=False), np.int64)
    alone = np.flatnonzero(building < 0)
    building[alone] = len(numbers) + np.arange(len(alone))
    return building, numbers


def _sum_groups(
    keys: NDArray[np.int64], counts: NDArray[np.int64], per_building: PerBuilding
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The g different ``keys``, ascending, and their counts, int64 (g, 6)."""
    if not len(keys):
        return keys, counts
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.diff(keys[order], prepend=keys[order[0]] - 1))
    sums = np.add.reduceat(counts[order], starts, axis=0)
    if per_building == "once":
        for column, name in enumerate(COUNTS):
            if name in _ONCE:
                sums[:, column] = _ONCE[name].reduceat(counts[order, column], starts)
    return keys[order][starts], sums


def _in_two_areas(pairs: NDArray[np.int64], width: int, n_buildings: int) -> int:
    """How many buildings have records in more than one area."""
    placed = pairs[(pairs % width > 0) & (pairs // width < n_buildings)] // width
    return int((np.bincount(placed) > 1).sum())


def write_muatan(table: MuatanTable, path: Path) -> None:
    """Write the table as CSV, whole or not at all.

    Every sub-SLS of the release has a row, also one without any count. Where records lie in no area, the
    last row has an empty code and their counts.
    """
    require_output(path, ENDINGS)
    of_count = [COUNTS.index(name) for name in TABLE_COUNTS]

    def write(stream: TextIO) -> None:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(table.fields)
        for area, sums in zip(table.areas, table.sums[:, of_count].tolist(), strict=True):
            out.writerow([*area, *sums])
        if table.records_in_no_area:
            out.writerow([""] * (1 + len(_AREA_COLUMNS)) + table.in_no_area[of_count].tolist())

    write_whole(path, write)


def write_faults(table: MuatanTable, path: Path, language: Language) -> None:
    """Write every sum that breaks a rule, one row each, as CSV."""
    require_output(path, ENDINGS)

    def write(stream: TextIO) -> None:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(["level", "key", "rule", "severity", "message"])
        for fault in table.faults:
            said = fault.message.say(language)
            out.writerow([fault.level, fault.key, fault.rule, fault.severity.word, said])

    write_whole(path, write)
