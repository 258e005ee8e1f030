"""``patok demo``: nothing planted is missed, nothing else is raised, and nothing is left running."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from boundaries.store.cluster import Cluster
from geo.checks.registry import CHECKS
from patok.settings import DESCRIPTIONS
from tests.patok.conftest import PROJECT, command_line, untraced

TOKEN = "the-token-of-the-demo"


@pytest.fixture
def demo_environment(open_folder: Path) -> dict[str, str]:
    """A data folder of the demo's own, and no other setting."""
    plain = {name: value for name, value in os.environ.items() if name not in DESCRIPTIONS}
    return untraced(plain) | {"PATOK_DATA_DIR": str(open_folder / "for-demo"), "PATOK_LANG": "en"}


def _cluster(environment: dict[str, str]) -> Cluster:
    return Cluster(Path(environment["PATOK_DATA_DIR"]) / "demo")


def _working_in(folder: Path) -> list[int]:
    """The processes whose working folder lies in ``folder``, as PostgreSQL's all do."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink().is_relative_to(folder):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


# What a single record shows, and places that several share; the other checks need more than this sample has.
PLANTED = {
    "COORDINATE_MISSING",
    "COORDINATE_INVALID",
    "COORDINATE_SENTINEL",
    "ZERO_COORDINATE",
    "COORDINATE_OUT_OF_RANGE",
    "PRESUMED_SWAPPED_COORDINATE",
    "PRESUMED_NEGATED_LATITUDE",
    "PRESUMED_NEGATED_LONGITUDE",
    "PRESUMED_SLIPPED_DIGIT",
    "COORDINATE_PRECISION_LOW",
    "ACCURACY_POOR",
    "AREA_UNKNOWN",
    "OUTSIDE_ASSIGNED_AREA",
    "IN_NO_AREA",
    "MEMBERSHIP_UNCERTAIN",
    "POSITION_NOT_DECISIVE",
    "DUPLICATE_COORDINATE",
}


def test_what_was_planted_is_found(demo_environment: dict[str, str]) -> None:
    demo = subprocess.run(
        command_line("demo", "--no-serve", "--geotags", 4000, "--json"),
        env=demo_environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert demo.returncode == 0, demo.stderr
    document = json.loads(demo.stdout)
    rows = document["checks"]
    assert [row["code"] for row in rows] == [check.code for check in CHECKS]
    assert [row for row in rows if row["missed"]] == []
    assert [row for row in rows if row["raised_besides"] and not row["needs_judgement"]] == []
    assert all(row["found"] == row["planted"] for row in rows)
    assert {row["code"] for row in rows if row["planted"]} == PLANTED
    assert sum(not row["needs_judgement"] for row in rows) > 8
    sample = Path(document["sample"])
    assert {path.name for path in sample.iterdir()} == {
        *(f"{level}.geojson" for level in ("kab", "kec", "desa", "sls", "subsls")),
        "geotags.csv",
    }
    cluster = _cluster(demo_environment)
    assert cluster.status().state == "stopped"
    assert _working_in(cluster.folder) == []


def test_the_page_until_ctrl_c(demo_environment: dict[str, str]) -> None:
    port = _free_port()
    command = command_line("demo", "--geotags", 5000, "--seed", 7, "--port", port)
    demo = subprocess.Popen(
        command,
        env=demo_environment | {"PATOK_ACCESS_TOKEN": TOKEN},
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    cluster = _cluster(demo_environment)
    try:
        deadline = time.monotonic() + 90
        while (live := _answer(port, "/health/ready")) is None:
            assert demo.poll() is None, demo.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert live
        page = (_answer(port, "/") or b"").decode()
        assert "<html" in page and "Patok" in page
        for script in re.findall(r'<script[^>]* src="([^"]+)"', page):
            assert _answer(port, script), script
        campaigns: Any = json.loads(_answer(port, "/v1/campaigns", TOKEN) or b"null")
        assert [(one["name"], one["geotags"]) for one in campaigns["campaigns"]] == [("contoh", 5000)]
        servers = _working_in(cluster.folder)
        assert cluster.status().pid in servers

        second = subprocess.run(
            command, env=demo_environment, cwd=PROJECT, capture_output=True, text=True, timeout=60
        )
        assert second.returncode == 5
        assert f"Port {port} is in use" in second.stderr
        assert demo.poll() is None

        demo.send_signal(signal.SIGINT)
        out, said = demo.communicate(timeout=60)
    finally:
        demo.kill()
        demo.wait(10)
        left = _working_in(cluster.folder)
        cluster.stop()
    assert demo.returncode == 0, said
    assert "Traceback" not in said
    assert "DUPLICATE_COORDINATE" in out
    assert left == []
    assert not any(_runs(pid) for pid in servers)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_whoever_kills_the_demo_ends_its_database(demo_environment: dict[str, str]) -> None:
    demo = subprocess.Popen(
        command_line("demo", "--no-serve"),
        env=demo_environment,
        cwd=PROJECT,
        stderr=subprocess.PIPE,
        text=True,
    )
    cluster = _cluster(demo_environment)
    try:
        deadline = time.monotonic() + 60
        while "." not in (cluster.status().version or ""):  # until the server itself says which it is
            assert demo.poll() is None, demo.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        demo.send_signal(signal.SIGTERM)
        said = demo.communicate(timeout=60)[1]
    finally:
        demo.kill()
        demo.wait(10)
        left = _working_in(cluster.folder)
        cluster.stop()
    assert demo.returncode == 130
    assert said.strip().splitlines()[-1] == "Stopped."
    assert left == []


def _runs(pid: int) -> bool:
    """Not ended, nor ended and waiting for its parent to notice."""
    try:
        state = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answer(port: int, path: str, token: str | None = None) -> bytes | None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=5) as said:
            content: bytes = said.read()
            return content
    except OSError:
        return None
