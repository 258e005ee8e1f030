"""One item in, one outcome out: stored, replayed, superseded, quarantined, conflict."""

from __future__ import annotations

import gzip
import json
import threading
import time
import uuid
from typing import Any

import pytest
from sqlalchemy import text

from boundaries.store.principals import Role
from geotags import waiting
from geotags.store.batches import forget_batches
from tests.geotags.world import area_code
from tests.sync.conftest import AREA, Device, Service, item


def test_an_item_is_stored_and_judged_in_the_answer(service_world: Service, device: Device) -> None:
    good, outside = item(), item(at=(3.5, 0.5))
    answer = device.post(device.envelope([good, outside])).json()
    first, second = answer["results"]
    assert (first["item_id"], first["outcome"], first["verdict"]) == (good["item_id"], "stored", "accepted")
    assert first["distance_m"] > 0 and first["probability"] > 0.99
    assert (first["ruleset"], first["release"]) == ("default", service_world.world.frame.release)
    assert second["verdict"] in ("review", "rejected")
    (finding,) = [one for one in second["findings"] if one["code"] == "OUTSIDE_ASSIGNED_AREA"]
    assert finding["candidates"][0]["area_code"] == area_code("5105", 3)
    assert "outside" in finding["message"]
    rows = service_world.query("SELECT key_id, item_id FROM geotags ORDER BY id")
    assert [tuple(row) for row in rows] == [(device.key.key_id, one["item_id"]) for one in (good, outside)]


def test_the_message_is_in_the_language_asked_for(device: Device) -> None:
    one = item(at=(3.5, 0.5))
    said = {}
    for language in ("en", "id"):
        (result,) = device.send(one, **{"Accept-Language": language})
        said[language] = result["findings"][0]["message"]
    assert said["en"] != said["id"]


def test_the_same_again_is_replayed_with_what_holds_now(service_world: Service, device: Device) -> None:
    one = item()
    (first,) = device.send(one)
    shuffled = dict(reversed(one.items()))  # other order of members, same content
    (again,) = device.send(shuffled)
    assert again["outcome"] == "replayed"
    assert again["current"] == {"revision": 1, "verdict": "accepted"}
    kept = ("verdict", "distance_m", "probability", "findings", "proposals", "release")
    assert all(again[name] == first[name] for name in kept)
    # Another household comes to the very same place: what was answered stays, what holds changes.
    device.send(item(lon=one["lon"], lat=one["lat"]))
    (later,) = device.send(one)
    assert later["verdict"] == "accepted" and later["current"]["verdict"] == "review"
    assert service_world.query("SELECT count(*) FROM geotags")[0][0] == 2


def test_another_body_under_the_same_revision_is_a_conflict(service_world: Service, device: Device) -> None:
    one = item()
    device.send(one)
    other = one | {"accuracy_m": 6.0}
    for _ in range(2):
        (result,) = device.send(other)
        assert (result["outcome"], result["reason"]) == ("conflict", "other_body")
        assert "higher revision" in result["message"]
    ((body,),) = service_world.query("SELECT body FROM quarantine")  # once, however often it is sent
    assert json.loads(bytes(body)) == other
    assert service_world.query("SELECT accuracy_m FROM geotags")[0][0] == 5.0


def test_a_newer_revision_takes_the_place_and_an_older_one_does_not(
    service_world: Service, device: Device
) -> None:
    third, second, first = (item(at=(0.2 * n, 0.3), item_id="", revision=n) for n in (3, 2, 1))
    same = str(uuid.uuid4())
    for one in (first, second, third):
        one["item_id"] = same
    assert device.send(second)[0]["outcome"] == "stored"
    (late,) = device.send(first)
    assert (late["outcome"], late["current"]) == ("superseded", {"revision": 2, "verdict": "accepted"})
    assert device.send(third)[0]["outcome"] == "stored"
    rows = service_world.query("SELECT revision, is_current FROM geotags ORDER BY revision")
    assert [tuple(row) for row in rows] == [(1, False), (2, False), (3, True)]
    (again,) = device.send(second)
    assert (again["outcome"], again["current"]["revision"]) == ("replayed", 3)


