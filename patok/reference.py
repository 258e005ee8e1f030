"""Writes the reference pages from the code itself: ``python -m patok.reference docs/reference``.

A test compares the committed pages with what this gives now, so that they cannot fall behind.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, cast

import click

from api.app import create_app
from boundaries.qa.protocol import REASONS as QA_REASONS
from boundaries.qa.registry import QA_CHECKS
from geo.checks.reasons import REASONS
from geo.checks.registry import CHECKS
from geo.errors import PatokError
from geo.parameters import SWITCH, Parameter
from geo.rollups.reasons import ROLL_UP_REASONS
from geo.rollups.registry import ROLL_UPS
from geo.text import LANGUAGES, Text
from patok import cli
from patok.settings import DESCRIPTIONS

PACKAGES = ("geo", "boundaries", "geotags", "api", "patok")
_HEAD = "<!-- Written by `python -m patok.reference docs/reference`; change the code, not this page. -->\n\n"
_TREE_OPTION = "--print-commands"

_CHECKS_HEAD = """\
# Checks

Every check answers pass, fail or not assessed, and says why it was not assessed. `patok checks` lists them
too. The severity given is the usual one; where a check has two, its rule says when. Parameters are the
values of the ruleset `default`.
"""
_SETTINGS_HEAD = """\
# Settings

Environment variables, read once by the command that starts. Options of a command win over them.
[Operations](../operations.md) says how they are used together.
"""
_ERRORS_HEAD = """\
# Errors

What Patok says when it cannot go on for a reason that a person can mend. The command line prints the
sentence and ends with the exit code; with `--json` it prints `{"error": {"code", "message"}}`. The HTTP API
answers with a problem of RFC 9457 that has the same `code`. Words in braces are filled in; none of them is
ever a coordinate. What is no such reason is a fault of the program: exit code 1, HTTP 500 `INTERNAL_ERROR`.
"""
_HTTP_HEAD = """\
# HTTP

The server says the same at `/openapi.json`, with the shape of every answer. Answers are JSON but for tiles.
`?lang=` or the header `Accept-Language` chooses `en` or `id`. Where the server has an access token, send
`Authorization: Bearer TOKEN` with everything but `/health/...` and the page's own files.

Beside what is listed, every address may answer with a problem (`application/problem+json`):
"""
_COMMANDS_HEAD = """\
# Command line

