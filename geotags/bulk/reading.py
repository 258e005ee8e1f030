"""Files of geotags as one stream of pieces; what cannot be read is set apart word for word."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from geo.codes import CodeScheme
from geo.errors import InputError
from geo.geotags import Geotags
from geo.levels import Level
from geo.text import Language
from geotags.bulk.scratch import Scratch
from geotags.columns import find_columns
from geotags.formats.raw import NO_ROWS, BadRow, unreadable
from geotags.formats.registry import format_of, stream_raw
from geotags.intake import lacks_items, set_unreadable_apart, understand


@dataclass(frozen=True)
class Piece:
    """Some of the records of a file. ``read`` counts the bad ones too; ``rows`` are their numbers in it."""

    file: Path
    read: int
    geotags: Geotags | None
    rows: NDArray[np.int64]


class Quarantine:
    """The records that could not be read, one JSON document a line, each once however often a run goes on."""

    def __init__(self, scratch: Scratch) -> None:
        self._path = scratch.path("quarantine.ndjson")
        self._lines: set[tuple[str, int]] = set()

    def __enter__(self) -> Self:
        # Written anew by every run: reading the files again finds the same bad rows again.
        self._file = self._path.open("w", encoding="utf-8")
        self._path.chmod(0o600)
        return self

    def __exit__(self, *stopped: Any) -> None:
        self._file.close()

    def add(self, file: Path, row: BadRow, language: Language) -> None:
        """Write one record down."""
        said = {"file": file.name, "row": row.row, "reason": row.reason.say(language), "record": row.content}
        self._file.write(json.dumps(said, ensure_ascii=False) + "\n")

    def total(self) -> int:
        """How many lines stand in the file."""
        self._file.flush()
        with self._path.open("rb") as lines:
            return sum(1 for _ in lines)


@dataclass(frozen=True)
class Source:
    """Files, how their columns are named, and the fields of a geotag that are wanted of them."""

    files: Sequence[Path]
    scheme: CodeScheme
    level: Level
    columns: Mapping[str, str]
    fields: Collection[str]
    language: Language = "en"


def read_pieces(source: Source, quarantine: Quarantine) -> Iterator[Piece | InputError]:
    """Every piece of every file; in place of a file that cannot be used the error that says why."""
    for path in source.files:
        try:
            yield from _pieces_of(path, source, quarantine)
        except InputError as error:
            yield error


def _pieces_of(path: Path, source: Source, quarantine: Quarantine) -> Iterator[Piece]:
    level, columns = source.level, source.columns

    def wanted(present: list[str]) -> set[str]:
        names = find_columns(path.name, present, level, columns)
        return {name for field, name in names.items() if field in source.fields or needs_all(names)}

    def needs_all(names: Mapping[str, str]) -> bool:
        # Records without an identifier are told apart by all that is known of them.
        return "item_id" not in names or has_blank_items

    has_blank_items = False
    bad: list[BadRow] = []
    n_done = 0
    pieces = stream_raw(path, bad.append, wanted)
    while (raw := next(pieces, None)) is not None:
        raw, apart = set_unreadable_apart(raw, path.name, level, columns)
        if not has_blank_items and lacks_items(raw, path.name, level, columns):
            # The same pieces once more from the start, with all columns.
            has_blank_items = True
            pieces = stream_raw(path, bad.append, wanted)
            for _ in range(n_done):
                next(pieces)
            bad.clear()
            continue
        geotags = understand(
            raw, path.name, source.scheme, level, columns, judge_file=n_done == 0, is_storable=True
        )
        yield Piece(
            path, len(raw) + _set_aside(path, [*bad, *apart], quarantine, source), geotags, raw.row_numbers
        )
        bad.clear()
        n_done += 1
    left = _set_aside(path, bad, quarantine, source)
    if not n_done and not left:
        raise unreadable(path, format_of(path).name, NO_ROWS)
    if left:
        yield Piece(path, left, None, np.empty(0, np.int64))


def _set_aside(path: Path, rows: list[BadRow], quarantine: Quarantine, source: Source) -> int:
    for row in rows:
        quarantine.add(path, row, source.language)
    return len(rows)
