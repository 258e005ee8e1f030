"""Erasing a household: no trace is left, its neighbours are as if it had never come, and it stays so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from boundaries.store import audit
from boundaries.store.principals import Role
from geo.errors import NotFound
from geotags.run import judge_all_waiting
from geotags.store.erasure import erase_campaign, erase_household, identities_of

from .conftest import Device, Service, item

KEY = "household-of-ibu-é"
BESIDE = (0.31, 0.42)


def _everything(service_world: Service) -> str:
    """All rows of all tables, as text."""
    tables = "SELECT oid::regclass AS name FROM pg_class WHERE relkind = 'r' AND relname <> 'spatial_ref_sys'"
    ours = " AND relnamespace = 'public'::regnamespace"
    every = " UNION ALL ".join(
        f"SELECT '{row.name} ' || t::text AS line FROM {row.name} AS t"  # noqa: S608 (names from the catalogue)
        for row in service_world.query(tables + ours)
    )
    return "\n".join(row.line for row in service_world.query(every))


def _bytes_of(body: str) -> str:
    return body.encode().hex()


def _erase(service_world: Service, key: str = KEY) -> Any:
    done = erase_household(service_world.world.engine, service_world.campaign, key, "asked for it")
    service_world.settle()
    return done


def _stored(service_world: Service, *items: dict[str, Any]) -> list[tuple[Any, ...]]:
    ids = [one["item_id"] for one in items]
    found = service_world.query(
        "SELECT g.item_id, f.check_code, f.severity, f.evidence::text, r.verdict FROM geotags g"
        " JOIN geotag_results r ON r.geotag_id = g.id LEFT JOIN findings f ON f.geotag_id = g.id"
        " WHERE g.is_current AND g.item_id = ANY (:ids) ORDER BY 1, 2",
        ids=ids,
    )
    return [tuple(row) for row in found]


def _family() -> list[dict[str, Any]]:
    """Two visits of one household, the second far from the first and a neighbour's very place."""
    return [
        item(at=(0.11, 0.12), household_key=KEY, enumerator_id="e"),
        item(at=BESIDE, household_key=KEY, enumerator_id="e"),
    ]


def _neighbours() -> list[dict[str, Any]]:
    return [item(at=BESIDE, household_key=f"h{n}", enumerator_id="e") for n in range(2)] + [
        item(at=(0.8, 0.8))
    ]


def test_no_trace_is_left(service_world: Service, device: Device) -> None:
    family, neighbours = _family(), _neighbours()
    corrected = family[0] | {"revision": 2, "accuracy_m": 7.25}
    other_body = family[1] | {"accuracy_m": 8.5}
    unreadable = json.dumps(item(household_key=KEY) | {"lat": "x"}, ensure_ascii=False)
    device.send(*family, *neighbours, **{"Idempotency-Key": "one"})
    device.send(corrected, other_body, unreadable, '{"household_key": "' + KEY + '"}')
    service_world.settle()
    before = _everything(service_world)
    assert KEY in before and str(family[0]["lon"]) in before and _bytes_of(KEY) in before
    assert "DUPLICATE_COORDINATE" in str(_stored(service_world, *neighbours))
    done = _erase(service_world)
    assert (done.geotags, done.quarantined) == (3, 3) and done.findings > 0
    after = _everything(service_world)
    for trace in (KEY, _bytes_of(KEY), json.dumps(KEY)[1:-1], str(family[0]["lon"]), str(family[0]["lat"])):
        assert trace not in after, trace
    left = service_world.query(
        "SELECT item_id, erased_at IS NOT NULL, length(body_sha256) FROM geotag_ledger"
    )
    assert sorted(tuple(row) for row in left) == sorted(
        [(one["item_id"], True, 0) for one in (*family, corrected)]
        + [(one["item_id"], False, 32) for one in neighbours]
    )


def test_its_neighbours_are_as_if_it_had_never_come(service_world: Service, device: Device) -> None:
    family, neighbours = _family(), _neighbours()
    device.send(*neighbours)
    service_world.settle()
    without = _stored(service_world, *neighbours)
    device.send(*family)
    service_world.settle()
    assert _stored(service_world, *neighbours) != without
    _erase(service_world)
    assert _stored(service_world, *neighbours) == without


def test_what_was_erased_is_not_taken_again(service_world: Service, device: Device) -> None:
    (one,) = _family()[:1]
    device.send(one)
    _erase(service_world)
    for again in (one, one | {"accuracy_m": 9.0}, one | {"revision": 2}, one | {"revision": 0}):
        (result,) = device.send(again)
        assert (result["outcome"], result["reason"]) == ("superseded", "erased")
        assert "erased" in result["message"] and result["verdict"] is None
    (result,) = service_world.device().send(one)  # and not from another device
    assert (result["outcome"], result["reason"]) == ("superseded", "erased")
    assert KEY not in _everything(service_world) and _bytes_of(KEY) not in _everything(service_world)
    (new,) = device.send(item(household_key=KEY))  # asked anew, it is another record
    assert new["outcome"] == "stored"


