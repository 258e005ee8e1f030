"""The documentation is true: links lead somewhere, commands run, recipes work, names exist.

In a page, the words after the language of a fenced block say what is done with it here:

    sh run, python run   run, in the order of the page, in one empty folder
    text said            every line is printed by the block before it
    python file=PATH     a new file of a recipe
    diff file=PATH       an edit of a recipe: lines with -, + and context
"""

from __future__ import annotations

import importlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from boundaries.qa.registry import QA_CHECKS
from boundaries.store.cluster import Cluster
from boundaries.store.models import Base
from geo.rules import RULES
from geotags.store import models as geotag_models
from patok import cli
from patok.reference import every_error
from patok.settings import DESCRIPTIONS

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").glob("*.md")])
# What the code itself writes is judged by tests/patok/test_reference.py.
WRITTEN = [page for page in PAGES if page.parent.name != "reference"]
RECIPES = sorted((ROOT / "docs" / "how-to").glob("*.md"))
RUN = [page for page in PAGES if re.search(r"^```(sh|python) run$", page.read_text("utf-8"), re.MULTILINE)]
WITH_FILES = [page for page in RECIPES if re.search(r"^```\w+ file=", page.read_text("utf-8"), re.MULTILINE)]
PACKAGES = ("geo", "boundaries", "geotags", "api", "patok")

_FENCE = re.compile(r"^```(?P<language>\w*)(?P<words>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    language: str
    words: str
    body: str

    @property
    def file(self) -> str | None:
        found = re.fullmatch(r"file=(\S+)", self.words)
        return found[1] if found else None


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    return [
        Block(found["language"], found["words"].strip(), found["body"])
        for found in _FENCE.finditer(page.read_text("utf-8"))
    ]


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return _FENCE.sub("", page.read_text("utf-8"))


def code(page: Path) -> list[str]:
    """What the page shows as code, line by line: fenced and indented blocks, and words between backticks."""
    fenced = [
        line for block in blocks(page) if block.language in ("sh", "") for line in block.body.split("\n")
    ]
    indented = [line.strip() for line in prose(page).split("\n") if line.startswith("    ")]
    spans = [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose(page))]
    return fenced + indented + spans


# ------------------------------------------------------------------------------------------------ links


def slug(heading: str) -> str:
    """The anchor that forges give a heading."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if target.startswith(("https://", "http://")):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{name_of(page)} points to {target}"
        assert found.is_relative_to(ROOT), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", found.read_text("utf-8"), re.MULTILINE)
            assert anchor in {slug(heading) for heading in headings}, f"{name_of(page)} points to {target}"


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", prose(page)):
            found = (page.parent / target).resolve()
            waiting += (
                sorted(found.glob("*.md")) if found.is_dir() else [found] if found.suffix == ".md" else []
            )
    assert {name_of(page) for page in PAGES} == {name_of(page) for page in reached if page in PAGES}


def test_pictures_are_small_and_the_first_screen_has_one() -> None:
    pictures = sorted((ROOT / "docs" / "images").iterdir())
    assert all(picture.stat().st_size < 300_000 for picture in pictures)
    first_screen = (ROOT / "README.md").read_text("utf-8").split("\n## ")[0]
    assert "](docs/images/page.png)" in first_screen
    assert "bin/demo" in first_screen
    assert "bin/test" in first_screen


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_page_names_a_registry_a_cdn_or_a_folder_of_one_machine(page: Path) -> None:
    text = page.read_text("utf-8")
    assert not re.search(r"pypi\.org|pythonhosted|npmjs|unpkg|jsdelivr|cdnjs|docker\.io|ghcr\.io", text)
    assert not re.search(r"/work\b|/home/|/Users/|/root/\S|/var/tmp", text)


# ------------------------------------------------------------------------------------------------ names


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that ``patok WORDS`` is, and the words after its name."""
    found: click.Command = cli.cli
    while isinstance(found, click.Group) and words and not words[0].startswith("-"):
        child = found.get_command(click.Context(found), words[0])
        assert child is not None, f"there is no command {words[0]}"
        found, words = child, words[1:]
    return found, words


