"""Sync over real HTTP: `patok serve` on a private database with a million geotags, and devices that send.

    python bench/sync.py prepare WORK            # once; WORK has the two files of generate.py
    python bench/sync.py run WORK --seconds 60

`prepare` publishes the areas, loads a million geotags and judges what waits. `run` starts `patok serve` as a
process of its own (durable commits, row policies and all checks on) and sends geotags that it has not seen,
from this process: one item at a time when idle, then as many batches of 100 as it takes (closed loop), then
2,000 geotags a second whether answered or not (open loop; the time of an answer counts from when it was due).
A batch holds geotags of one enumerator, or of few. Beside it, in the same run, the same verdict in the usual
way: one statement of ST_Covers and ST_DWithin per item through SQLAlchemy, committed per batch, without any
other check. Everything ends after the time given.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import re
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pyarrow.parquet as pq

STORED = 1_000_000
BATCH = 100
OPEN_RATE = 2_000
NAME = "bench"
PATOK = Path(sys.executable).with_name("patok")


def _environment(work: Path) -> dict[str, str]:
    return os.environ | {"PATOK_DATA_DIR": str(work / "data"), "PATOK_LANG": "en"}


def _patok(work: Path, *arguments: object) -> str:
    done = subprocess.run(
        [PATOK, *map(str, arguments)], env=_environment(work), check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def prepare(work: Path) -> None:
    """Frame, release, campaign and the first million geotags, by the commands that an office would use."""
    (work / "data").mkdir(parents=True, exist_ok=True)
    work.chmod(0o711)
    table = pq.read_table(work / "geotags.parquet").slice(0, STORED)
    pq.write_table(table, work / "stored.parquet")
    _patok(work, "frame", "create", NAME, "--scheme", "bps")
    _patok(work, "frame", "load", NAME, work / "areas.parquet", "--level", "subsls")
    _patok(work, "frame", "qa", NAME)
    _patok(work, "frame", "publish", NAME, "--label", "2025_2", "--force", "--reason", "made up")
    _patok(work, "campaign", "create", NAME, "--frame", NAME, "--level", "subsls")
    begun = time.perf_counter()
    _patok(work, "geotags", "load", NAME, work / "stored.parquet")
    print(f"load and judge {STORED:,} geotags: {time.perf_counter() - begun:.0f} s")


def _items(work: Path, first: int) -> Iterator[dict[str, Any]]:
    """Geotags that are not stored yet, as a device would send them."""
    rows = pq.read_table(work / "geotags.parquet").slice(first, 500_000)
    rows = rows.sort_by([("enumerator_id", "ascending"), ("captured_at", "ascending")])
    for batch in rows.to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            yield {
                "item_id": str(uuid.uuid4()),
                "revision": 1,
                "household_key": row["household_key"],
                "building_no": row["building_no"],
                "assigned_area": row["idsubsls"],
                "lon": row["longitude"],
                "lat": row["latitude"],
                "accuracy_m": row["accuracy"],
                "captured_at": row["captured_at"].isoformat(),
                "enumerator_id": row["enumerator_id"],
            }


class Sender:
    """Batches made ready beforehand, so that the load generator does little else than send."""

    def __init__(self, base: str, key: str, items: Iterator[dict[str, Any]]) -> None:
        self.base, self.items = base, items
        self.headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def bodies(self, n: int, size: int) -> list[bytes]:
        return [
            json.dumps({"campaign": NAME, "items": [next(self.items) for _ in range(size)]}).encode()
            for _ in range(n)
        ]

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.base, headers=self.headers, timeout=60)

    def post(self, client: httpx.Client, body: bytes) -> None:
        answer = client.post("/v1/geotags", content=body)
        answer.raise_for_status()


def one_by_one(sender: Sender, n: int) -> dict[str, float]:
    """Single items, one after the other."""
    took = []
    with sender.client() as client:
        for body in sender.bodies(n, 1):
            begun = time.perf_counter()
            sender.post(client, body)
            took.append(time.perf_counter() - begun)
    return _percentiles(took)


def closed_loop(sender: Sender, seconds: float, clients: int) -> dict[str, float]:
    """As many batches as ``clients`` devices get answered, each sending the next when it has its answer."""
    bodies: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    for body in sender.bodies(int(seconds * 40), BATCH):
        bodies.put(body)
    took: list[float] = []
    until = time.perf_counter() + seconds

    def device() -> None:
        with sender.client() as client:
            while time.perf_counter() < until and not bodies.empty():
                begun = time.perf_counter()
                sender.post(client, bodies.get())
                took.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    _together(device, clients)
    return {"geotags_per_s": len(took) * BATCH / (time.perf_counter() - begun), **_percentiles(took)}


def open_loop(sender: Sender, seconds: float, rate: int, clients: int) -> dict[str, float]:
    """Batches at a fixed pace; the time of an answer counts from the moment that the batch was due."""
    n = int(seconds * rate / BATCH)
    bodies = sender.bodies(n, BATCH)
    due = [number * BATCH / rate for number in range(n)]
    took: list[float] = []
    numbers: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(n):
        numbers.put(number)
    start = time.perf_counter() + 0.5
    until = start + seconds * 2

    def device() -> None:
        with sender.client() as client:
            while not numbers.empty() and time.perf_counter() < until:
                number = numbers.get()
                time.sleep(max(0.0, start + due[number] - time.perf_counter()))
                sender.post(client, bodies[number])
                took.append(time.perf_counter() - start - due[number])

    _together(device, clients)
    return {"sent": len(took) * BATCH, "asked": n * BATCH, **_percentiles(took)}


def _together(work: Any, n: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _percentiles(took: list[float]) -> dict[str, float]:
    p50, p95, p99 = np.percentile(np.array(took) * 1000, [50, 95, 99])
    return {"p50_ms": float(p50), "p95_ms": float(p95), "p99_ms": float(p99), "requests": len(took)}


def usual_way(work: Path, items: Iterator[dict[str, Any]], seconds: float) -> dict[str, float]:
    """One statement per item: is the point covered by its area, or near it, and which area is it in."""
    from sqlalchemy import create_engine, text

    from boundaries.store.cluster import Cluster

    engine = create_engine(Cluster(work / "data").start())
    asked = text(
        "SELECT v.code, ST_Covers(v.geom, p.geom) AS inside, "
        "ST_DWithin(v.geom::geography, p.geom::geography, 50) AS near, "
        "(SELECT o.code FROM unit_versions o WHERE o.level = 'subsls' AND ST_Covers(o.geom, p.geom) LIMIT 1) "
        "FROM (SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS geom) AS p "
        "LEFT JOIN unit_versions v ON v.level = 'subsls' AND v.code = :area AND upper_inf(v.sys)"
    )
    stored = text("INSERT INTO usual_way (item, inside) VALUES (:item, :inside)")
    done, until = 0, time.perf_counter() + seconds
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE IF NOT EXISTS usual_way (item text PRIMARY KEY, inside boolean)")
        )
    begun = time.perf_counter()
    while time.perf_counter() < until:
        with engine.begin() as connection:
            for _ in range(BATCH):
                one = next(items)
                place = {"lon": one["lon"], "lat": one["lat"], "area": one["assigned_area"]}
                row = connection.execute(asked, place).first()
                inside = bool(row and row.inside)
                connection.execute(stored, {"item": one["item_id"], "inside": inside})
                done += 1
    rate = done / (time.perf_counter() - begun)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE usual_way"))
    engine.dispose()
    return {"geotags_per_s": rate}


def run(work: Path, seconds: float, clients: int, first: int) -> None:
    """Start the server, send, and print what was measured."""
    key = json.loads(_patok(work, "key", "create", "bench", "--role", "national", "--days", 1, "--json"))[
        "key"
    ]
    server = subprocess.Popen(
        [PATOK, "serve", "--port", "8765"], env=_environment(work), stderr=subprocess.PIPE, text=True
    )
    assert server.stderr is not None
    try:
        line = ""
        while not re.search(r"http://127", line):
            line = server.stderr.readline()
        time.sleep(1)
        items = _items(work, first)
        sender = Sender("http://127.0.0.1:8765", key, items)
        for body in sender.bodies(10, BATCH):
            with sender.client() as client:
                sender.post(client, body)
        print("usual way     ", _rounded(usual_way(work, items, min(seconds, 20))))
        time.sleep(40)  # what waits is judged
        print("single, idle  ", _rounded(one_by_one(sender, 200)))
        print("closed loop   ", _rounded(closed_loop(sender, seconds, clients)))
        print("open loop     ", _rounded(open_loop(sender, seconds, OPEN_RATE, clients * 4)))
        status = Path(f"/proc/{server.pid}/status").read_text("ascii").splitlines()
        peak = next(text for text in status if text.startswith("VmHWM"))
        print("server memory ", peak.split(":")[1].strip())
    finally:
        server.terminate()
        server.wait(30)


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 1) for name, value in values.items()}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["prepare", "run"])
    parser.add_argument("work", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--first", type=int, default=STORED, help="the first geotag that is sent")
    given = parser.parse_args()
    if given.what == "prepare":
        prepare(given.work)
    else:
        run(given.work, given.seconds, given.clients, given.first)


if __name__ == "__main__":
    sys.exit(main())