def test_one_batch_may_hold_everything_at_once(service_world: Service, device: Device) -> None:
    known, other = item(), item()
    device.send(known, other)
    newer = known | {"revision": 5}
    batch = [
        known,
        other | {"accuracy_m": 9.0},
        '{"item_id": 7}',
        newer,
        known | {"revision": 4},
        item(),
        item("5206010001000100"),
    ]
    results = device.send(*batch)
    outcomes = [one["outcome"] for one in results]
    assert outcomes == [
        "replayed",
        "conflict",
        "quarantined",
        "stored",
        "superseded",
        "stored",
        "quarantined",
    ]
    assert results[2]["reason"] == "no_uuid" and results[6]["reason"] == "area_not_of_key"
    assert service_world.query("SELECT count(*) FROM geotags")[0][0] == 5
    assert service_world.query("SELECT count(*) FROM quarantine")[0][0] == 3


def test_an_item_twice_in_one_batch(service_world: Service, device: Device) -> None:
    one = item()
    outcomes = [result["outcome"] for result in device.send(one, one, one | {"building_no": "9"})]
    assert outcomes == ["stored", "replayed", "conflict"]
    assert service_world.query("SELECT count(*) FROM geotags")[0][0] == 1


def test_an_item_of_another_key_is_nobody_elses(service_world: Service, device: Device) -> None:
    one = item()
    device.send(one)
    thief = service_world.device()
    for revision in (1, 2):
        (result,) = thief.send(one | {"revision": revision})
        assert (result["outcome"], result["reason"]) == ("conflict", "item_of_another_key")
        assert result["verdict"] is None and result["findings"] == [] and result["current"] is None
    assert [tuple(row) for row in service_world.query("SELECT revision FROM geotags")] == [(1,)]


def test_a_dry_run_says_the_same_and_stores_nothing(service_world: Service, device: Device) -> None:
    device.send(item())
    here = item()  # at the same place
    before = service_world.query("SELECT count(*) FROM findings")[0][0]
    answer = device.post(device.envelope([here, "{"[:0] + "7"]), address="/v1/geotags?mode=dry_run").json()
    first, broken = answer["results"]
    assert [one["code"] for one in first["findings"]] == ["DUPLICATE_COORDINATE"]
    assert broken["outcome"] == "quarantined"
    for table, count in (("geotags", 1), ("geotag_ledger", 1), ("quarantine", 0), ("findings", before)):
        assert service_world.query(f"SELECT count(*) FROM {table}")[0][0] == count  # noqa: S608
    assert device.send(here)[0]["outcome"] == "stored"


def test_the_other_record_learns_of_it_too_and_the_device_of_nobody(
    service_world: Service, device: Device
) -> None:
    """Two devices, one place: each is told that there are two, neither where, who or which."""
    other = service_world.device()
    mine, theirs = item(household_key="H-mine"), item(household_key="H-theirs")
    device.send(mine)
    (result,) = other.send(theirs)
    assert [one["code"] for one in result["findings"]] == ["DUPLICATE_COORDINATE"]
    said = json.dumps(result)
    assert mine["item_id"] not in said and "H-mine" not in said and mine["enumerator_id"] not in said
    assert str(mine["lon"]) not in said and str(mine["lat"]) not in said
    rows = service_world.query(
        "SELECT g.item_id, f.check_code FROM findings f JOIN geotags g ON g.id = f.geotag_id"
    )
    assert {(row.item_id, row.check_code) for row in rows} >= {
        (one["item_id"], "DUPLICATE_COORDINATE") for one in (mine, theirs)
    }


def test_a_household_that_moved_and_an_enumerator_who_flew(service_world: Service, device: Device) -> None:
    far = area_code("5105", 3)
    keys: dict[str, Any] = {"household_key": "H-1", "enumerator_id": "E-1"}
    device.send(item(captured_at="2025-10-20T09:00:00+08:00", **keys))
    later = item(far, captured_at="2025-10-20T09:01:00+08:00", **keys)
    (result,) = device.send(later)
    codes = {one["code"] for one in result["findings"]}
    assert {"HOUSEHOLD_MOVED", "IMPOSSIBLE_TRAVEL"} <= codes


