"""``patok serve``, and Ctrl-C while something runs."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any

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


def answer(port: int, path: str, token: str | None = None, body: object = None) -> bytes | None:
    """What the server says, None while it is not there."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    content = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", content, headers)
    try:
        with urllib.request.urlopen(asked, timeout=5) as said:
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
    assert "patok key create" in refused.err
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
        assert server.stderr is not None
        printed = _until_link(server.stderr)
        code = printed.rsplit("#sign-in=", 1)[1].strip()
        signed_in = json.loads(answer(port, "/v1/sign-in", body={"code": code}) or b"null")
        frames = json.loads(answer(port, "/v1/frames", signed_in["token"]) or b"null")
        assert [one["name"] for one in frames["frames"]] == ["nusa"]
        with pytest.raises(urllib.error.HTTPError, match="401"):
            answer(port, "/v1/frames")
        taken = published("serve", "--port", port)
        assert taken.code == 5 and f"Port {port} is in use" in taken.err
        server.send_signal(signal.SIGINT)
        _, said = server.communicate(timeout=30)
    finally:
        server.kill()
        server.wait(10)
    assert server.returncode == 0
    assert f"http://127.0.0.1:{port}" in printed
    assert "Traceback" not in printed + said


def _until_link(lines: IO[str]) -> str:
    printed = ""
    while "#sign-in=" not in printed:
        line = lines.readline()
        assert line, printed
        printed += line
    return printed


def test_keys_of_the_command_line_open_the_server(
    published: Patok, environment: dict[str, str], tmp_path: Path
) -> None:
    made = published("key", "create", "dashboard", "--role", "national", "--days", 30, "--json").json
    listed = published("key", "list", "--json").json["keys"]
    assert [one["prefix"] for one in listed] == [made["prefix"]] and made["key"] not in str(listed)
    assert published("key", "create", "tablet", "--role", "device").code == 2  # for which areas?
    plain = published("key", "create", "tablet", "--role", "device", "--area", "9471")
    assert plain.out.strip().startswith("patok_") and plain.out.count("\n") == 1
    assert "9471" in published("key", "list").out
    port = free_port()
    server = subprocess.Popen(
        command_line("serve", "--host", "0.0.0.0", "--port", port),
        env=untraced(environment), cwd=PROJECT, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert _wait(lambda: answer(port, "/health/live"), server)
        assert answer(port, "/v1/frames", made["key"])
        assert published("key", "revoke", made["prefix"]).code == 0
        assert published("key", "revoke", "00000000").code == 3
        server.send_signal(signal.SIGTERM)
        _, said = server.communicate(timeout=30)
    finally:
        server.kill()
        server.wait(10)
    assert "sign-in" not in said  # who reads the log of a server in a network must not come in by it


def test_the_log_and_the_traces_of_a_real_server_name_no_place(
    published: Patok, environment: dict[str, str]
) -> None:
    """Beside a collector on loopback; addresses and headers are full of what must not be written."""
    secret, sent = "115.4050123", list[bytes]()

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    collector = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=collector.serve_forever, daemon=True).start()
    key = published("key", "create", "of the tests", "--role", "national").out.strip()
    port = free_port()
    more = {"PATOK_LOG": "json", "PATOK_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_port}"}
    server = subprocess.Popen(
        command_line("serve", "--port", port),
        env=untraced(environment) | more | {"OTEL_BSP_SCHEDULE_DELAY": "200"},
        cwd=PROJECT, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert _wait(lambda: answer(port, "/health/live"), server)
        for path in (f"/{secret}", f"/v1/campaigns/{secret}/geotags?area={secret}", f"/v1/frames?x={secret}"):
            with suppress(urllib.error.HTTPError):
                answer(port, path, key)
        until = time.monotonic() + 20
        while not sent and time.monotonic() < until:
            time.sleep(0.05)
        server.send_signal(signal.SIGINT)
        _, said = server.communicate(timeout=30)
    finally:
        server.kill()
        server.wait(10)
        collector.shutdown()
        collector.server_close()
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    routes = [line["route"] for line in lines if line["message"] == "request"]
    assert routes[-3:] == ["(none)", "/v1/campaigns/{campaign}/geotags", "/v1/frames"]
    assert secret not in said and key not in said
    assert b"/v1/frames" in b"".join(sent) and secret.encode() not in b"".join(sent)
