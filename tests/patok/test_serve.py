"""``patok serve``, and Ctrl-C while something runs."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests.patok.conftest import AREAS, PROJECT, Patok, command_line, untraced

# -- Ctrl-C and the server ---------------------------------------------------------------------


def test_ctrl_c_ends_a_load_between_batches(
    published: Patok, files: Path, environment: dict[str, str], own_database: Engine
) -> None:
    lines = (files / "geotag.csv").read_text().splitlines()
    many = [f"x{i},{AREAS[0]},115.40{i % 9000:05d},-8.69{i % 8999:05d},5,{i}" for i in range(3000)]
    (files / "many.csv").write_text("\n".join([lines[0], *many]))
    run = "import geotags.run; geotags.run.ROWS_PER_BATCH = 50; from patok.cli import main; main()"
    command = [sys.executable, "-c", run, "geotags", "load", "regsosek", str(files / "many.csv")]
    load = subprocess.Popen(
        command, env=untraced(environment), cwd=PROJECT, stderr=subprocess.PIPE, text=True
    )
    try:
        count = _wait(lambda: _ledger(own_database) or None, load)
        load.send_signal(signal.SIGINT)
        _, said = load.communicate(timeout=30)
    finally:
        load.kill()
        load.wait(10)
    assert load.returncode == 130, said
    assert said.strip().splitlines()[-1] in ("Stopped.", "Dihentikan.")
    assert count <= _ledger(own_database) < 3000
    assert _ledger(own_database) % 50 == 0


def _ledger(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM geotag_ledger")).scalar_one())


def _wait(ask: Any, process: subprocess.Popen[str]) -> Any:
    deadline = time.monotonic() + 60
    while (answer := ask()) is None:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer(port: int, path: str) -> bytes | None:
    """What the server says, None while it is not there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as said:
            content: bytes = said.read()
            return content
    except urllib.error.HTTPError:
        raise
    except OSError:
        return None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "patok.example"])
def test_serve_stays_at_home_without_a_token(
    patok: Patok, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = patok("serve", "--host", host)
    assert (refused.code, refused.out) == (5, "")
    assert "PATOK_ACCESS_TOKEN" in refused.err
    monkeypatch.setenv("PATOK_HOST", host)
    assert patok("serve").code == 5


def test_serve_and_ctrl_c(published: Patok, environment: dict[str, str]) -> None:
    port = free_port()
    server = subprocess.Popen(
        command_line("serve", "--port", port),
        env=untraced(environment),
        cwd=PROJECT,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert _wait(lambda: answer(port, "/health/live"), server)
        frames = json.loads(answer(port, "/v1/frames") or b"null")
        assert [one["name"] for one in frames["frames"]] == ["nusa"]
        taken = published("serve", "--port", port)
        assert taken.code == 5 and f"Port {port} is in use" in taken.err
        server.send_signal(signal.SIGINT)
        _, said = server.communicate(timeout=30)
    finally:
        server.kill()
        server.wait(10)
    assert server.returncode == 0
    assert f"http://127.0.0.1:{port}" in said
    assert "Traceback" not in said