def test_areas_and_squares_are_judged_soon_after(service_world: Service, device: Device) -> None:
    lon, lat = item()["lon"], item()["lat"]
    near = [item(lon=round(lon + n * 1.2e-5, 7), lat=lat) for n in range(2)]
    for one in near:
        assert not device.send(one)[0]["findings"]
    assert service_world.query("SELECT count(*) FROM waiting_groups")[0][0] > 0
    service_world.settle()
    assert service_world.query("SELECT count(*) FROM waiting_groups")[0][0] == 0
    rows = service_world.query("SELECT check_code FROM findings")
    assert [row.check_code for row in rows] == ["NEAR_DUPLICATE"] * 2


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_batch_may_be_compressed(device: Device, encoding: str) -> None:
    body = device.envelope([item() for _ in range(50)]).encode()
    packed = gzip.compress(body) if encoding == "gzip" else _zstd(body)
    answer = device.post(packed, **{"Content-Encoding": encoding})
    assert {one["outcome"] for one in answer.json()["results"]} == {"stored"}


def _zstd(body: bytes) -> bytes:
    from api.bodies import zstd

    return bytes(zstd.compress(body))


def test_a_key_of_a_batch_gives_the_first_answer_again(service_world: Service, device: Device) -> None:
    one = item()
    body = device.envelope([one])
    first = device.post(body, **{"Idempotency-Key": "batch-1"}).json()
    again = device.post(body, **{"Idempotency-Key": "batch-1"}).json()
    assert again["results"] == first["results"] and again["batch_id"] == first["batch_id"]
    other = device.post(device.envelope([item()]), **{"Idempotency-Key": "batch-1"})
    assert (other.status_code, other.json()["code"]) == (422, "BATCH_KEY_REUSED")
    # Another device may use the same key: it is its own.
    answer = service_world.device().post(device.envelope([item()]), **{"Idempotency-Key": "batch-1"})
    assert answer.status_code == 200
    service_world.world.execute("UPDATE sync_batches SET answer = NULL")
    busy = device.post(body, **{"Idempotency-Key": "batch-1"})
    assert (busy.status_code, busy.json()["code"]) == (409, "BATCH_IN_FLIGHT")
    service_world.world.execute("UPDATE sync_batches SET started_at = now() - interval '10 minutes'")
    taken_over = device.post(body, **{"Idempotency-Key": "batch-1"}).json()
    assert taken_over["results"][0]["outcome"] == "replayed"


@pytest.mark.parametrize("role", [Role.OFFICER, Role.NATIONAL, Role.ADMIN])
def test_other_roles_send_too(service_world: Service, role: Role) -> None:
    sender = service_world.device(role=role)
    assert sender.send(item())[0]["outcome"] == "stored"


def test_a_previewer_sends_nothing(service_world: Service) -> None:
    answer = service_world.device(role=Role.PREVIEWER).post("{}")
    assert (answer.status_code, answer.json()["code"]) == (403, "ROLE_REFUSED")


def test_what_is_received_is_what_is_kept(service_world: Service, device: Device) -> None:
    full = item(
        building_no="12",
        lon_text="115.4031000",
        lat_text="-8.6958000",
        lon=115.4031,
        lat=-8.6958,
        altitude_m=41.5,
        fix_at="2025-10-20T09:14:58+08:00",
        provider="gps",
        mock=False,
        source="gps",
        device_id="tablet-1",
        interview_start={"lon": 115.4031, "lat": -8.6958, "accuracy_m": 8, "at": CAPTURED_UTC},
        photos=[{"sha256": "ab" * 32, "lon": 115.4031, "lat": -8.6958, "taken_at": "2025-10-20T09:15:01"}],
        muatan={"kk": 1, "btt": 1, "bttk": 0, "bku": 0, "bbtt_nonusaha": 0, "usaha": 0},
        frame_release="2025_1",
    )
    (result,) = device.send(full)
    assert result["outcome"] == "stored", result
    ((details, typed, lon_text),) = service_world.query("SELECT details, typed, lon_text FROM geotags")
    assert typed and lon_text == "115.4031000"
    assert details["muatan"]["kk"] == 1 and details["photos"][0]["sha256"] == "ab" * 32
    assert details["frame_release"] == "2025_1" and details["interview_lon"] == 115.4031
    assert details["received_at"].startswith("20")


CAPTURED_UTC = "2025-10-20T01:10:00Z"
assert AREA


