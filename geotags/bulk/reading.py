"""Files of geotags as one stream of pieces; what cannot be read is set apart word for word."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from geo.codes import CodeScheme
from geo.errors import InputError
from geo.geotags import Geotags
from geo.levels import Level
from geotags.bulk.scratch import Scratch
from geotags.columns import find_columns
from geotags.formats.raw import NO_ROWS, BadRow, unreadable
from geotags.formats.registry import format_of, stream_raw
from geotags.intake import set_unreadable_apart, understand


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

    def add(self, file: Path, row: BadRow, language: str) -> None:
        """Write one record down."""
        said = {"file": file.name, "row": row.row, "reason": row.reason.say(language), "record": row.content}  # type: ignore[arg-type]
        self._file.write(json.dumps(said, ensure_ascii=False) + "\n")

    def total(self) -> int:
        """How many lines stand in the file."""
        self._file.flush()
        with self._path.open("rb") as lines:
            return sum(1 for _ in lines)


def read_pieces(
    files: Sequence[Path],
    scheme: CodeScheme,
    level: Level,
    columns: Mapping[str, str],
    scratch: Scratch,
    quarantine: Quarantine,
    language: str = "en",
) -> Iterator[Piece | InputError]:
    """Every piece of every file; in place of a file that cannot be used the error that says why."""
    for path in files:
        try:
            yield from _pieces_of(path, scheme, level, columns, quarantine, language)
        except InputError as error:
            yield error


def _pieces_of(
    path: Path,
    scheme: CodeScheme,
    level: Level,
    columns: Mapping[str, str],
    quarantine: Quarantine,
    language: str,
) -> Iterator[Piece]:
    def wanted(present: list[str]) -> set[str]:
        return set(find_columns(path.name, present, level, columns).values())

    bad: list[BadRow] = []
    is_first = True
    for raw in stream_raw(path, bad.append, wanted):
        raw, apart = set_unreadable_apart(raw, path.name, level, columns)
        geotags = understand(raw, path.name, scheme, level, columns, judge_file=is_first)
        yield Piece(
            path, len(raw) + _set_aside(path, [*bad, *apart], quarantine, language), geotags, raw.row_numbers
        )
        bad.clear()
        is_first = False
    left = _set_aside(path, bad, quarantine, language)
    if is_first and not left:
        raise unreadable(path, format_of(path).name, NO_ROWS)
    if left:
        yield Piece(path, left, None, np.empty(0, np.int64))


def _set_aside(path: Path, rows: list[BadRow], quarantine: Quarantine, language: str) -> int:
    for row in rows:
        quarantine.add(path, row, language)
    return len(rows)
