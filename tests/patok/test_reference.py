"""The reference pages say what the code says, and all of it."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import click
import pytest

from boundaries.qa.registry import QA_CHECKS
from geo.checks.registry import CHECKS
from patok.reference import PAGES, command_tree, every_error, write_pages
from patok.settings import DESCRIPTIONS, read_settings

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "docs" / "reference"


def page(name: str) -> str:
    return (COMMITTED / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reference")
    write_pages(folder)
    return folder


@pytest.mark.parametrize("name", PAGES)
def test_the_committed_page_is_what_the_code_gives(name: str, written: Path) -> None:
    remedy = "the code has changed; write the pages again: python -m patok.reference docs/reference"
    assert page(name) == (written / name).read_text(encoding="utf-8"), remedy


def test_there_is_no_page_that_nobody_writes() -> None:
    assert {path.name for path in COMMITTED.iterdir()} == set(PAGES)


@pytest.mark.parametrize("check", [*CHECKS, *QA_CHECKS], ids=lambda check: check.code)
def test_every_check_is_there_with_its_texts_and_thresholds(check: object) -> None:
    section = page("checks.md").split(f"### {check.code}\n")[1].split("\n### ")[0]
    for text in (check.title, check.message, check.remedy):
        assert text.en in section
        assert text.id in section
    for name, parameter in check.parameters.items():
        assert f"| `{name}` | {parameter.value:g} |" in section
        assert parameter.source in section


def test_every_variable_that_is_read_is_described() -> None:
    """And each that is described, set alone, changes the settings."""
    plain = dataclasses.asdict(read_settings({}))
    assert set(re.findall(r"^\| `(PATOK_\w+)`", page("settings.md"), re.MULTILINE)) == set(DESCRIPTIONS)
    source = (ROOT / "patok" / "settings.py").read_text(encoding="utf-8")
    assert set(re.findall(r'"(PATOK_[A-Z_]+)"', source)) == set(DESCRIPTIONS)
    given = {
        "PATOK_DATABASE_URL": "postgresql:///patok",
        "PATOK_SERVICE_DATABASE_URL": "postgresql:///patok",
        "PATOK_PORT": "8001",
        "PATOK_LANG": "id",
        "PATOK_LOG": "json",
        "PATOK_OTLP_ENDPOINT": "http://127.0.0.1:4318",
        "PATOK_ACCESS_TOKEN_FILE": str(ROOT / "LICENSE"),
    }
    for name in DESCRIPTIONS:
        assert dataclasses.asdict(read_settings({name: given.get(name, "elsewhere")})) != plain, name


def test_every_error_is_there_with_its_exit_code_and_status() -> None:
    text = page("errors.md")
    codes = [error.code for error in every_error()]
    assert len(codes) > 30
    for error in every_error():
        assert f"| `{error.code}` | {error.exit_code} | {error.http_status} |" in text


def test_no_two_errors_have_one_code() -> None:
    codes = [error.code for error in every_error()]
    assert sorted(set(codes)) == sorted(codes)


def test_every_endpoint_is_there() -> None:
    from api.app import ROUTERS

    text = page("http.md")
    addresses = {
        (method, route.path)
        for router in ROUTERS
        for route in router.routes
        for method in getattr(route, "methods", None) or ()
        if getattr(route, "include_in_schema", False)
    }
    assert len(addresses) > 15
    for method, path in addresses:
        assert f"## {method} {path}\n" in text


def test_every_command_and_option_is_there() -> None:
    text = page("cli.md")
    tree = command_tree()
    assert {"patok check", "patok frame publish", "patok db migrate"} <= {one["name"] for one in tree}
    for command in tree:
        assert f"\n## {command['name']}\n" in text
        for option in command["options"]:
            assert f"`{option['names']}`".replace("|", "\\|") in text


def test_the_tree_goes_down_to_every_command() -> None:
    @click.group()
    def top() -> None: ...

    @top.group()
    def middle() -> None: ...

    @middle.command(help="Do it.")
    @click.argument("file")
    @click.option("--most", default=3, show_default=True, help="How many.")
    def leaf(file: str, most: int) -> None: ...

    tree = command_tree(top, "top")
    assert [one["name"] for one in tree] == ["top", "top middle", "top middle leaf"]
    assert tree[2] == {
        "name": "top middle leaf",
        "usage": "top middle leaf [OPTIONS] FILE",
        "help": "Do it.",
        "options": [{"names": "--most INTEGER", "help": "How many.", "more": "default 3"}],
    }
