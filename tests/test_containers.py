"""No container engine runs in the tests: each thing that Dockerfile and compose.yaml call is looked up."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from patok.settings import DESCRIPTIONS, read_settings

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SCRIPTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
OURS = [name for name, service in SERVICES.items() if "build" in service]


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\s*\\\n\s*", " ", text).splitlines()
    pairs = [line.partition(" ") for line in lines if line.strip()]
    return [(name, rest.strip()) for name, _, rest in pairs]


def arguments(name: str) -> list[str]:
    return [rest for instruction, rest in instructions() if instruction == name]


def sent_to_the_build() -> list[str]:
    rules = [
        line
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert rules[0] == "*"
    return [rule.removeprefix("!") for rule in rules if rule.startswith("!")]


def run_patok(*words: str) -> str:
    command = [Path(sys.executable).parent / "patok", *words]
    result = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "200"}
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def check_command(words: list[str]) -> None:
    """A command of a container is a script of the project, or a command of patok with options that it has."""
    if words[0] in SCRIPTS:
        plain = [word for word in words[1:] if re.fullmatch(r"[a-z]+", word)]
        said = run_patok(*plain, "--help")
        for option in (word for word in words if word.startswith("--")):
            assert option in said
    else:
        script = ROOT / words[0]
        assert os.access(script, os.X_OK), script
        assert words[0].split("/")[0] in sent_to_the_build()


def test_every_path_that_the_build_gets_exists() -> None:
    for name in sent_to_the_build():
        assert (ROOT / name).exists(), name


def test_the_build_gets_every_package_and_what_the_set_up_reads() -> None:
    sent = sent_to_the_build()
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages | {"bin", "requirements", "pyproject.toml", "package.json", "package-lock.json"} <= set(
        sent
    )
    assert {"README.md", "LICENSE"} <= set(sent), "pyproject.toml names them"


def test_nothing_private_goes_into_the_image() -> None:
    for name in (".git", "data", "tests", ".venv", "node_modules"):
        assert not any(fnmatch.fnmatch(name, sent) for sent in sent_to_the_build())


def test_both_stages_stand_on_the_same_python() -> None:
    assert arguments("FROM") == ["${BASE} AS build", "${BASE}"]
    version = re.fullmatch(r"BASE=python:(\d+)\.(\d+)-slim-bookworm", arguments("ARG")[0])
    assert version, "bin/setup.sh knows Debian 12, which is bookworm"
    assert (3, 11) <= (int(version[1]), int(version[2])) <= (3, 14)


def test_the_image_is_built_through_the_same_steps() -> None:
    script, use = arguments("RUN")[0].split()[:2]
    check_command([script])
    assert re.search(rf"\b{use}\b.*\) set_up", (ROOT / script).read_text())


def test_copies_come_from_where_the_build_put_them() -> None:
    workdirs = set(arguments("WORKDIR"))
    assert arguments("COPY") == [". .", f"--from=build {workdirs.pop()} /opt/patok"]
    assert not workdirs
    path = next(rest for rest in arguments("ENV") if rest.startswith("PATH="))
    assert path.startswith("PATH=/opt/patok/.venv/bin:")


def test_the_image_runs_as_its_own_user() -> None:
    user = arguments("USER")[-1]
    assert user == "10001"
    assert f"--uid {user} " in arguments("RUN")[1]
    order = [name for name, _ in instructions()]
    assert order.index("USER") < order.index("CMD")


def test_the_image_starts_a_command_that_exists() -> None:
    words = json.loads(arguments("CMD")[-1])
    assert words[:2] == ["patok", "serve"]
    check_command(words)
    assert words[words.index("--port") + 1] == arguments("EXPOSE")[0]


def test_health_is_asked_at_a_path_that_exists() -> None:
    path = re.search(r"127\.0\.0\.1:8000(/[a-z/]+)", arguments("HEALTHCHECK")[0])
    assert path
    from api.routes.health import router

    assert path[1] in {getattr(route, "path", None) for route in router.routes}


@pytest.mark.parametrize("name", OURS)
def test_a_service_runs_a_command_that_exists(name: str) -> None:
    if "command" in SERVICES[name]:
        check_command(SERVICES[name]["command"])


def test_settings_have_the_names_that_patok_reads() -> None:
    named = {name for service in OURS for name in SERVICES[service]["environment"]}
    named |= set(re.findall(r"\bPATOK_[A-Z_]+\b", (ROOT / "Dockerfile").read_text()))
    named |= set(re.findall(r"\bPATOK_[A-Z_]+\b", (ROOT / "SECURITY.md").read_text()))
    assert {name for name in named if name.startswith("PATOK_")} <= set(DESCRIPTIONS)


def test_nothing_is_open_beyond_this_machine() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published == ["127.0.0.1:8000:8000"]
    assert not any("network_mode" in service or "privileged" in service for service in SERVICES.values())


def test_the_database_waits_for_its_password_and_patok_for_the_database() -> None:
    waits = {name: service.get("depends_on", {}) for name, service in SERVICES.items()}
    assert waits == {
        "secrets": {},
        "database": {"secrets": {"condition": "service_completed_successfully"}},
        "migrate": {"database": {"condition": "service_healthy"}},
        "patok": {"migrate": {"condition": "service_completed_successfully"}},
    }


def test_every_volume_is_declared_and_used() -> None:
    mounted = {volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"]}
    assert mounted == set(COMPOSE["volumes"])


def make_secrets(folder: Path) -> str:
    command = [ROOT / SERVICES["secrets"]["command"][0], folder]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_secrets_are_made_once_and_not_printed(tmp_path: Path) -> None:
    first = make_secrets(tmp_path)
    made = {path.name: path.read_text() for path in tmp_path.iterdir()}
    make_secrets(tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == made
    assert all(len(made[name]) >= 43 for name in ("access_token", "database_password", "service_password"))
    assert made["access_token"] != made["database_password"]
    assert not any(secret.strip() in first for secret in made.values())
    (tmp_path / "other").mkdir()
    make_secrets(tmp_path / "other")
    assert (tmp_path / "other" / "access_token").read_text() != made["access_token"]


def test_the_secrets_are_where_compose_looks_for_them(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    settings = {**SERVICES["database"]["environment"], **SERVICES["patok"]["environment"]}
    places = {name: Path(value) for name, value in settings.items() if str(value).startswith("/secrets/")}
    assert set(places) == {"POSTGRES_PASSWORD_FILE", "PGPASSFILE", "PATOK_ACCESS_TOKEN_FILE"}
    named = {path.name for path in places.values()} | {"service_password"}  # the last is an option of migrate
    assert named == {path.name for path in tmp_path.iterdir()}
    token_file = tmp_path / places["PATOK_ACCESS_TOKEN_FILE"].name
    token = read_settings({"PATOK_ACCESS_TOKEN_FILE": str(token_file), "HOME": str(tmp_path)}).access_token
    assert token == token_file.read_text()


def test_libpq_takes_the_password_file(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    pgpass = tmp_path / "pgpass"
    # libpq passes over a file that anybody else may read.
    assert stat.S_IMODE(pgpass.stat().st_mode) & 0o077 == 0
    user = SERVICES["database"]["environment"]["POSTGRES_USER"]
    password = (tmp_path / "database_password").read_text()
    service = (tmp_path / "service_password").read_text()
    assert pgpass.read_text() == f"*:*:*:{user}:{password}\n*:*:*:patok_service:{service}\n"
    assert not set(password) & set(":\\\n")
    url = SERVICES["patok"]["environment"]["PATOK_DATABASE_URL"]
    database = SERVICES["database"]["environment"]["POSTGRES_DB"]
    assert url == f"postgresql://{user}@database:5432/{database}"
    url = SERVICES["patok"]["environment"]["PATOK_SERVICE_DATABASE_URL"]
    assert url == f"postgresql://patok_service@database:5432/{database}"
    named = SERVICES["migrate"]["command"][-2:]
    assert named == ["--service-password-file", "/secrets/service_password"]
