"""How commands speak: the person's language, sentences or JSON, tables and progress bars."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from geo.text import Language, Text
from patok.settings import read_language
from patok.stopping import stop_if_asked

LANGUAGE: Language = read_language()
OUT = Console(highlight=False, soft_wrap=True)
# Progress goes to standard error, so that standard output can be piped.
ERR = Console(stderr=True, highlight=False, soft_wrap=True)


def tell(en: str, id: str, **values: Any) -> str:
    """One sentence in the person's language."""
    return Text(en=en, id=id).say(LANGUAGE, **values)


def say(en: str, id: str, **values: Any) -> None:
    """Print one sentence."""
    OUT.print(tell(en, id, **values), markup=False)


def note(en: str, id: str, **values: Any) -> None:
    """Print one sentence about what is going on, beside the results."""
    ERR.print(tell(en, id, **values), markup=False)


def show_json(document: Any) -> None:
    """Print a document for machines."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")


_LONGEST_CODE = 32


def show_table(headings: Sequence[str], rows: Iterable[Sequence[Any]], title: str | None = None) -> None:
    """Print rows under headings; numbers stand to the right, and codes are not broken where texts can be."""
    rows = [list(row) for row in rows]
    table = Table(title=title, title_justify="left")
    for column, heading in enumerate(headings):
        numeric = bool(rows) and all(isinstance(row[column], int | float) for row in rows)
        words = [str(row[column]) for row in rows]
        table.add_column(
            heading,
            justify="right" if numeric else "left",
            overflow="fold",
            no_wrap=all(" " not in word and len(word) <= _LONGEST_CODE for word in words),
        )
    for row in rows:
        table.add_row(*[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row])
    OUT.print(table)


@contextmanager
def progress_bar(en: str, id: str, total: int | None) -> Iterator[Any]:
    """A bar for anything over a second; yields ``advance(n)``, where Ctrl-C ends the work at the latest.

    A spinner when the total is unknown.
    """
    columns = (
        [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()]
        if total
        else [SpinnerColumn(), TextColumn("{task.description}")]
    )
    # Where no person watches (a pipe, a log) a bar would be lines of nothing.
    with Progress(*columns, console=ERR, transient=True, disable=not ERR.is_terminal) as progress:
        task = progress.add_task(tell(en, id), total=total)

        def advance(n: int = 1) -> None:
            progress.advance(task, n)
            stop_if_asked()

        yield advance


class Rate:
    """A bar for work that comes in rounds: what is done, how fast, and the time left of the round."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None)
        self._round = ""
        self._total: int | None = None

    def say(self, en: str, id: str) -> None:
        """Name what is going on."""
        self._progress.update(self._task, description=tell(en, id))

    def begin(self, total: int | None) -> None:
        """How many there are, where it is known."""
        self._total = total

    def advance(self, round_name: str, n: int) -> None:
        """n more of a round; here Ctrl-C ends the work at the latest."""
        if round_name != self._round:
            self._round = round_name
            words = _ROUNDS[round_name].say(LANGUAGE)
            self._progress.reset(self._task, description=words, total=self._total)
        self._progress.advance(self._task, n)
        stop_if_asked()


_ROUNDS = {
    "pieces": Text(en="Checking each record", id="Memeriksa tiap catatan"),
    "groups": Text(en="Comparing records", id="Membandingkan catatan"),
    "results": Text(en="Writing", id="Menulis"),
}


@contextmanager
def rate_bar() -> Iterator[Rate]:
    """A ``Rate`` on standard error; nothing where no person watches."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _PerSecond(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=ERR, transient=True, disable=not ERR.is_terminal) as progress:
        yield Rate(progress)


class _PerSecond(ProgressColumn):
    """How many are done in a second."""

    def render(self, task: Task) -> str:
        speed = task.finished_speed or task.speed
        return f"{speed:,.0f}/s" if speed else ""


def plain(record: Any) -> Mapping[str, Any]:
    """A dataclass as a document for machines, its private and nested engine parts left out."""
    return {name: value for name, value in vars(record).items() if not name.startswith("_")}