`PATOK_LANG=id` makes every command speak Indonesian; without it the locale decides. With `--json` a command
prints a document for machines on standard output; progress goes to standard error.
"""


def checks_page() -> str:
    """Every check of geotags and of frames."""
    parts = [
        _CHECKS_HEAD,
        "## Geotags\n",
        "One outcome per geotag and check, in this order.\n",
        *(_check(check, check.severity.word, check.decide) for check in CHECKS),
        "### Why a geotag check is not assessed\n",
        _reasons(REASONS),
        "## Many geotags together\n",
        "About an enumerator, an area, a pair of areas or a household of the roster, by `patok check`.\n",
        *(_check(one, one.severity.word, one.decide) for one in ROLL_UPS),
        "### Why a finding about many geotags is not decided\n",
        _reasons(ROLL_UP_REASONS),
        "## Frames\n",
        "Run over a candidate before it can be published. A finding of severity error blocks publication.\n",
        *(_check(check, check.severity, check.run) for check in QA_CHECKS),
        "### Reasons of a frame check\n",
        _reasons(QA_REASONS),
    ]
    return "\n".join(parts)


def _check(check: Any, severity: str, rule: Callable[..., Any]) -> str:
    about = inspect.getdoc(sys.modules[rule.__module__]) or ""
    lines = [
        f"### {check.code}\n",
        f"{_plain(about.removeprefix(check.code + ': '))}\n",
        f"Rule: {_plain(inspect.getdoc(rule) or '')}\n",
        f"Severity {severity}, version {check.version}.\n",
        _table(
            ("", "English", "Indonesian"),
            [(name, *_both(getattr(check, name))) for name in ("title", "message", "remedy")],
        ),
    ]
    if check.parameters:
        rows = [
            (f"`{n}`", f"{p.value:g}", p.unit or "-", _range(p), p.source)
            for n, p in check.parameters.items()
        ]
        lines.append(_table(("parameter", "value", "unit", "may be", "where the number comes from"), rows))
    return "\n".join(lines)


def _range(parameter: Parameter) -> str:
    """What a ruleset may give, in a few words."""
    if parameter.unit == SWITCH:
        return "true, false"
    ends = [
        f"{word} {end:g}"
        for word, end in (("from", parameter.least), ("to", parameter.most))
        if end is not None
    ]
    return " ".join(ends) or "any number"


def _reasons(reasons: dict[str, Text]) -> str:
    rows = [(f"`{key}`", *_both(text)) for key, text in reasons.items()]
    return _table(("reason", "English", "Indonesian"), rows)


def settings_page() -> str:
    """Every environment variable that the ``patok`` command reads."""
    rows = [(f"`{name}`", *_both(text)) for name, text in DESCRIPTIONS.items()]
    return "\n".join(
        [
            _SETTINGS_HEAD,
            _table(("variable", "English", "Indonesian"), rows),
        ]
    )


def errors_page() -> str:
    """Every error that a person can mend."""
    errors = sorted(every_error(), key=lambda error: (error.exit_code, error.http_status, error.code))
    families = [error for error in errors if error.text is PatokError.text]
    rows = [
        (f"`{error.code}`", str(error.exit_code), str(error.http_status), *_both(error.text))
        for error in errors
        if error not in families
    ]
    return "\n".join(
        [
            _ERRORS_HEAD,
            _table(
                ("family", "exit code", "HTTP"),
                [(f"`{error.code}`", str(error.exit_code), str(error.http_status)) for error in families],
            ),
            _table(("code", "exit code", "HTTP", "English", "Indonesian"), rows),
        ]
    )


def every_error() -> list[type[PatokError]]:
    """All classes under ``PatokError``, wherever they are defined. Imports every module."""
    for package in PACKAGES:
        module = importlib.import_module(package)
        for found in pkgutil.walk_packages(module.__path__, f"{package}."):
            importlib.import_module(found.name)
    return list(_below(PatokError))


def _below(error: type[PatokError]) -> Iterable[type[PatokError]]:
    for child in error.__subclasses__():
        yield child
        yield from _below(child)


def http_page() -> str:
    """Every endpoint, from the OpenAPI document."""
    # The document is made from the routes alone; no database is asked.
    document = create_app(cast(Any, None), Path()).openapi()
    shapes = document["components"]["schemas"]
    refusals = document["paths"]["/v1/frames"]["get"]["responses"]
    parts = [
        _HTTP_HEAD,
        _table(
            ("status", "when"),
            [(status, answer["description"]) for status, answer in refusals.items() if status >= "400"],
        ),
    ]
    for path, methods in document["paths"].items():
        parts += [_endpoint(method.upper(), path, operation, shapes) for method, operation in methods.items()]
    parts.append("## GET /\n\nThe page. Its files are under `/web/`.\n")
    return "\n".join(parts)


def _endpoint(method: str, path: str, operation: dict[str, Any], shapes: dict[str, Any]) -> str:
    lines = [f"## {method} {path}\n", _plain(operation.get("description", operation["summary"])) + "\n"]
    rows = [
        (
            f"`{one['name']}`",
            one["in"] + (", required" if one.get("required") else ""),
            _values(one["schema"], shapes),
            one.get("description", ""),
        )
        for one in operation.get("parameters", [])
    ]
    if rows:
        lines.append(_table(("parameter", "in", "values", "what it is"), rows))
    for status, answer in operation["responses"].items():
        if status < "400":
            media = ", ".join(f"`{kind}`" for kind in answer.get("content", {})) or "nothing"
            lines.append(f"{status}: {media}.{_said(answer['description'])}\n")
    return "\n".join(lines)


def _values(schema: dict[str, Any], shapes: dict[str, Any]) -> str:
    """What a parameter may be, in a few words."""
    if "anyOf" in schema:
        return " or ".join(_values(one, shapes) for one in schema["anyOf"] if one.get("type") != "null")
    if "$ref" in schema:
        return _values(shapes[schema["$ref"].rsplit("/", 1)[-1]], shapes)
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    words = [str(schema.get("type", "any"))]
    if "minimum" in schema:
        words.append(f"from {schema['minimum']}")
    if "maximum" in schema:
        words.append(f"to {schema['maximum']}")
    if "default" in schema:
        words.append(f"(default {schema['default']})")
    return " ".join(words)


def _said(description: str) -> str:
    return "" if description == "Successful Response" else f" {description}"


def commands_page() -> str:
    """Every command with its arguments and options, as ``--help`` says them in both languages."""
    trees = [_tree_in(language) for language in LANGUAGES]
    usual = " ".join((inspect.getdoc(cli) or "").split("\n\n")[1].split())
    parts = [
        _COMMANDS_HEAD,
        usual + "\n",
    ]
    for english, indonesian in zip(*trees, strict=True):
        parts += [f"## {english['name']}\n", f"    {english['usage']}\n"]
        parts.append(f"{_sentence_of(english['help'])} / {_sentence_of(indonesian['help'])}\n")
        rows = [
            (f"`{one['names']}`", one["help"], other["help"], one["more"])
            for one, other in zip(english["options"], indonesian["options"], strict=True)
        ]
        if rows:
            parts.append(_table(("option", "English", "Indonesian", ""), rows))
    return "\n".join(parts)


def _sentence_of(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else text + "."


def _tree_in(language: str) -> list[dict[str, Any]]:
    """The texts of a command are made when its module is imported, so each language needs a process."""
    command = [sys.executable, "-m", "patok.reference", _TREE_OPTION]
    environment = os.environ | {"PATOK_LANG": language}
    printed = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout
    tree: list[dict[str, Any]] = json.loads(printed)
    return tree


def command_tree(command: click.Command = cli.cli, name: str = "patok") -> list[dict[str, Any]]:
    """A command and all below it: name, usage, help, options. In the language of this process."""
    # A command keeps what it was first asked about help, so it is asked as the command line asks it.
    context = click.Context(command, info_name=name, help_option_names=cli.HELP_NAMES)
    own = {
        "name": name,
        "usage": " ".join([name, *command.collect_usage_pieces(context)]),
        "help": command.help or "",
        "options": [_option(one, context) for one in command.params if isinstance(one, click.Option)],
    }
    tree = [own]
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            assert found is not None
            tree += command_tree(found, f"{name} {child}")
    return tree


def _option(option: click.Option, context: click.Context) -> dict[str, str]:
    record = option.get_help_record(context) or ("", "")
    more = [f"default {option.default}"] if option.show_default and option.default is not None else []
    more += ["required"] if option.required else []
    return {"names": record[0], "help": option.help or "", "more": ", ".join(more)}


def _both(text: Text) -> tuple[str, str]:
    return text.en, text.id


def _plain(doc: str) -> str:
    """A docstring as Markdown: its lines joined, its code marks those of Markdown."""
    paragraphs = (" ".join(paragraph.split()) for paragraph in doc.split("\n\n"))
    return "\n\n".join(re.sub(r"``([^`]+)``", r"`\1`", paragraph) for paragraph in paragraphs)


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")


PAGES: dict[str, Callable[[], str]] = {
    "checks.md": checks_page,
    "settings.md": settings_page,
    "errors.md": errors_page,
    "http.md": http_page,
    "cli.md": commands_page,
}


def write_pages(folder: Path) -> None:
    """Write every page into ``folder``, which is made when it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        text = _HEAD + page().rstrip() + "\n"
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def main(arguments: list[str]) -> None:
    """Write the pages, or print the commands in this process's language."""
    if arguments == [_TREE_OPTION]:
        print(json.dumps(command_tree()))
    elif len(arguments) == 1:
        write_pages(Path(arguments[0]))
    else:
        sys.exit("Usage: python -m patok.reference FOLDER\nCara pakai: python -m patok.reference FOLDER")


if __name__ == "__main__":
    main(sys.argv[1:])
