"""``patok webhook``: from making one to its log."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.patok.conftest import Patok


@pytest.fixture
def told() -> Iterator[tuple[str, list[dict[str, object]]]]:
    """An address on loopback, and what it was told."""
    events: list[dict[str, object]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            events.extend(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(202)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", events
    server.shutdown()
    server.server_close()


def test_from_making_to_removing(published: Patok, told: tuple[str, list[dict[str, object]]]) -> None:
    url, events = told
    made = published("webhook", "create", "papan", "regsosek", url, "--area", "9471")
    assert made.code == 0 and made.out.startswith("whsec_") and "patok webhook try papan" in made.err
    assert published("webhook", "create", "papan", "regsosek", url).code == 4
    assert "https://HOST/PATH" in published("webhook", "create", "x", "regsosek", "http://example.org/").err
    tried = published("webhook", "try", "papan", "--json").json
    assert tried == {"name": "papan", "outcome": "told", "status": 202}
    assert [event["type"] for event in events] == ["patok.webhook.trial"]
    assert "taken (HTTP 202)" in published("webhook", "try", "papan").out
    listed = published("webhook", "list")
    assert "works" in listed.out and made.out.strip() not in listed.out
    (one,) = published("webhook", "list", "--json").json["webhooks"]
    assert (one["name"], one["areas"], one["behind"]) == ("papan", ["9471"], 0) and "secret" not in one
    assert published("webhook", "log", "papan", "--json").json == {"tries": []}
    assert "goes on after change 0" in published("webhook", "resume", "papan", "--since", "2025-01-01").out
    assert "told nothing any more" in published("webhook", "remove", "papan").out
    for command in ("log", "resume", "try", "remove"):
        gone = published("webhook", command, "papan")
        assert gone.code == 3 and "patok webhook list" in gone.err
