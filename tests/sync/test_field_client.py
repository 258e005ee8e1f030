"""The example client: it checks like the server, loses nothing at whatever line it is killed, and goes on."""

from __future__ import annotations

import hashlib
import json
import random
import runpy
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from api.app import create_app
from boundaries.store.keys import revoke_key
from geo.ruleset import Ruleset
from tests.geotags.world import area_code

from .conftest import Device, Service, item

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "field_client"
MEMBERSHIP = {
    "OUTSIDE_ASSIGNED_AREA", "IN_NO_AREA", "MEMBERSHIP_UNCERTAIN", "POSITION_NOT_DECISIVE", "ACCURACY_POOR",
    "ACCURACY_MISSING",
}  # fmt: skip
KILLS = 25

# Runs the client and kills it, as `kill -9` would, before the n-th line of it that is run.
KILLER = """
import os, runpy, signal, sys
left = int(sys.argv.pop(1))
def trace(frame, event, argument):
    global left
    if not frame.f_code.co_filename.startswith(sys.path[0]):
        return None
    if event == "line":
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return trace
sys.path.insert(0, os.path.dirname(sys.argv[1]))
sys.argv = sys.argv[1:]
sys.settrace(trace)
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
finally:
    sys.settrace(None)
    print(left, file=sys.stderr)
"""


@pytest.fixture(scope="module")
def example() -> Iterator[Any]:
    """The modules of the example."""
    sys.path.insert(0, str(EXAMPLE))
    try:
        import client
        import offline_check

        yield client, offline_check
    finally:
        sys.path.remove(str(EXAMPLE))


@pytest.fixture
def address(service_world: Service, data_dir: Path) -> Iterator[str]:
    """The service on a socket."""
    app = create_app(service_world.service_engine, data_dir)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def _run(
    device: Device, address: str, data: Path, *command: str, kill_at: int = 0
) -> subprocess.CompletedProcess[str]:
    given = ["--server", address, "--campaign", device.campaign, "--data", str(data), *command]
    start = [sys.executable, str(EXAMPLE / "client.py")]
    if kill_at:
        start = [sys.executable, "-c", KILLER, str(kill_at), str(EXAMPLE / "client.py")]
    environment = {"PATOK_KEY": device.secret, "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [*start, *given], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs" / "conformance").glob("*.json")), ids=lambda path: path.stem
)
def test_it_agrees_with_the_conformance_vectors(example: Any, path: Path) -> None:
    _, offline = example
    given = json.loads(path.read_text())
    parameters = Ruleset().as_json()["parameters"]
    areas = {
        area["area_code"]: offline.Area(
            area["area_code"],
            "",
            [
                [[tuple(place) for place in ring] for ring in polygon]
                for polygon in area["geometry"]["coordinates"]
            ],
        )
        for area in given["areas"]
    }
    for case in given["cases"]:
        area = areas[case["assigned_area"]]
        others = [one for one in areas.values() if one is not area]
        place = float(case["lon_text"]), float(case["lat_text"])
        found = offline.check(area, others, *place, case["accuracy_m"], given["boundary_sigma_m"], parameters)
        expected = case["expected"]
        tolerance = max(0.01, 0.001 * abs(expected["distance_m"]))
        assert found.distance_m == pytest.approx(expected["distance_m"], abs=tolerance)
        assert found.probability == pytest.approx(expected["probability"], abs=0.002)
        assert found.verdict == expected["verdict"]
        assert sorted(found.findings) == sorted(
            (one["code"], one["severity"]) for one in expected["findings"]
        )


def test_with_a_pack_it_says_what_the_server_says(
    example: Any, service_world: Service, device: Device, address: str, tmp_path: Path
) -> None:
    client, offline = example
    server = client.Server(address, device.campaign, device.secret)
    server.pack("5105", tmp_path)
    pack = offline.open_pack(tmp_path)
    dice = random.Random(3)
    items = [
        item(
            area_code("5105", dice.randrange(4)),
            (dice.uniform(-0.4, 1.4), dice.uniform(-0.4, 1.4)),
            accuracy_m=a,
        )
        for a in (3.0, 12.0, 30.0, 80.0, None)
        for _ in range(30)
    ]
    items += [item(at=(0.004 * n, 0.004), accuracy_m=80.0) for n in range(1, 4)]  # in a corner
    codes = set()
    for one, said in zip(items, device.send(*items), strict=True):
        found = pack.check(one["assigned_area"], one["lon"], one["lat"], one["accuracy_m"])
        of_membership = {(f["code"], f["severity"]) for f in said["findings"] if f["code"] in MEMBERSHIP}
        assert set(found.findings) == of_membership
        assert found.distance_m == pytest.approx(said["distance_m"], abs=0.02)
        assert found.probability == pytest.approx(said["probability"], abs=0.002)
        codes |= {code for code, _ in found.findings}
    assert codes == MEMBERSHIP
    unknown = pack.check("9999", 115.4, -8.7, 5.0)
    assert unknown.verdict == "not_assessed"


def test_killed_at_any_line_it_loses_and_doubles_nothing(
    service_world: Service, device: Device, address: str, tmp_path: Path
) -> None:
    items = [item(household_key=f"h{n}") for n in range(30)]
    (tmp_path / "items.json").write_text(json.dumps(items))
    for command in (("add", str(tmp_path / "items.json")), ("sync",)):
        whole = _run(device, address, tmp_path / "counted", *command, kill_at=10**9)
        assert whole.returncode == 0, whole.stderr
        lines = 10**9 - int(whole.stderr.split()[-1])
        assert lines > 100
        dice = random.Random(len(command))
        for kill_at in sorted(dice.sample(range(1, lines), KILLS)):
            killed = _run(device, address, tmp_path / "killed", *command, kill_at=kill_at)
            assert killed.returncode in (-9, 0), killed.stderr
        if (
            command[0] == "add"
        ):  # what was added before the last kill is there; the person adds the rest again
            assert _run(device, address, tmp_path / "killed", *command).returncode == 0
    done = _run(device, address, tmp_path / "killed", "sync")
    counts = json.loads(done.stdout)
    assert counts.pop("waiting") == 0 and sum(counts.values()) == len(items)
    assert set(counts) <= {"stored", "replayed"}
    rows = service_world.query("SELECT item_id FROM geotags")
    assert sorted(row.item_id for row in rows) == sorted(one["item_id"] for one in items)


