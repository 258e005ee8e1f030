"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from geo.errors import ValueRefused
from geo.levels import Level
from geo.ruleset import DEFAULT_NAME
from patok.words import tell

F = TypeVar("F", bound=Callable[..., Any])

FILE = click.Path(path_type=Path, dir_okay=False)


def as_json(command: F) -> F:
    """``--json``: a document for machines on standard output."""
    text = tell("Print JSON for machines.", "Cetak JSON untuk mesin.")
    return click.option("--json", "as_json", is_flag=True, help=text)(command)


def level_option(command: F) -> F:
    """``--level``, required."""
    text = tell("Level of the areas.", "Tingkat wilayah.")
    return click.option("--level", required=True, type=LevelType(), help=text)(command)


def column_option(command: F) -> F:
    """``--column FIELD=NAME``, any number of times."""
    text = tell("Which column of the file holds a field.", "Kolom berkas yang memuat suatu isian.")
    return click.option("--column", "columns", multiple=True, metavar="FIELD=NAME", help=text)(command)


def ruleset_option(command: F) -> F:
    """``--ruleset R``: a name or a file, for ``patok.rulesets.find_ruleset``."""
    text = tell("Name of a ruleset, or its file.", "Nama set aturan, atau berkasnya.")
    return click.option("--ruleset", default=DEFAULT_NAME, show_default=True, metavar="NAME|FILE", help=text)(
        command
    )


def read_columns(pairs: tuple[str, ...]) -> dict[str, str]:
    """The mapping that ``--column`` gave. Raises ``ValueRefused`` for a pair without an equals sign."""
    columns = {}
    for pair in pairs:
        field, equals, name = pair.partition("=")
        if not (equals and field and name):
            raise ValueRefused(where="--column", value=pair, wanted="FIELD=NAME")
        columns[field.strip()] = name.strip()
    return columns


class LevelType(click.ParamType):
    """One of prov, kab, kec, desa, sls, subsls."""

    name = "level"

    def get_metavar(self, *args: Any, **kwargs: Any) -> str:
        return "|".join(Level)

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Level:
        try:
            return Level(str(value))
        except ValueError:
            raise ValueRefused(where="--level", value=str(value), wanted=" / ".join(Level)) from None