@pytest.mark.parametrize("page", WRITTEN, ids=name_of)
def test_every_command_and_option_exists(page: Path) -> None:
    for line in code(page):
        found = re.match(r"(?:\S*/)?(?:docker compose exec patok |[A-Z_]+=\S+ )*(?:\S*/)?patok( .*|$)", line)
        if found is None or re.match(r" (exec|run|compose)\b", found[1]):
            continue
        said = re.split(r"\s#|\|\||&&|;", found[1])[0].strip().rstrip(".")
        try:
            command, rest = command_of(shlex.split(said))
        except AssertionError as unknown:
            pytest.fail(f"{name_of(page)}: {line}: {unknown}")
        known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
        known |= {"--help", "-h"}
        unknown_options = {word.split("=")[0] for word in rest if word.startswith("-")} - known
        assert not unknown_options, f"{name_of(page)}: {line}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_script_and_file_that_is_named_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    for path in re.findall(r"(?<![\w/.])((?:bin|docs|requirements|bench|tests)/[\w./-]*\w)", prose(page)):
        assert (ROOT / path).exists() or list(ROOT.glob(f"{path}*")), f"{name_of(page)} names {path}"
    for path in re.findall(r"`((?:geo|boundaries|geotags|api|patok|migrations)/[\w./-]*)`", text):
        assert (ROOT / path).exists(), f"{name_of(page)} names {path}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_code_and_variable_in_capitals_exists(page: Path) -> None:
    """A check, an error, a setting: `LIKE_THIS` in backticks is one of them, or is set by somebody else."""
    known = {check.code for check in (*RULES, *QA_CHECKS)} | {error.code for error in every_error()}
    known |= set(DESCRIPTIONS) | {"PATOK_SYSTEM_READY", "PATOK_CHROMIUM", "INTERNAL_ERROR"}
    known |= {"NUMBA_CACHE_DIR", "PGPASSFILE", "XDG_DATA_HOME"}
    for name in re.findall(r"`([A-Z][A-Z0-9]*_[A-Z0-9_]+)`", prose(page)):
        if page not in RECIPES:
            assert name in known, f"{name_of(page)} names {name}"


def test_every_variable_that_a_script_reads_is_documented() -> None:
    documented = " ".join(page.read_text("utf-8") for page in PAGES)
    sources = [
        *(ROOT / "bin").iterdir(),
        ROOT / "compose.yaml",
        ROOT / "Dockerfile",
        *(ROOT / "patok").glob("*.py"),
    ]
    for source in sources:
        for name in re.findall(r"\bPATOK_[A-Z_]*[A-Z]\b", source.read_text("utf-8")):
            assert f"`{name}`" in documented, f"{source.name} reads {name}"


def test_modules_and_tables_of_the_data_flow_exist_and_all_tables_are_there() -> None:
    page = ROOT / "docs" / "data-flow.md"
    for name in re.findall(r"`((?:geo|boundaries|geotags|api|patok)(?:\.\w+)+)`", prose(page)):
        module, _, attribute = name.rpartition(".")
        try:
            importlib.import_module(name)
        except ModuleNotFoundError:
            assert hasattr(importlib.import_module(module), attribute), name
    assert geotag_models.GeotagRow.metadata is Base.metadata
    for table in Base.metadata.tables:
        assert f"`{table}`" in prose(page), table


