"""bin/: what the shared set-up decides. What it installs is seen by running bin/test itself."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMMANDS = ("bin/demo", "bin/test", "bin/install", "bin/lock", "bin/make-secrets", ".ci/run")


def shell(commands: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run bash commands after sourcing bin/setup.sh."""
    return subprocess.run(
        ["bash", "-c", f". {ROOT}/bin/setup.sh; {commands}"],
        env={**{k: v for k, v in os.environ.items() if not k.startswith("PATOK_")}, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def os_release(folder: Path, name: str, version: str) -> Path:
    path = folder / "os-release"
    path.write_text(f'PRETTY_NAME="{name} {version}"\nID={name}\nVERSION_ID="{version}"\n')
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_can_be_run(command: str) -> None:
    assert os.access(ROOT / command, os.X_OK)


@pytest.mark.parametrize(("name", "version"), [("debian", "12"), ("ubuntu", "24.04")])
def test_the_systems_that_it_knows(tmp_path: Path, name: str, version: str) -> None:
    result = shell(f"require_system {os_release(tmp_path, name, version)} && echo goes on")
    assert (result.returncode, result.stdout, result.stderr) == (0, "goes on\n", "")


@pytest.mark.parametrize(
    ("name", "version"), [("debian", "11"), ("ubuntu", "22.04"), ("fedora", "42"), (None, None)]
)
def test_another_system_gets_one_sentence_in_each_language(
    tmp_path: Path, name: str | None, version: str | None
) -> None:
    path = os_release(tmp_path, name, version) if name and version else tmp_path / "none"
    result = shell(f"require_system {path}; echo goes on")
    assert result.returncode == 5
    assert result.stdout == ""
    english, indonesian = result.stderr.split("\n")[1:3]
    for sentence in (english, indonesian):
        for wanted in ("Python 3.11", "PostgreSQL 15", "PostGIS 3.3", "Chromium", "PATOK_SYSTEM_READY=1"):
            assert wanted in sentence
    assert "install" in english
    assert "pasanglah" in indonesian


def test_another_system_goes_on_when_a_person_says_that_it_is_ready(tmp_path: Path) -> None:
    result = shell(f"require_system {tmp_path / 'none'} && echo goes on", PATOK_SYSTEM_READY="1")
    assert (result.returncode, result.stdout) == (0, "goes on\n")


def test_a_browser_that_only_points_to_a_snap_is_passed_over(tmp_path: Path) -> None:
    stub = tmp_path / "chromium-browser"
    stub.write_text("#!/bin/sh\necho 'requires the chromium snap to be installed' >&2\nexit 1\n")
    stub.chmod(0o755)
    found = shell("find_chromium", PATOK_CHROMIUM=str(stub)).stdout
    assert found
    assert found != str(stub)


def test_the_python_that_it_takes_can_make_an_environment(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")  # a Python without venv, first on the path
    old.chmod(0o755)
    result = shell("find_python", PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert result.returncode == 0
    assert Path(result.stdout).parent != tmp_path
    subprocess.run([result.stdout, "-c", "import venv, ensurepip"], check=True)


def test_without_postgis_the_packages_are_named_with_their_version() -> None:
    said = shell("has_postgis() { false; }; missing_packages demo").stdout
    assert re.fullmatch(r"postgresql-(\d\d) postgresql-\1-postgis-3", said)


def test_without_rights_the_packages_are_named_in_one_sentence() -> None:
    result = shell(
        "has_postgis() { false; }; can_be_root() { false; }; install_system_packages demo; echo goes on"
    )
    assert result.returncode == 5
    assert result.stdout == ""
    assert len(re.findall(r"apt-get install --no-install-recommends postgresql-\d\d", result.stderr)) == 2


@pytest.mark.parametrize(
    ("language", "said"), [("id_ID.UTF-8", "ya\n"), ("C.UTF-8", "yes\n"), ("en_US", "yes\n")]
)
def test_it_speaks_the_language_of_the_locale(language: str, said: str) -> None:
    assert shell("speak yes ya", LC_ALL="", LC_MESSAGES="", LANG=language).stdout == said


def test_ci_runs_the_test_command_and_nothing_else() -> None:
    lines = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if not line.startswith("#")]
    assert lines == ['exec "$(dirname "${BASH_SOURCE[0]}")/../bin/test"']
