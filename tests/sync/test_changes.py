"""What came and went: a reader who follows the log knows what stands, whatever was sent meanwhile."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from api import heads, keyring
from api.app import create_app
from api.routes import changes
from boundaries.store.keys import revoke_key
from boundaries.store.principals import Role

from .conftest import Device, Service, item

FAR = (5.0, 0.5)
"""Five squares to the east: outside its area by kilometres."""


def _address(device: Device) -> str:
    return f"/v1/campaigns/{device.campaign}/changes"


def _get(device: Device, **query: Any) -> Any:
    header = {"Authorization": f"Bearer {device.secret}"}
    answer = device.client.get(_address(device), params=query, headers=header)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _follow(device: Device, standing: dict[int, str], after: str | None, limit: int) -> str:
    """Bring ``standing`` (finding -> item) up to date from a cursor; gives the next cursor."""
    while True:
        page = _get(device, limit=limit, **({"after": after} if after else {}))
        assert len(page["changes"]) <= limit
        for change in page["changes"]:
            finding_id = change["finding"]["finding_id"]
            if change["kind"] == "created":
                assert finding_id not in standing
                standing[finding_id] = change["item_id"]
            else:
                assert standing.pop(finding_id) == change["item_id"]
        after = page["next"]
        if not page["more"]:
            return after


def test_who_follows_knows_what_stands(service_world: Service) -> None:
    device, officer = service_world.device(), service_world.device(role=Role.NATIONAL)
    dice, standing, cursor = random.Random(1), dict[int, str](), None
    items = [item(at=(dice.random(), dice.random()), household_key=f"h{i % 9}") for i in range(30)]
    for round_ in range(5):
        some = dice.sample(items, 12)
        for one in some:
            one["revision"] += 1
            one["lon"] += dice.choice([0.0, 0.05])
            one["household_key"] = f"h{dice.randrange(9)}"
        device.send(*some)
        if round_ % 2:
            service_world.settle()
        cursor = _follow(officer, standing, cursor, dice.choice([1, 3, 100]))
        stored = service_world.query(
            "SELECT f.id, g.item_id FROM findings f JOIN geotags g ON g.id = f.geotag_id WHERE g.is_current"
        )
        assert standing == {row.id: row.item_id for row in stored}
    ended = service_world.query("SELECT count(*) FROM ended_findings")[0][0]
    assert ended > 0 and standing
    assert _get(officer, after=cursor) == {"changes": [], "next": cursor, "more": False}
    # From the beginning it is the same.
    again: dict[int, str] = {}
    _follow(officer, again, None, 7)
    assert again == standing


def test_an_ended_finding_says_what_it_said(service_world: Service) -> None:
    device = service_world.device()
    one = item(at=FAR)
    device.send(one)
    came = _get(device)["changes"]
    assert came and {change["kind"] for change in came} == {"created"}
    device.send(item(item_id=one["item_id"], revision=2, household_key=one["household_key"]))
    went = [change for change in _get(device)["changes"] if change["kind"] == "ended"]
    assert [change["finding"] for change in went] == [change["finding"] for change in came]
    assert {change["revision"] for change in went} == {1}


def test_each_sees_its_own(service_world: Service) -> None:
    ours, theirs = service_world.device(), service_world.device("5206")
    officer = service_world.device("5206", role=Role.OFFICER)
    ours.send(item(at=FAR))
    theirs.send(item("5206010001000100", at=(3.0, 7.0)))
    for who, wanted in ((ours, "5105"), (theirs, "5206"), (officer, "5206")):
        areas = {change["finding"]["assigned_area"][:4] for change in _get(who)["changes"]}
        assert areas == {wanted}
    previewer = service_world.device(role=Role.PREVIEWER)
    header = {"Authorization": f"Bearer {previewer.secret}"}
    for address in (_address(previewer), _address(previewer) + "/stream"):
        assert previewer.client.get(address, headers=header).json()["code"] == "ROLE_REFUSED"


def test_now_leaves_out_what_there_is(service_world: Service) -> None:
    device = service_world.device()
    device.send(item(at=FAR))
    page = _get(device, after="now")
    assert page["changes"] == []
    device.send(one := item(at=(6.0, 0.5)))
    assert {change["item_id"] for change in _get(device, after=page["next"])["changes"]} == {one["item_id"]}


def test_a_cursor_that_is_none_is_refused(device: Device) -> None:
    header = {"Authorization": f"Bearer {device.secret}"}
    for wrong in ("x", "MTIz!", "LTE", "a" * 300):
        answer = device.client.get(_address(device), params={"after": wrong}, headers=header)
        assert answer.status_code == 422


def test_the_detail_of_a_geotag_has_what_was_found_once(service_world: Service) -> None:
    device, officer = service_world.device(), service_world.device("5105", role=Role.OFFICER)
    first, second = item(), item()
    second |= {"lon": first["lon"], "lat": first["lat"]}
    device.send(first)
    device.send(second)
    (number,) = [
        row.id
        for row in service_world.query("SELECT id, item_id FROM geotags")
        if row.item_id == first["item_id"]
    ]
    moved = item(item_id=second["item_id"], revision=2, at=(0.7, 0.7), household_key=second["household_key"])
    device.send(moved)
    answer = officer.client.get(
        f"/v1/campaigns/{officer.campaign}/geotags/{number}",
        headers={"Authorization": f"Bearer {officer.secret}"},
    )
    assert answer.status_code == 200, answer.text
    answer = answer.json()["properties"]
    assert "DUPLICATE_COORDINATE" not in {one["code"] for one in answer["findings"]}
    (earlier,) = [one for one in answer["earlier_findings"] if one["code"] == "DUPLICATE_COORDINATE"]
    assert earlier["release"] == 1 and earlier["created_at"] < earlier["ended_at"] and earlier["message"]


# ---- over real HTTP: waiting and streams -------------------------------------------------------------------


@pytest.fixture
def address(service_world: Service, data_dir: Path) -> Iterator[str]:
    """A server in a thread, beside the one that the devices send to."""
    app = create_app(service_world.service_engine, data_dir)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started:
        assert thread.is_alive() and time.monotonic() < until
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=30)
    assert not thread.is_alive()


def _soon(action: Callable[[], Any]) -> threading.Timer:
    timer = threading.Timer(0.7, action)
    timer.start()
    return timer


def test_waiting_ends_when_something_comes(service_world: Service, address: str) -> None:
    device, one = service_world.device(), item(at=FAR)
    asked = {"after": "now", "wait_s": 30}
    timer = _soon(lambda: device.send(one))
    began = time.monotonic()
    answer = httpx.get(address + _address(device), params=asked, headers=_header(device), timeout=60)
    timer.join()
    assert one["item_id"] in {change["item_id"] for change in answer.json()["changes"]}
    assert 0.5 < time.monotonic() - began < 25


def test_waiting_for_what_another_may_not_see_ends_empty(service_world: Service, address: str) -> None:
    device, other = service_world.device(), service_world.device("5206")
    timer = _soon(lambda: device.send(item(at=FAR)))
    asked = {"after": "now", "wait_s": 3}
    began = time.monotonic()
    answer = httpx.get(address + _address(other), params=asked, headers=_header(other), timeout=60)
    timer.join()
    assert answer.json()["changes"] == [] and time.monotonic() - began >= 3


def test_no_more_may_wait_than_there_is_room_for(
    service_world: Service, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = service_world.device()
    monkeypatch.setattr(heads, "MOST_WAITING", 0)
    asked = {"after": "now", "wait_s": 30}
    answer = httpx.get(address + _address(device), params=asked, headers=_header(device), timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (429, "TOO_MANY_LISTENERS")
    assert int(answer.headers["Retry-After"]) > 0
    # Who does not wait is answered.
    assert httpx.get(address + _address(device), headers=_header(device)).status_code == 200


def _events(lines: Iterator[str]) -> Iterator[dict[str, str]]:
    """Server-sent events as a browser would read them."""
    event: dict[str, str] = {}
    for line in lines:
        if not line and event:
            yield event
            event = {}
        elif line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            event[name] = value


def test_a_stream_goes_on_after_its_last_event(service_world: Service, address: str) -> None:
    device = service_world.device()
    device.send(first := item(at=FAR))
    stream = f"{address}{_address(device)}/stream"
    seen: list[str] = []
    with httpx.stream("GET", stream, headers=_header(device), timeout=60) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "private, no-store"
        for event in _events(answer.iter_lines()):
            if event["event"] == "finding":
                seen.append(json.loads(event["data"])["item_id"])
                last = event["id"]
                break
    assert seen == [first["item_id"]]
    device.send(second := item(at=(6.0, 0.5)))
    header = _header(device) | {"Last-Event-ID": last}
    wanted = {second["item_id"]}
    with httpx.stream("GET", stream, headers=header, timeout=60) as answer:
        for event in _events(answer.iter_lines()):
            if event["event"] == "finding":
                item_id = json.loads(event["data"])["item_id"]
                wanted.discard(item_id)
            if not wanted:
                break


def test_a_stream_ends_with_its_key(
    service_world: Service, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_BEAT_S", 0.3)
    monkeypatch.setattr(keyring, "KEPT_S", 0.2)
    device = service_world.device()
    with httpx.stream("GET", f"{address}{_address(device)}/stream", headers=_header(device)) as answer:
        events = _events(answer.iter_lines())
        assert next(events)["event"] == "open"
        revoke_key(service_world.world.engine, device.key.prefix)
        last = next(events)
    assert last["event"] == "problem" and json.loads(last["data"])["code"] == "TOKEN_REFUSED"


def _header(device: Device) -> dict[str, str]:
    return {"Authorization": f"Bearer {device.secret}"}
