"""Connections cut after the commit, servers and databases killed: nothing is lost, nothing doubled."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from boundaries.store.cluster import Cluster
from boundaries.store.engine import connect
from boundaries.store.keys import create_key
from boundaries.store.principals import Role
from boundaries.store.releases import open_frame
from boundaries.store.schema import migrate
from geotags.run import judge_all_waiting
from geotags.store.partitions import ensure_partitions, provinces_of
from patok.settings import DESCRIPTIONS
from tests.geotags.world import KABUPATEN, World, area_code, boundary_file, publish_files
from tests.patok.conftest import PROJECT, command_line, untraced
from tests.sync.conftest import item

N_DEVICES = 6
ITEMS_EACH = 20
KILLED_SERVERS, KILLED_DATABASES = 2, 2
CUT_SHARE = 0.3
ENDS_AFTER_S = 150


class Proxy:
    """Forwards connections to a port; three in ten are cut when the answer is on its way."""

    def __init__(self, port: int) -> None:
        self.upstream = port
        self.cuts = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._rng = random.Random(3)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                cut = self._rng.random() < CUT_SHARE
                threading.Thread(target=self._forward, args=(client, cut), daemon=True).start()

    def _forward(self, client: socket.socket, cut: bool) -> None:
        with client, suppress(OSError), socket.create_connection(("127.0.0.1", self.upstream), 5) as server:
            threading.Thread(target=self._pump, args=(client, server), daemon=True).start()
            while data := server.recv(65536):
                if cut:
                    self.cuts += 1
                    return
                client.sendall(data)

    @staticmethod
    def _pump(client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                server.sendall(data)


@dataclass
class Phone:
    """Keeps its queue until it has read an outcome, as the app does."""

    port: int
    secret: str
    campaign: str
    queue: list[dict[str, Any]]
    answered: dict[str, dict[str, Any]] = field(default_factory=dict)
    tries: int = 0

    def run(self, until: float, rng: random.Random) -> None:
        while self.queue and time.monotonic() < until:
            batch = self.queue[: rng.randint(1, 5)]
            results = self.post(batch)
            if results is None:
                time.sleep(rng.uniform(0.05, 0.3))
                continue
            for one, result in zip(batch, results, strict=True):
                assert result["outcome"] in ("stored", "replayed"), result
                self.answered[one["item_id"]] = result
                self.queue.remove(one)

    def post(self, batch: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
        """The results; None where none could be read."""
        self.tries += 1
        body = json.dumps({"campaign": self.campaign, "items": batch})
        headers = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("POST", "/v1/geotags", body, headers | {"Connection": "close"})
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        if answer.status in (429, 503):
            assert json.loads(content)["code"] in ("TOO_MANY_BATCHES", "DATABASE_UNAVAILABLE")
            assert answer.getheader("Retry-After")
            return None
        assert answer.status == 200, content
        results: list[dict[str, Any]] = json.loads(content)["results"]
        return results


@pytest.fixture
def own_cluster(open_folder: Path) -> Iterator[Cluster]:
    """A server of this test alone, which waits for the disk: what was committed must survive a kill."""
    cluster = Cluster(open_folder / "faults")
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()


@contextmanager
def served(environment: dict[str, str], port: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The last of the list is the server that runs; whoever kills it appends the next one."""

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command_line("serve", "--port", port),
            env=environment, cwd=PROJECT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    servers = [start()]
    servers[0].start_again = start  # type: ignore[attr-defined]
    try:
        yield servers
    finally:
        for server in servers:
            server.kill()
            server.wait(20)


def _until_it_works(servers: list[subprocess.Popen[bytes]], port: int, until: float) -> None:
    """What looks after a server does: one that found no database at its start is started again."""
    again: Any = servers[0]
    while time.monotonic() < until:
        if servers[-1].poll() is not None:
            servers[-1] = again.start_again()
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)


def _kill_now_and_then(
    cluster: Cluster, servers: list[subprocess.Popen[bytes]], port: int, until: float
) -> None:
    rng = random.Random(5)
    todo = ["server"] * KILLED_SERVERS + ["database"] * KILLED_DATABASES
    rng.shuffle(todo)
    again: Any = servers[0]
    for what in todo:
        _until_it_works(servers, port, until)
        time.sleep(rng.uniform(0.2, 1.5))
        if time.monotonic() > until:
            return
        if what == "server":
            servers[-1].kill()
            servers[-1].wait(20)
            servers.append(again.start_again())
        else:
            pid = cluster.status().pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            cluster.start()


def test_nothing_is_lost_or_doubled(own_cluster: Cluster, tmp_path: Path) -> None:
    engine = connect(own_cluster.start())
    migrate(engine)
    codes = [area_code(kabupaten, nth) for kabupaten in KABUPATEN for nth in range(4)]
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    release = publish_files(engine, data_dir, "tiga", [boundary_file(codes)])
    world = World(engine, data_dir, release, open_frame(engine, data_dir, "tiga"))
    campaign = world.campaign()
    ensure_partitions(engine, provinces_of(world.frame))
    plain = {name: value for name, value in os.environ.items() if name not in DESCRIPTIONS}
    urls = {
        "PATOK_DATABASE_URL": own_cluster.start(),
        "PATOK_SERVICE_DATABASE_URL": own_cluster.service_url(),
    }
    environment = untraced(plain) | urls | {"PATOK_DATA_DIR": str(data_dir)}
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    rng = random.Random(11)
    proxy = Proxy(port)
    phones = []
    for n in range(N_DEVICES):
        _, secret = create_key(engine, Role.DEVICE, f"phone {n}", ["5105"])
        queue = [
            item(area_code("5105", rng.randrange(4)), (rng.random(), rng.random()), enumerator_id=f"E-{n}")
            for _ in range(ITEMS_EACH)
        ]
        phones.append(Phone(proxy.port, secret, campaign.name, queue))
    sent = {one["item_id"]: one for phone in phones for one in phone.queue}
    until = time.monotonic() + ENDS_AFTER_S
    with served(environment, port) as servers:
        threads = [
            threading.Thread(target=phone.run, args=(until, random.Random(n)))
            for n, phone in enumerate(phones)
        ]
        for thread in threads:
            thread.start()
        _kill_now_and_then(own_cluster, servers, port, until)
        _until_it_works(servers, port, until)
        for thread in threads:
            thread.join(ENDS_AFTER_S)
        assert not any(phone.queue for phone in phones), [len(phone.queue) for phone in phones]
        assert len(servers) == KILLED_SERVERS + 1 and proxy.cuts > 3
        # Replayed after all of it, past the proxy: the same answer as the first that was read.
        for phone in phones:
            direct = Phone(port, phone.secret, phone.campaign, [])
            for item_id, first in phone.answered.items():
                (again,) = direct.post([sent[item_id]]) or [{}]
                assert again["outcome"] == "replayed"
                for name in ("verdict", "distance_m", "probability", "findings", "release"):
                    assert again[name] == first[name], name
    proxy.close()
    engine.dispose()
    engine = create_engine(own_cluster.start())
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT item_id FROM geotags WHERE is_current")).scalars().all()
        doubled = connection.execute(text("SELECT count(*) FROM geotags")).scalar_one()
        results = connection.execute(text("SELECT count(*) FROM geotag_results")).scalar_one()
    assert sorted(rows) == sorted(sent) and doubled == results == len(sent)
    judge_all_waiting(engine, campaign, world.frame, release.release_id)
    engine.dispose()