@pytest.fixture
def link(device: Device) -> Iterator[Callable[[Callable[..., bool]], str]]:
    """Makes one; all end with the test."""
    servers = []

    def make(meddle: Callable[[BaseHTTPRequestHandler, bytes, Any], bool]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self._pass("POST", self.rfile.read(int(self.headers["Content-Length"])))

            def do_GET(self) -> None:
                self._pass("GET", b"")

            def _pass(self, method: str, body: bytes) -> None:
                kept = ("Range", "If-Range", "Content-Type", "Authorization")
                headers = {name: self.headers[name] for name in kept if name in self.headers}

                def ask() -> Any:
                    return device.client.request(method, self.path, content=body, headers=headers)

                if not meddle(self, body, ask):
                    reply(self, ask())

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


def reply(handler: BaseHTTPRequestHandler, answer: Any, content: bytes | None = None) -> None:
    """What the service answered; with ``content`` other bytes under the same length, or fewer of them."""
    handler.send_response(answer.status_code)
    for name in ("content-type", "etag", "retry-after"):
        if name in answer.headers:
            handler.send_header(name, answer.headers[name])
    handler.send_header("Content-Length", str(len(answer.content)))
    handler.end_headers()
    handler.wfile.write(answer.content if content is None else content)


def test_it_comes_back_after_any_trouble(
    example: Any,
    device: Device,
    link: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server that is full, broken and silent, and a link that breaks before and after it has stored."""
    client, _ = example
    monkeypatch.setattr(client, "AT_ONCE", 20)
    queue = client.Queue(tmp_path / "queue.db")
    items = [item() for _ in range(200)]
    for one in [*items, *items]:  # added twice, sent once
        queue.add(one)
    troubles: list[Any] = [503, "cut", 429, "lost", 409, 500, 413, "cut", "lost"]
    lost: list[int] = []
    turns = 0

    def meddle(handler: BaseHTTPRequestHandler, body: bytes, ask: Callable[[], Any]) -> bool:
        nonlocal turns
        turns += 1
        if turns % 2 or not troubles:
            return False
        trouble = troubles.pop(0)
        if trouble == "lost":
            assert ask().status_code == 200
            lost.append(len(json.loads(body)["items"]))
        if isinstance(trouble, int):
            reply(handler, httpx.Response(trouble, headers={"Retry-After": "2"}, json={}))
        return True  # and else the connection ends without a word

    waits: list[float] = []
    server = client.Server(link(meddle), device.campaign, device.secret, waits.append)
    server.sync(queue)
    counts = queue.counts()
    assert counts["waiting"] == 0 and counts["stored"] + counts["replayed"] == 200
    assert troubles == [] and counts["replayed"] == sum(lost) > 0
    assert len(waits) == 8 and sum(wait >= 2 for wait in waits) == 4


def test_it_stops_where_a_person_must_look(
    example: Any, service_world: Service, device: Device, address: str, tmp_path: Path
) -> None:
    (tmp_path / "item.json").write_text(json.dumps(item()))
    assert _run(device, address, tmp_path, "add", str(tmp_path / "item.json")).returncode == 0
    revoke_key(service_world.world.engine, device.key.prefix)
    stopped = _run(device, address, tmp_path, "sync")
    assert stopped.returncode == 1 and stopped.stderr.strip() and "Traceback" not in stopped.stderr
    assert json.loads(_run(device, address, tmp_path, "status").stdout) == {"waiting": 1}  # nothing is lost
    assert _run(device, address, tmp_path, "pack", "5105").returncode == 1
    assert not (tmp_path / "pack" / "manifest.json").exists()


def test_a_download_goes_on_and_is_proved(
    example: Any, device: Device, link: Callable[..., str], tmp_path: Path
) -> None:
    """The link breaks after a few thousand bytes, again and again; once the bytes are wrong."""
    client, _ = example
    folder = tmp_path / "pack"
    asked: list[str | None] = []

    def meddle(handler: BaseHTTPRequestHandler, body: bytes, ask: Callable[[], Any]) -> bool:
        if "areas." not in handler.path:
            return False
        asked.append(handler.headers["Range"])
        answer = ask()
        content = answer.content[:9000]
        reply(handler, answer, b"x" * len(content) if len(asked) == 3 else content)
        return True

    server = client.Server(link(meddle), device.campaign, device.secret, lambda pause: None)
    server.pack("5105", folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    for file in manifest["files"]:
        assert hashlib.sha256((folder / file["name"]).read_bytes()).hexdigest() == file["sha256"]
    assert len(asked) > 10 and asked.count(None) >= 3  # begun again after the wrong bytes
    assert {path.name for path in folder.iterdir()} == {"manifest.json", "areas.gpkg", "areas.pmtiles"}
    before = len(asked)
    server.pack("5105", folder)
    assert len(asked) == before  # what is there is not fetched again


def test_the_example_says_how_to_use_it() -> None:
    told = runpy.run_path(str(EXAMPLE / "client.py"), run_name="read")["__doc__"]
    for command in ("pack", "add", "sync"):
        assert f" {command} " in told or f" {command}\n" in told
