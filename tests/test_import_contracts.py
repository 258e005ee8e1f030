"""The import rules hold, and would be seen to break."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("patok", "api", "geotags", "boundaries", "geo")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [command, "--no-cache", "--config", folder / "pyproject.toml"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The packages in a folder of their own, where a test may break them."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "vendor")
        )
    return tmp_path


def test_a_store_package_may_import_the_database(copy: Path) -> None:
    (copy / "boundaries" / "store" / "added.py").write_text(
        "import psycopg\nfrom sqlalchemy.orm import Session\n"
    )
    (copy / "geotags" / "store" / "added.py").write_text("import geoalchemy2\n")
    result = lint(copy)
    assert "Contracts: " in result.stdout, result.stdout + result.stderr
    assert ".added" not in result.stdout


def test_each_forbidden_import_is_refused_by_name(copy: Path) -> None:
    forbidden = {
        "boundaries.qa.added": "sqlalchemy.orm",
        "boundaries.stored": "psycopg",
        "geotags.added": "geoalchemy2",
        "api.routes.added": "sqlalchemy",
        "patok.commands.added": "alembic",
        "geo.checks.added": "pyogrio",
        "geo.added": "fastapi",
        "geo.inward": "boundaries",
        "boundaries.added": "geotags",
        "geotags.outward": "api",
        "api.outward": "patok",
        "geotags.web": "starlette",
    }
    for module, imported in forbidden.items():
        (copy / Path(*module.split("."))).with_suffix(".py").write_text(f"import {imported}\n")
    result = lint(copy)
    assert result.returncode == 1, result.stdout
    assert "4 broken" in result.stdout
    report = " ".join(result.stdout.split())
    for module, imported in forbidden.items():
        assert f"{module} -> {imported.partition('.')[0]}" in report, result.stdout
