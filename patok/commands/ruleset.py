"""``patok ruleset``: list, show, check and compare rulesets. No database is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from geo.ruleset import Difference, Ruleset, differences
from geo.ruleset_toml import toml_of_ruleset
from geotags.rulesets.library import list_rulesets, read_ruleset
from patok.options import FILE, as_json
from patok.rulesets import find_ruleset
from patok.settings import read_settings
from patok.words import ERR, LANGUAGE, say, show_json, show_table, tell


@click.group(help=tell("List, check and compare rulesets.", "Daftar, periksa, dan bandingkan set aturan."))
def COMMAND() -> None:
    """``patok ruleset``."""


@COMMAND.command("list", help=tell("List the rulesets.", "Daftar set aturan."))
@as_json
def list_(as_json: bool) -> None:
    """Those that come with Patok, and those of the folder; files that cannot be used are named after them."""
    listed, faulty = list_rulesets(read_settings().rulesets_dir)
    if as_json:
        show_json(
            {
                "rulesets": [_summary(one.ruleset) | {"origin": one.origin} for one in listed],
                "faulty": [
                    {"file": file, "code": error.code, "message": error.say(LANGUAGE)}
                    for file, error in faulty.items()
                ],
            }
        )
        return
    origins = {"built_in": tell("Patok", "Patok"), "folder": tell("folder", "folder")}
    show_table(
        [
            tell("Ruleset", "Set aturan"),
            tell("Version", "Versi"),
            tell("From", "Asal"),
            tell("Checks on", "Pemeriksaan aktif"),
            tell("Title", "Judul"),
        ],
        [
            [row["name"], row["version"], origins[one.origin], len(row["on"]), row["title"] or ""]
            for one, row in ((one, _summary(one.ruleset)) for one in listed)
        ],
    )
    for error in faulty.values():
        ERR.print(error.say(LANGUAGE), markup=False, style="red")


@COMMAND.command(help=tell("Print a ruleset as TOML, with comments.", "Cetak set aturan sebagai TOML."))
@click.argument("ruleset")
@as_json
def show(ruleset: str, as_json: bool) -> None:
    """A name or a file; everything that it says, also what it leaves at the default."""
    found = find_ruleset(ruleset)
    if as_json:
        show_json(found.as_json() | {"fingerprint": found.fingerprint})
        return
    click.echo(toml_of_ruleset(found, LANGUAGE), nl=False)


@COMMAND.command(help=tell("Say whether a file is a ruleset.", "Periksa apakah berkas adalah set aturan."))
@click.argument("file", type=FILE)
@as_json
def check(file: Path, as_json: bool) -> None:
    """Everything that has to be mended is said at once; exit code 2."""
    found = read_ruleset(file)
    changed = [_row(one) for one in differences(Ruleset(), found)]
    if as_json:
        show_json(_summary(found) | {"differences": changed})
        return
    say(
        "Ruleset {name} {version} can be used. Checks off: {off}; values other than the default's: {values}.",
        "Set aturan {name} {version} dapat dipakai. Pemeriksaan tidak aktif: {off}; nilai yang bukan nilai "
        "default: {values}.",
        name=found.name,
        version=found.version,
        off=len(found.disabled),
        values=sum(row["parameter"] != "on" for row in changed),
    )


@COMMAND.command(help=tell("What a second ruleset says otherwise.", "Perbedaan dua set aturan."))
@click.argument("before")
@click.argument("after")
@as_json
def diff(before: str, after: str, as_json: bool) -> None:
    """Names or files: versions, checks that are on or off, values."""
    first, second = find_ruleset(before), find_ruleset(after)
    rows = [_row(one) for one in differences(first, second)]
    if as_json:
        show_json({"before": _summary(first), "after": _summary(second), "differences": rows})
        return
    if not rows:
        say(
            "{first} and {second} say the same.",
            "{first} dan {second} sama isinya.",
            first=_called(first),
            second=_called(second),
        )
        return
    show_table(
        [tell("Check", "Pemeriksaan"), tell("Parameter", "Parameter"), _called(first), _called(second)],
        [[row["code"], row["parameter"], _cell(row["before"]), _cell(row["after"])] for row in rows],
    )


def _called(ruleset: Ruleset) -> str:
    return f"{ruleset.name} {ruleset.version}"


def _summary(ruleset: Ruleset) -> dict[str, Any]:
    return {
        "name": ruleset.name,
        "version": ruleset.version,
        "title": ruleset.title.say(LANGUAGE) if ruleset.title else None,
        "fingerprint": ruleset.fingerprint,
        "on": [code for code in ruleset.parameters if ruleset.is_on(code)],
        "off": sorted(ruleset.disabled),
    }


def _row(one: Difference) -> dict[str, Any]:
    return {"code": one.code, "parameter": one.parameter, "before": one.before, "after": one.after}


def _cell(value: float | bool) -> str:
    if isinstance(value, bool):
        return tell("on", "aktif") if value else tell("off", "tidak aktif")
    return f"{value:.15g}"