def test_more_batches_than_may_wait_are_told_to_come_again(service_world: Service, device: Device) -> None:
    service_world.client.app.state.slots.most = 1  # type: ignore[attr-defined]
    lock = text("SELECT pg_advisory_xact_lock(hashtext('patok campaign'), :campaign_id)")
    first: list[Any] = []
    with service_world.world.engine.begin() as connection:
        connection.execute(lock, {"campaign_id": service_world.campaign.campaign_id})
        waits = threading.Thread(target=lambda: first.extend(device.send(item())))
        waits.start()
        until = time.monotonic() + 10
        while not service_world.client.app.state.slots.taken and time.monotonic() < until:  # type: ignore[attr-defined]
            time.sleep(0.01)
        refused = device.post(device.envelope([item()]))
    waits.join(20)
    assert (refused.status_code, refused.json()["code"]) == (429, "TOO_MANY_BATCHES")
    assert refused.headers["Retry-After"]
    assert first[0]["outcome"] == "stored"
    assert device.send(item())[0]["outcome"] == "stored"
    assert service_world.query("SELECT count(*) FROM geotags")[0][0] == 2


def test_what_was_set_aside_is_read_by_who_sent_it_and_who_looks_after_it(
    service_world: Service, device: Device
) -> None:
    bad = '{"item_id": "half'[:-5] + "}"
    device.send(item(), bad, item("5206010001000100"))
    address = f"/v1/campaigns/{device.campaign}/quarantine"

    def seen(by: Device, **asked: str) -> list[str]:
        headers = {"Authorization": f"Bearer {by.secret}"}
        answer = service_world.client.get(address, headers=headers, params=asked)
        assert answer.status_code == 200, answer.text
        return [one["reason"] for one in answer.json()["items"]]

    both = ["not_json", "area_not_of_key"]
    assert seen(device) == both and seen(device, reason="not_json") == ["not_json"]
    assert seen(service_world.device("5105", role=Role.OFFICER)) == both
    assert seen(service_world.device("51", role=Role.OFFICER)) == both
    assert seen(service_world.device(role=Role.NATIONAL)) == both
    for other in (
        service_world.device(),
        service_world.device("5106", role=Role.OFFICER),
        service_world.device("5105010", role=Role.OFFICER),  # only some of the key's areas
    ):
        assert seen(other) == []
    header = {"Authorization": f"Bearer {device.secret}", "Accept-Language": "id"}
    page = service_world.client.get(address, headers=header, params={"limit": 1}).json()
    assert page["items"][0]["body"] == bad and page["items"][0]["message"] == "Butir bukan JSON."
    following = service_world.client.get(page["next"], headers=header).json()
    assert [one["reason"] for one in following["items"]] == ["area_not_of_key"] and following["next"] is None
    refused = service_world.client.get(address, headers=header, params={"reason": "bored"})
    assert refused.json()["code"] == "PARAMETER_REFUSED"


def test_answers_are_forgotten_after_thirty_days(service_world: Service, device: Device) -> None:
    for name in ("old", "new"):
        device.post(device.envelope([item()]), **{"Idempotency-Key": name})
    age = "UPDATE sync_batches SET started_at = now() - interval '31 days' WHERE idempotency_key = 'old'"
    service_world.world.execute(age)
    assert forget_batches(service_world.service_engine) == 1
    assert [row[0] for row in service_world.query("SELECT idempotency_key FROM sync_batches")] == ["new"]


def test_the_service_judges_what_waits_by_itself(
    service_world: Service, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "QUIET_S", 0.05)
    lon, lat = item()["lon"], item()["lat"]
    device.send(*(item(lon=round(lon + n * 1.2e-5, 7), lat=lat) for n in range(2)))
    thread = waiting.Waiting(service_world.service_engine, service_world.client.app.state.opened)  # type: ignore[attr-defined]
    thread.start()
    try:
        until = time.monotonic() + 20
        while service_world.query("SELECT count(*) FROM waiting_groups")[0][0]:
            assert time.monotonic() < until
            time.sleep(0.05)
    finally:
        thread.stop()
    codes = [row.check_code for row in service_world.query("SELECT check_code FROM findings")]
    assert codes == ["NEAR_DUPLICATE"] * 2
