"""Webhooks: everything is told in its order, signed, at least once, and nothing that names a place."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import http.server
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from api import webhooks as telling
from api.app import create_app
from boundaries.store import audit
from geo.errors import AlreadyExists, NotFound, ValueRefused
from geotags.store import webhooks
from geotags.store.erasure import erase_campaign, erase_household

from .conftest import Device, Service, item

NEEDED = {"specversion", "id", "source", "type"}


@dataclass
class Receiver:
    """Another program: what it was told, and what it answers."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    """The next ones; 204 after them."""
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)

    def ids(self) -> list[int]:
        return [int(event["id"]) for event in self.taken]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Listens on loopback until the test ends."""
    found = Receiver()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.requests.append(({k.lower(): v for k, v in self.headers.items()}, body))
            status = found.answers.pop(0) if found.answers else 204
            if status == 204:
                found.taken += json.loads(body)
            if status == 0:  # an answer that never comes
                time.sleep(1.5)
                return
            self.send_response(status)
            if status == 302:
                self.send_header("Location", f"{found.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/hook"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=1.0, trust_env=False) as client:
        yield client


def _hook(
    service_world: Service, receiver: Receiver, *areas: str, name: str = "dashboard", **more: Any
) -> bytes:
    return webhooks.create_webhook(
        service_world.world.engine, name, service_world.campaign, receiver.url, areas, **more
    )


def _tell(service_world: Service, client: httpx.Client) -> int:
    """Everything that is due; how many tries it took."""
    tries = 0
    while telling.tell_one(service_world.service_engine, client):
        tries += 1
    return tries


def _due_now(service_world: Service) -> None:
    with service_world.world.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE webhooks SET next_at = now()")


def _changes(service_world: Service) -> list[int]:
    return [row.id for row in service_world.query("SELECT id FROM finding_changes ORDER BY id")]


def _faulty(n: int) -> list[dict[str, Any]]:
    """Items outside of their areas: a finding each, at least."""
    return [item(at=(3.5, 0.1 + 0.02 * k), household_key=f"household-{k}") for k in range(n)]


