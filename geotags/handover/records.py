"""The records that are handed on: geotags with their counts, and those put aside with the reason."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.codes import SCHEMES, CodeScheme
from geo.errors import ColumnMissing, ValueRefused
from geo.geotags import Geotags
from geo.levels import Level
from geo.text import Language, Text
from geotags.formats.raw import NO_ROWS, RawGeotags, unreadable
from geotags.formats.registry import read_raw
from geotags.handover.counts import COUNTS, FAULTY, CountFault, read_counts, trimmed_texts, whole_numbers
from geotags.handover.writing import write_whole
from geotags.intake import understand

SCHEME: CodeScheme = SCHEMES["bps"]
LEVEL = Level.SUBSLS
"""What is handed on is by sub-SLS, and only the codes of BPS have them."""

KIND_COLUMN = "kode_bang_value"
_OWN_COLUMNS = (*COUNTS, KIND_COLUMN)

ACCEPTED = Text(en="accepted proposals", id="usulan yang diterima")
ONCE = Text(
    en="an item that the file has exactly once",
    id="item yang ada tepat satu kali dalam berkas",
)
A_PLACE = Text(
    en="longitude and latitude in degrees for it",
    id="bujur dan lintang dalam derajat untuknya",
)


@dataclass(frozen=True, eq=False)
class Records:
    """The n records of a file that can be handed on, in its order; ``faults`` name the others.

    ``rows`` are their rows in the file from 0; ``counts`` is int64 (n, 6) in the order of ``COUNTS``;
    ``unique_bang`` and ``kind`` hold "" where nothing was given.
    """

    file_name: str
    raw: RawGeotags
    rows: NDArray[np.int64]
    geotags: Geotags
    counts: NDArray[np.int64]
    kind: pa.StringArray
    unique_bang: pa.StringArray
    faults: tuple[CountFault, ...]
    notes: tuple[Text, ...]
    items_aside: frozenset[str]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def n_read(self) -> int:
        """All records of the file."""
        return len(self.raw)

    @property
    def n_aside(self) -> int:
        """Those put aside: read = handed on + put aside."""
        return self.n_read - len(self)


def read_records(
    path: Path, columns: Mapping[str, str] | None = None, *, counts_needed: bool = False
) -> Records:
    """Read a file of geotags with its counts.

    ``columns`` may name the file's columns for geotags, counts and ``kode_bang_value``. Raises the errors
    of ``geotags.intake.read_geotags``, and ``ColumnMissing`` where ``counts_needed`` and no count is there:
    a table of nothing but zeros would be taken for counted.
    """
    fmt, raw = read_raw(path)
    if not len(raw):
        raise unreadable(path, fmt.name, NO_ROWS)
    return gather_records(raw, path.name, columns, counts_needed=counts_needed)


def gather_records(
    raw: RawGeotags, file_name: str, columns: Mapping[str, str] | None = None, *, counts_needed: bool = False
) -> Records:
    """The same from columns as a reader gave them; ``file_name`` is what messages name."""
    chosen = dict(columns or {})
    own = _find_own(file_name, raw, {name: chosen.pop(name) for name in _OWN_COLUMNS if name in chosen})
    if counts_needed and not any(name in own for name in COUNTS):
        raise ColumnMissing(file=file_name, wanted=COUNTS[0], looked_for=", ".join(COUNTS))
    geotags = understand(raw, file_name, SCHEME, LEVEL, chosen)
    counts = read_counts(file_name, own, len(raw))
    kept = np.flatnonzero(counts.usable)
    aside = geotags.item_id.take(pa.array(np.flatnonzero(~counts.usable)))
    kind = trimmed_texts(own.get(KIND_COLUMN, pa.array([""] * len(raw), pa.string())))
    geotags = geotags.take(kept)
    return Records(
        file_name=file_name,
        raw=raw,
        rows=kept,
        geotags=geotags,
        counts=counts.values[kept],
        kind=kind.take(pa.array(kept)),
        unique_bang=unique_buildings(geotags.assigned_area, geotags.building_no),
        faults=counts.faults,
        notes=counts.notes,
        items_aside=frozenset(aside.to_pylist()),
    )


def unique_buildings(assigned_area: pa.StringArray, building_no: pa.StringArray) -> pa.StringArray:
    """Assigned code, ``#`` and the building's number in at least four digits.

    "" for a record that names no area, and for one whose number is missing or no whole number.
    """
    numbers, blank = whole_numbers(building_no)
    known = (numbers != FAULTY) & ~blank & pc.not_equal(assigned_area, "").to_numpy(zero_copy_only=False)
    digits = pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), 4, "0")
    return pc.if_else(pa.array(known), pc.binary_join_element_wise(assigned_area, digits, "#"), "")


def accepted_places(
    records: Records, accepted: Mapping[str, tuple[float, float]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitude and latitude of the accepted proposal of each record, NaN where there is none. Shape (n,).

    ``accepted`` maps an ``item_id`` to degrees. Raises ``ValueRefused`` for one that the file does not have
    exactly once, and for a place that is none; one of a record put aside is left out with it.
    """
    lon, lat = np.full(len(records), np.nan), np.full(len(records), np.nan)
    rows_of: dict[str, list[int]] = {}
    if accepted:
        for row, item in enumerate(records.geotags.item_id.to_pylist()):
            rows_of.setdefault(item, []).append(row)
    for item, (x, y) in accepted.items():
        rows = rows_of.get(item, [])
        if not rows and item in records.items_aside:
            continue
        if len(rows) != 1:
            raise ValueRefused(where=ACCEPTED, value=item, wanted=ONCE)
        if not (-180 <= x <= 180 and -90 <= y <= 90):
            raise ValueRefused(where=ACCEPTED, value=item, wanted=A_PLACE)
        lon[rows[0]], lat[rows[0]] = x, y
    return lon, lat


def write_aside(records: Records, path: Path, language: Language) -> None:
    """The records put aside, verbatim, after their row in the file and the reason. CSV."""
    reasons: dict[int, list[str]] = {}
    for fault in records.faults:
        reasons.setdefault(fault.row, []).append(fault.reason.say(language))
    names = list(records.raw.columns)
    taken = {name: records.raw.columns[name].take(pa.array(list(reasons))).to_pylist() for name in names}

    def write(stream: TextIO) -> None:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(["file_row", "reason", *names])
        for position, (row, said) in enumerate(reasons.items()):
            cells = (taken[name][position] for name in names)
            out.writerow([row + records.raw.first_row, "; ".join(said), *cells])

    write_whole(path, write)


def _find_own(file_name: str, raw: RawGeotags, chosen: Mapping[str, str]) -> dict[str, pa.Array]:
    by_lower = {name.strip().lower(): name for name in raw.columns} | {name: name for name in raw.columns}
    found: dict[str, pa.Array] = {}
    for field in _OWN_COLUMNS:
        wanted = chosen.get(field, field)
        name = by_lower.get(wanted, by_lower.get(wanted.lower()))
        if name is not None:
            found[field] = raw.columns[name]
        elif field in chosen:
            raise ColumnMissing(file=file_name, wanted=field, looked_for=wanted)
    return found
