"""A device of an enumerator: a queue that survives a cut of the power, and a sync that doubles nothing.

    export PATOK_KEY=patok_...
    python client.py --server http://127.0.0.1:8000 --campaign regsosek pack 5105
    python client.py --server http://127.0.0.1:8000 --campaign regsosek add item.json
    python client.py --server http://127.0.0.1:8000 --campaign regsosek sync

The rules: an item leaves the queue only in the transaction that stores its answer; what was not answered is
sent again, byte for byte; a change is a new revision. Standard library and httpx.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from offline_check import open_pack

AT_ONCE = 100
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 300.0
COME_AGAIN = {408, 409, 425, 429, 500, 502, 503, 504}
"""Nothing is known of the batch, or it is not its turn: send the same again."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS queue (
    place INTEGER PRIMARY KEY AUTOINCREMENT, item_id TEXT NOT NULL, revision INTEGER NOT NULL,
    body TEXT NOT NULL, UNIQUE (item_id, revision)
);
CREATE TABLE IF NOT EXISTS answers (
    item_id TEXT NOT NULL, revision INTEGER NOT NULL, outcome TEXT NOT NULL, answer TEXT NOT NULL,
    PRIMARY KEY (item_id, revision)
);
"""


class Stopped(Exception):
    """A person must look: the key has ended, or the app and the server do not understand each other."""


class Queue:
    """Items that wait to be sent, and the answers of those that were."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")  # a commit is on the disk
        self._database.executescript(SCHEMA)

    def add(self, item: dict[str, Any]) -> None:
        """Once it returns, the item will arrive. The same item and revision again changes nothing."""
        body = json.dumps(item, ensure_ascii=False, sort_keys=True)
        self._database.execute(
            "INSERT INTO queue (item_id, revision, body) SELECT ?, ?, ? WHERE NOT EXISTS"
            " (SELECT 1 FROM answers WHERE item_id = ? AND revision = ?) ON CONFLICT DO NOTHING",
            (item["item_id"], item["revision"], body, item["item_id"], item["revision"]),
        )

    def first(self, n: int) -> list[tuple[int, str]]:
        """Place and body of the oldest."""
        return self._database.execute("SELECT place, body FROM queue ORDER BY place LIMIT ?", (n,)).fetchall()

    def settle(self, sent: list[tuple[int, str]], results: list[dict[str, Any]]) -> None:
        """Keep the answers and let the items go, both or neither."""
        self._database.execute("BEGIN IMMEDIATE")
        for (place, body), result in zip(sent, results, strict=True):
            item = json.loads(body)
            self._database.execute(
                "INSERT INTO answers VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
                " SET outcome = excluded.outcome, answer = excluded.answer",
                (item["item_id"], item["revision"], result["outcome"], json.dumps(result)),
            )
            self._database.execute("DELETE FROM queue WHERE place = ?", (place,))
        self._database.execute("COMMIT")

    def counts(self) -> dict[str, int]:
        """How many wait, and how many were answered, by outcome."""
        waiting = self._database.execute("SELECT count(*) FROM queue").fetchone()[0]
        answered = self._database.execute("SELECT outcome, count(*) FROM answers GROUP BY outcome").fetchall()
        return {"waiting": waiting, **dict(answered)}


