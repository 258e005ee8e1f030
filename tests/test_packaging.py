"""What is installed and what is shipped: lock files, the page's JavaScript, the wheel."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
NPM_FOLDERS = (ROOT, ROOT / "requirements" / "browser")
VENDOR = ROOT / "api" / "web" / "vendor"


def locked(path: Path) -> list[tuple[Requirement, str]]:
    """Each requirement of a lock file with what stands after it: its hashes."""
    lines = path.read_text().replace("\\\n", " ").splitlines()
    pairs = [line.partition("--hash=") for line in lines if line.strip()]
    return [(Requirement(requirement), f"{mark}{hashes}") for requirement, mark, hashes in pairs]


def pins(path: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for requirement, _ in locked(path):
        found.setdefault(canonicalize_name(requirement.name), set()).add(str(requirement.specifier))
    return found


def test_there_is_a_lock_for_each_use() -> None:
    assert [path.stem for path in LOCKS] == ["bench", "node", "otlp", "run", "test", "uv"]


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_a_lock_pins_and_hashes_everything_and_names_no_address(path: Path) -> None:
    text = path.read_text()
    assert "://" not in text
    assert not re.search(r"--(extra-)?index-url|--find-links|--trusted-host", text)
    requirements = locked(path)
    assert requirements
    for requirement, hashes in requirements:
        assert requirement.url is None, requirement
        assert [spec.operator for spec in requirement.specifier] == ["=="], requirement
        assert re.fullmatch(r"(--hash=sha256:[0-9a-f]{64}\s*)+", hashes), requirement


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("run", PROJECT["dependencies"]),
        ("test", PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]),
    ],
)
def test_the_lock_satisfies_pyproject(lock: str, wanted: list[str]) -> None:
    found = pins(ROOT / "requirements" / f"{lock}.txt")
    for requirement in map(Requirement, wanted):
        versions = found[canonicalize_name(requirement.name)]
        assert all(requirement.specifier.contains(v.removeprefix("==")) for v in versions), requirement


def test_everything_that_is_imported_is_asked_for() -> None:
    asked = {canonicalize_name(Requirement(line).name) for line in PROJECT["dependencies"]}
    ours = {*packages(), *sys.stdlib_module_names, "compression"}  # the last is there from Python 3.14 on
    brought_by = packages_distributions()
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for package in packages()
        for path in (ROOT / package).rglob("*.py")
        for name in imported_names(path) - ours
        if not asked & {canonicalize_name(distribution) for distribution in brought_by.get(name, [])}
    }
    assert not missing


def imported_names(path: Path) -> set[str]:
    """The top-level names that a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_what_is_tested_is_what_runs() -> None:
    run, test = (pins(ROOT / "requirements" / f"{name}.txt") for name in ("run", "test"))
    assert {name: test.get(name) for name in run} == run


@pytest.mark.parametrize("folder", NPM_FOLDERS, ids=lambda folder: folder.name)
def test_the_npm_lock_has_a_checksum_for_everything_and_no_address(folder: Path) -> None:
    wanted = json.loads((folder / "package.json").read_text())
    lock = json.loads((folder / "package-lock.json").read_text())["packages"]
    assert wanted["private"] is True
    assert lock[""]["dependencies"] == wanted["dependencies"]
    for name, package in lock.items():
        assert "resolved" not in package, name
        if name:
            assert package["integrity"].startswith("sha512-"), name


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("maplibre-gl", {"maplibre-gl.mjs", "maplibre-gl-worker.mjs", "maplibre-gl.css", "LICENSE.txt"}),
        ("leaflet", {"leaflet.js", "leaflet.css", "LICENSE"}),
    ],
)
def test_what_is_served_is_the_locked_version_whole(name: str, files: set[str]) -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    folder = VENDOR / name
    got = json.loads((folder / "package.json").read_text())
    assert got["version"] == lock[f"node_modules/{name}"]["version"]
    assert files <= {path.name for path in folder.iterdir()}
    for module in folder.glob("*.mjs"):
        for imported in re.findall(r"""(?:from|import)\s*\(?["'](\.[^"']+)["']""", module.read_text()):
            assert (folder / imported).is_file(), f"{module.name} imports {imported}"


def test_the_licence_is_there() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert PROJECT["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """A wheel, built from a copy so that nothing is left in the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for package in packages():
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, source]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def packages() -> list[str]:
    return sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests")


def test_the_wheel_holds_every_file_of_the_packages(wheel: zipfile.ZipFile) -> None:
    wanted = {
        path.relative_to(ROOT).as_posix()
        for package in packages()
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    assert any(name.endswith(".sql") for name in wanted)
    assert wanted <= set(wheel.namelist()), sorted(wanted - set(wheel.namelist()))


def test_the_wheel_brings_the_command_and_the_licence(wheel: zipfile.ZipFile) -> None:
    entry_points = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "patok = patok.cli:main" in wheel.read(entry_points).decode()
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())