def test_an_item_that_went_over_to_another_household_stays_theirs(
    service_world: Service, device: Device
) -> None:
    mistaken = item(household_key=KEY)
    right = mistaken | {"revision": 2, "household_key": "h9"}
    device.send(mistaken)
    device.send(right, mistaken | {"accuracy_m": 9.0})
    assert _erase(service_world).geotags == 1
    rows = service_world.query("SELECT revision, household_key, is_current FROM geotags")
    assert [tuple(row) for row in rows] == [(2, "h9", True)]
    assert KEY not in _everything(service_world) and _bytes_of(KEY) not in _everything(service_world)
    assert device.send(right)[0]["outcome"] == "replayed"
    assert device.send(mistaken)[0]["reason"] == "erased"
    assert device.send(right | {"revision": 3})[0]["outcome"] == "stored"


def test_a_key_that_begins_alike_is_another_household(service_world: Service, device: Device) -> None:
    device.send(
        item(household_key="H-1"), item(household_key="H-10"), item(household_key="H-10") | {"lat": "x"}
    )
    _erase(service_world, "H-1")
    assert [row.household_key for row in service_world.query("SELECT household_key FROM geotags")] == ["H-10"]
    assert len(service_world.query("SELECT id FROM quarantine")) == 1


def test_who_follows_is_told_to_forget(service_world: Service, device: Device) -> None:
    family = _family()
    outside = item(at=(3.5, 0.5), household_key=KEY)
    device.send(*family, outside)
    officer = service_world.device("5105", role=Role.OFFICER)
    header = {"Authorization": f"Bearer {officer.secret}"}
    address = f"/v1/campaigns/{device.campaign}/changes"
    before = officer.client.get(address, headers=header).json()
    known = {one["finding_id"] for one in before["changes"]}
    assert known
    _erase(service_world)
    after = officer.client.get(address, params={"after": before["next"]}, headers=header).json()["changes"]
    erased = [one for one in after if one["kind"] == "erased"]
    assert {one["finding_id"] for one in erased} >= known
    assert all(one["finding"] is None and one["item_id"] is None for one in erased)
    from_the_start = officer.client.get(address, headers=header)
    assert KEY not in from_the_start.text and {"erased"} == {
        one["kind"] for one in from_the_start.json()["changes"]
    }


def test_who_had_seen_it_is_known_afterwards(service_world: Service, device: Device) -> None:
    one = item(household_key=KEY)
    device.send(one, item())
    officer = service_world.device("5105", role=Role.OFFICER)
    officer.client.get(
        f"/v1/campaigns/{device.campaign}/geotags", headers={"Authorization": f"Bearer {officer.secret}"}
    )
    engine, campaign = service_world.world.engine, service_world.campaign
    by_key, by_item = identities_of(engine, campaign, KEY), identities_of(engine, campaign, one["item_id"])
    assert by_key == by_item
    _erase(service_world)
    with pytest.raises(NotFound):
        identities_of(engine, campaign, KEY)
    rows = list(audit.who_saw(engine, identities_of(engine, campaign, one["item_id"])))
    assert [row.entry["purpose"] for row in rows] == [
        "GET /v1/campaigns/{campaign}/geotags",
        "patok erase household",
    ]
    assert rows[0].entry["key_id"] == officer.key.key_id and rows[1].entry["reason"] == "asked for it"
    assert audit.verify(engine).broken_row is None


def test_a_household_that_is_not_there_changes_nothing(service_world: Service, device: Device) -> None:
    device.send(item())
    before = _everything(service_world)
    with pytest.raises(NotFound):
        _erase(service_world)
    assert _everything(service_world) == before


def test_a_campaign_goes_whole_and_others_stay(service_world: Service, device: Device) -> None:
    world = service_world.world
    other = world.campaign()
    kept = Device(device.client, device.key, device.secret, other.name)
    family, stays = _family(), item(household_key="stays", at=BESIDE)
    device.send(*family, *_neighbours(), "no item", **{"Idempotency-Key": "one"})
    device.send(*(one | {"revision": 2} for one in family))
    kept.send(stays, item(at=(3.5, 0.5)), "no item")
    judge_all_waiting(service_world.service_engine, other, world.frame, world.release.release_id)
    before = _stored(service_world, stays)
    done = erase_campaign(world.engine, service_world.campaign, "its time is over")
    assert done.geotags == 7 and done.quarantined == 1
    text = _everything(service_world)
    assert KEY not in text and str(family[0]["item_id"]) not in text
    tables = ("geotags", "geotag_results", "findings", "finding_changes", "quarantine", "geotag_ledger")
    every = " UNION ".join(f"SELECT campaign_id FROM {table}" for table in tables)  # noqa: S608
    ids = {row.campaign_id for row in service_world.query(every)}
    assert ids == {other.campaign_id}
    assert _stored(service_world, stays) == before
    answer = device.post(device.envelope([item()]))
    assert answer.status_code == 404 and kept.send(stays)[0]["outcome"] == "replayed"