class Server:
    """The service, for one campaign."""

    def __init__(
        self, address: str, campaign: str, key: str, wait: Callable[[float], None] = time.sleep
    ) -> None:
        headers = {"Authorization": f"Bearer {key}", "Accept-Language": "id"}
        self._http = httpx.Client(base_url=address, headers=headers, timeout=60.0)
        self._campaign = campaign
        self._wait = wait

    def sync(self, queue: Queue, *, until: float | None = None) -> None:
        """Send until nothing waits, or until the moment ``until``. Raises ``Stopped``."""
        tries, at_once = 0, AT_ONCE
        while sent := queue.first(at_once):
            if until is not None and time.time() > until:
                return
            items = ", ".join(body for _, body in sent)
            batch = f'{{"campaign": {json.dumps(self._campaign)}, "items": [{items}]}}'
            answer = self._post(batch)
            if answer is not None and answer.status_code == 200:
                queue.settle(sent, answer.json()["results"])
                tries = 0
            elif answer is not None and answer.status_code == 413 and at_once > 1:
                at_once = max(1, at_once // 2)
            elif answer is None or answer.status_code in COME_AGAIN:
                self._wait(_pause_s(tries, answer))
                tries += 1
            else:
                raise Stopped(answer.json().get("detail", f"HTTP {answer.status_code}"))

    def pack(self, areas: str, folder: Path) -> None:
        """Download what is needed to check offline; goes on where it broke off."""
        folder.mkdir(parents=True, exist_ok=True)
        manifest = self._get(f"/v1/packs/{areas}", params={"campaign": self._campaign}).json()
        for file in manifest["files"]:
            self._download(file, folder / file["name"])
        # The last, and in one step: files without their manifest are no pack.
        half = folder / "manifest.json.part"
        half.write_text(json.dumps(manifest), "utf-8")
        half.replace(folder / "manifest.json")

    def _download(self, file: dict[str, Any], path: Path) -> None:
        if path.exists() and _sha256(path) == file["sha256"]:
            return
        part = path.with_name(f"{path.name}.{file['sha256'][:16]}.part")  # of this very file
        while True:
            have = part.stat().st_size if part.exists() else 0
            if have < file["bytes"]:
                self._fetch_rest(file, part, have)
            if part.stat().st_size == file["bytes"]:
                if _sha256(part) == file["sha256"]:
                    part.replace(path)
                    return
                part.unlink()

    def _fetch_rest(self, file: dict[str, Any], part: Path, have: int) -> None:
        wanted = {"Range": f"bytes={have}-", "If-Range": f'"{file["sha256"]}"'} if have else {}
        try:
            with self._http.stream("GET", file["url"], headers=wanted) as answer:
                answer.raise_for_status()
                with part.open("ab" if answer.status_code == 206 else "wb") as out:
                    for piece in answer.iter_raw():
                        out.write(piece)
        except httpx.HTTPStatusError as error:
            if error.response.status_code not in COME_AGAIN:
                raise Stopped(f"HTTP {error.response.status_code}") from error
            self._wait(_pause_s(0, error.response))
        except httpx.HTTPError:
            part.touch()
            self._wait(_pause_s(0, None))

    def _post(self, batch: str) -> httpx.Response | None:
        try:
            return self._http.post(
                "/v1/geotags", content=batch.encode(), headers={"Content-Type": "application/json"}
            )
        except httpx.HTTPError:
            return None

    def _get(self, address: str, **more: Any) -> httpx.Response:
        tries = 0
        while True:
            try:
                answer = self._http.get(address, **more)
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code == 200:
                return answer
            if answer is not None and answer.status_code not in COME_AGAIN:
                raise Stopped(answer.json().get("detail", f"HTTP {answer.status_code}"))
            self._wait(_pause_s(tries, answer))
            tries += 1


def _pause_s(tries: int, answer: httpx.Response | None) -> float:
    """Longer each time, and at random, so that a thousand tablets do not come back in one moment."""
    pause = random.uniform(0, min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(tries, 10)))
    given = answer.headers.get("Retry-After", "") if answer is not None else ""
    return pause + (int(given) if given.isdigit() else 0)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--server", required=True)
    parser.add_argument("--campaign", required=True)
    parser.add_argument("--data", type=Path, default=Path("field"))
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("pack").add_argument("areas")
    for name in ("add", "check"):
        commands.add_parser(name).add_argument("file", type=Path)
    commands.add_parser("sync").add_argument("--minutes", type=float)
    commands.add_parser("status")
    given = parser.parse_args()
    given.data.mkdir(parents=True, exist_ok=True)
    server = Server(given.server, given.campaign, os.environ.get("PATOK_KEY", ""))
    try:
        if given.command == "pack":
            server.pack(given.areas, given.data / "pack")
        elif given.command == "check":
            item = json.loads(given.file.read_text("utf-8"))
            pack = open_pack(given.data / "pack")
            print(pack.check(item["assigned_area"], item["lon"], item["lat"], item.get("accuracy_m")))
        else:
            queue = Queue(given.data / "queue.db")
            if given.command == "add":
                found = json.loads(given.file.read_text("utf-8"))
                for item in found if isinstance(found, list) else [found]:
                    queue.add(item)
            elif given.command == "sync":
                server.sync(queue, until=None if given.minutes is None else time.time() + 60 * given.minutes)
            print(json.dumps(queue.counts()))
    except Stopped as stopped:
        print(stopped, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