def test_what_comes_is_told_in_its_order_and_once(
    service_world: Service,
    device: Device,
    receiver: Receiver,
    client: httpx.Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(telling, "EVENTS_AT_ONCE", 3)
    device.send(*_faulty(1))
    before = _changes(service_world)
    _hook(service_world, receiver)
    assert _tell(service_world, client) == 0  # what was there is not news
    some = _faulty(4)
    device.send(*some)
    device.send(*(one | {"revision": 2, "lon": one["lon"] - 0.03} for one in some))  # back into their area
    assert _tell(service_world, client) > 2
    assert receiver.ids() == _changes(service_world)[len(before) :]
    assert {event["type"] for event in receiver.taken} == {"patok.finding.created", "patok.finding.ended"}
    assert _tell(service_world, client) == 0 and len(_tries(service_world)) == len(receiver.requests)


def _tries(service_world: Service) -> list[dict[str, Any]]:
    return webhooks.read_tries(service_world.world.engine, "dashboard", 1000)


def test_events_are_of_the_standard_and_name_no_place(
    service_world: Service, device: Device, receiver: Receiver, client: httpx.Client
) -> None:
    secret = _hook(service_world, receiver)
    (one,) = _faulty(1)
    device.send(one)
    _tell(service_world, client)
    ((headers, body),) = receiver.requests
    assert headers["content-type"] == "application/cloudevents-batch+json"
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    for event in json.loads(body):
        assert set(event) >= NEEDED and event["specversion"] == "1.0"
        assert dt.datetime.fromisoformat(event["time"]).tzinfo is not None
        assert all(name.isalnum() and name.islower() for name in event)
        assert event["data"]["item_id"] == one["item_id"]
    for secret_text in (one["household_key"], str(one["lon"]), str(one["lat"]), one["enumerator_id"]):
        assert secret_text not in body.decode()


def test_the_signature_is_that_of_the_published_example() -> None:
    """The test vector of the specification of Standard Webhooks."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = dt.datetime.fromtimestamp(1614265330, dt.UTC)
    found = telling.signature(secret, b'{"test": 2432232314}', at, "msg_p5jXN8AQM9LWM0D4loKWxJek")
    assert found["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("answer", "outcome"), [(500, "refused"), (302, "refused"), (404, "refused"), (0, "too_slow")]
)
def test_what_was_not_taken_is_told_again_before_anything_later(
    service_world: Service,
    device: Device,
    receiver: Receiver,
    client: httpx.Client,
    answer: int,
    outcome: str,
) -> None:
    _hook(service_world, receiver)
    device.send(*_faulty(2))
    receiver.answers = [answer, answer]
    for n in (1, 2):
        assert _tell(service_world, client) == 1 and receiver.taken == []
        device.send(*_faulty(1))
        assert _tell(service_world, client) == 0  # it waits
        wait = service_world.query("SELECT extract(epoch FROM next_at - now()) AS s, failures FROM webhooks")[
            0
        ]
        assert 0 < wait.s <= telling.FIRST_WAIT_S * 2 ** (n - 1) and wait.failures == n
        _due_now(service_world)
    _tell(service_world, client)
    assert receiver.ids() == _changes(service_world)
    assert [one["outcome"] for one in reversed(_tries(service_world))][:3] == [outcome, outcome, "told"]
    assert service_world.query("SELECT failures, failing_since FROM webhooks")[0] == (0, None)
    assert not any("elsewhere" in request[0].get(":path", "") for request in receiver.requests)


def test_nobody_there_is_tried_again(service_world: Service, device: Device, client: httpx.Client) -> None:
    nobody = Receiver("http://127.0.0.1:9/hook")
    _hook(service_world, nobody)
    device.send(*_faulty(1))
    assert _tell(service_world, client) == 1
    assert [(one["outcome"], one["status"]) for one in _tries(service_world)] == [("unreachable", None)]


def test_an_address_that_is_gone_or_silent_for_days_is_left_alone(
    service_world: Service, device: Device, receiver: Receiver, client: httpx.Client
) -> None:
    engine = service_world.world.engine
    _hook(service_world, receiver)
    receiver.answers = [410, 500, 500]
    device.send(*_faulty(1))
    assert _tell(service_world, client) == 1
    _due_now(service_world)
    assert _tell(service_world, client) == 0
    (state,) = webhooks.list_webhooks(engine)
    assert (state["suspended_for"], state["behind"]) == ("gone", len(_changes(service_world)))
    webhooks.tell_again(engine, "dashboard")
    assert _tell(service_world, client) == 1  # refused
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE webhooks SET next_at = now(), failing_since = now() - interval '4 days'"
        )
    assert _tell(service_world, client) == 1
    assert webhooks.list_webhooks(engine)[0]["suspended_for"] == "refused"
    webhooks.tell_again(engine, "dashboard")
    _tell(service_world, client)
    assert receiver.ids() == _changes(service_world)


def test_it_can_be_told_again_from_a_place_or_a_moment(
    service_world: Service, device: Device, receiver: Receiver, client: httpx.Client
) -> None:
    engine = service_world.world.engine
    _hook(service_world, receiver, from_start=True)
    device.send(*_faulty(2))
    _tell(service_world, client)
    ids = _changes(service_world)
    assert receiver.ids() == ids
    assert webhooks.tell_again(engine, "dashboard", after=ids[0]) == ids[0]
    _tell(service_world, client)
    assert receiver.ids() == ids + ids[1:]
    assert webhooks.tell_again(engine, "dashboard", after=10**9) == ids[-1]  # nothing is passed over
    assert webhooks.tell_again(engine, "dashboard", since=dt.datetime.now(dt.UTC)) == ids[-1]
    assert webhooks.tell_again(engine, "dashboard", since=dt.datetime(2020, 1, 1, tzinfo=dt.UTC)) == 0
    _tell(service_world, client)
    assert receiver.ids() == ids + ids[1:] + ids


def test_each_is_told_of_its_areas_and_it_is_a_reading(
    service_world: Service, device: Device, receiver: Receiver, client: httpx.Client
) -> None:
    _hook(service_world, receiver, "9471", name="elsewhere")
    device.send(*_faulty(1))
    assert _tell(service_world, client) == 1 and receiver.requests == []
    assert audit.verify(service_world.world.engine).rows == 0
    there = service_world.device("9471")
    there.send(item(area="9471010001000100", at=(3.5, 0.5)))
    _tell(service_world, client)
    assert {event["data"]["assigned_area"] for event in receiver.taken} == {"9471010001000100"}
    assert webhooks.list_webhooks(service_world.world.engine)[0]["behind"] == 0
    (shown,) = {event["data"]["geotag_id"] for event in receiver.taken}
    rows = list(audit.who_saw(service_world.world.engine, audit.Seen({shown})))
    assert [(row.entry["who"], row.entry["purpose"]) for row in rows] == [("webhook elsewhere", "webhook")]


def test_two_servers_do_not_tell_at_once(service_world: Service, device: Device, receiver: Receiver) -> None:
    _hook(service_world, receiver)
    device.send(*_faulty(1))
    first = webhooks.take(service_world.service_engine, 60)
    assert first is not None and webhooks.take(service_world.service_engine, 60) is None
    _due_now(service_world)  # the first one died: its time has run out
    second = webhooks.take(service_world.service_engine, 60)
    assert second is not None
    told = webhooks.Told(10**6, 1, "told", 204, 0.1, 0.0)
    webhooks.note(service_world.service_engine, first, told)  # it lived, after all: it may not move the place
    assert webhooks.list_webhooks(service_world.world.engine)[0]["told_change_id"] == first.told_change_id
    webhooks.note(service_world.service_engine, second, told)
    assert webhooks.list_webhooks(service_world.world.engine)[0]["told_change_id"] == 10**6


def test_erasing_is_told_and_ends_it(
    service_world: Service, device: Device, receiver: Receiver, client: httpx.Client
) -> None:
    engine = service_world.world.engine
    _hook(service_world, receiver)
    (one,) = _faulty(1)
    device.send(one)
    erase_household(engine, service_world.campaign, one["household_key"], "asked for it")
    _tell(service_world, client)
    assert {event["type"] for event in receiver.taken} == {"patok.finding.erased"}
    assert all(event["data"]["item_id"] is None and event["subject"] for event in receiver.taken)
    erase_campaign(engine, service_world.campaign, "over")
    assert webhooks.list_webhooks(engine) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook", "ftp://example.org/", "https://", "https://user:word@example.org/", "",
        "hook", "https://exa mple.org/", "http://127.0.0.1.example.org/", "https://[::1", "https://example.org:0/",
    ],
)  # fmt: skip
def test_an_address_that_would_leak_is_refused(service_world: Service, url: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        _hook(service_world, Receiver(url))
    assert "example.org" not in str(refused.value)


def test_names(service_world: Service, receiver: Receiver) -> None:
    engine = service_world.world.engine
    _hook(service_world, receiver)
    with pytest.raises(AlreadyExists):
        _hook(service_world, receiver)
    with pytest.raises(ValueRefused):
        _hook(service_world, receiver, name="a b")
    with pytest.raises(ValueRefused):
        _hook(service_world, receiver, "51x", name="other")
    webhooks.remove_webhook(engine, "dashboard")
    for deed in (webhooks.remove_webhook, webhooks.tell_again, webhooks.find_address):
        with pytest.raises(NotFound):
            deed(engine, "dashboard")


def test_a_running_service_tells_by_itself(
    service_world: Service, device: Device, receiver: Receiver, data_dir: Path
) -> None:
    _hook(service_world, receiver)
    app = create_app(service_world.service_engine, data_dir, allowed_hosts=["testserver"], works_beside=True)
    with TestClient(app):
        device.send(*_faulty(2))
        until = time.monotonic() + 20
        while receiver.ids() != _changes(service_world) and time.monotonic() < until:
            time.sleep(0.05)
    assert receiver.ids() == _changes(service_world) != []