def test_every_package_that_is_imported_or_tested_with_has_its_reason() -> None:
    page = (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text("utf-8").lower()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = {re.match(r"[\w-]+", line)[0] for line in project["dependencies"]}
    source = "\n".join(
        path.read_text("utf-8") for package in PACKAGES for path in (ROOT / package).rglob("*.py")
    )
    used = {name for name in asked if re.search(rf"^\s*(?:import|from) {name}\b", source, re.MULTILINE)}
    assert len(used) > 15
    tested = {re.match(r"[\w-]+", line)[0] for line in project["optional-dependencies"]["test"]}
    for name in used | tested:
        assert re.search(rf"\b{name}\b", page), name


def test_decisions_are_numbered_without_gaps_and_say_what_was_decided() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [page.name[:4] for page in pages] == [f"{n:04d}" for n in range(1, len(pages) + 1)]
    for page in pages:
        assert page.read_text("utf-8").startswith(f"# {page.name[:4]}. ")
        assert "**Decision.**" in page.read_text("utf-8")


# ------------------------------------------------------------------------------------------------ commands


@pytest.fixture
def shell_folder(open_folder: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """An empty folder for the commands of a page, whose private database is stopped afterwards."""
    folder = open_folder / f"page-{request.node.callspec.id.replace('/', '-')}"
    folder.mkdir(mode=0o755)
    yield folder
    Cluster(folder / "patok-data").stop()


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PATOK_")}
    kept["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
    return kept | {"PATOK_DATA_DIR": str(folder / "patok-data"), "PATOK_LANG": "en"}


@pytest.mark.parametrize("page", RUN, ids=name_of)
def test_every_command_of_the_page_runs_and_says_what_is_shown(page: Path, shell_folder: Path) -> None:
    printed = ""
    for block in blocks(page):
        if block.words == "run":
            command = ["bash", "-euo", "pipefail", "-c"] if block.language == "sh" else [sys.executable, "-c"]
            done = subprocess.run(
                [*command, block.body],
                cwd=shell_folder,
                env=environment(shell_folder),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=120,
                check=False,
            )
            printed = done.stdout
            assert done.returncode == 0, f"{block.body}\n{printed}"
        elif block.words == "said":
            lines = {" ".join(line.split()) for line in printed.split("\n")}
            for line in filter(None, block.body.split("\n")):
                assert " ".join(line.split()) in lines, f"not printed: {line}\nbut:\n{printed}"


def test_the_tutorial_is_among_the_pages_that_run() -> None:
    assert ROOT / "docs" / "tutorial.md" in RUN


# ------------------------------------------------------------------------------------------------ recipes


def edited(text: str, diff: str, where: str) -> str:
    """``text`` after one edit: the lines with ``-`` and without a mark are there once, next to each other."""
    lines = diff.rstrip("\n").split("\n")
    assert all(line[:1] in ("+", "-", " ") for line in lines), diff
    old = "\n".join(line[1:] for line in lines if not line.startswith("+"))
    new = "\n".join(line[1:] for line in lines if not line.startswith("-"))
    assert text.count(old) == 1, f"{where} has {text.count(old)} times:\n{old}"
    return text.replace(old, new)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The packages and the tests in a folder where a recipe may change them. Compiled kernels come along."""
    for name in (*PACKAGES, "migrations", "tests"):
        ignored = shutil.ignore_patterns("vendor", ".pytest_cache", "web" if name == "tests" else "")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_recipe_is_proved() -> None:
    """By files with a test, or by commands that run."""
    assert set(RECIPES) <= {*WITH_FILES, *RUN}


@pytest.mark.parametrize("page", WITH_FILES, ids=name_of)
def test_the_recipe_works(page: Path, project: Path) -> None:
    tests = []
    for block in blocks(page):
        if block.file is None:
            continue
        path = project / block.file
        if block.language == "diff":
            path.write_text(edited(path.read_text("utf-8"), block.body, block.file), "utf-8")
        else:
            assert not path.exists(), f"{block.file} is there already: choose another example"
            path.write_text(block.body, "utf-8")
        if path.name.startswith("test_"):
            tests.append(block.file)
        if block.file.startswith("tests/cases/geotags/"):
            tests.append("tests/geo/test_cases.py")
    assert tests, "a recipe without a test proves nothing"
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PATOK_", "COVERAGE", "COV_"))
    }
    for command in (
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests],
        [sys.executable, "-m", "ruff", "check", "--no-cache", *sorted(files_of(page))],
    ):
        done = subprocess.run(
            command, cwd=project, env=kept, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def files_of(page: Path) -> set[str]:
    return {block.file for block in blocks(page) if block.file and block.file.endswith(".py")}
