"""Who saw what: every reading is one row, the row names nobody, and a row that was changed is found."""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from boundaries.store import audit
from boundaries.store.audit import Seen
from boundaries.store.principals import OPERATOR, Role

from .conftest import AREA, Device, Service, item

COUNTS_ONLY = (
    "/v1/campaigns",
    "/v1/campaigns/{campaign}/rejudgings",
    "/v1/campaigns/{campaign}/summary/areas",
    "/v1/campaigns/{campaign}/summary/checks",
    "/tiles/areas/9/0/0.mvt?campaign={campaign}",
)


@pytest.fixture
def officer(service_world: Service) -> Device:
    """Somebody who looks after a kabupaten."""
    return service_world.device("5105", role=Role.OFFICER)


def _rows(service_world: Service) -> list[Any]:
    return list(service_world.query("SELECT id, entry, seen, first_id, last_id, hash FROM audit ORDER BY id"))


def _get(device: Device, address: str) -> Any:
    return device.client.get(address, headers={"Authorization": f"Bearer {device.secret}"})


def _ids(answer: Any, name: str) -> set[int]:
    """All values of a member, however deep."""
    return {int(found) for found in re.findall(rf'"{name}":\s*(\d+)', answer.text)}


def _tile(lon: float, lat: float, z: int) -> str:
    n = 2**z
    x = int((lon + 180) / 360 * n)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)
    return f"{z}/{x}/{y}"


def test_every_reading_is_one_row_that_names_no_household(service_world: Service, officer: Device) -> None:
    device = service_world.device()
    good, outside = item(household_key="the-household"), item(at=(3.5, 0.5))
    device.send(good, outside, item() | {"lat": "x"}, item(area="9471010001000100"))
    assert _rows(service_world) == []  # a device's own sending is no reading
    ids = {row.id for row in service_world.query("SELECT id FROM geotags")}
    aside = {row.id for row in service_world.query("SELECT id FROM quarantine")}
    campaign = f"/v1/campaigns/{device.campaign}"
    readings = {
        f"{campaign}/geotags": ids,
        f"{campaign}/geotags?area={AREA}&limit=1": {min(ids)},
        f"{campaign}/geotags/{max(ids)}": {max(ids)},
        f"{campaign}/findings": {max(ids)},
        f"{campaign}/changes": {max(ids)},
        f"{campaign}/quarantine": set(),
        f"/tiles/geotags/{_tile(good['lon'], good['lat'], 16)}.mvt?campaign={device.campaign}": {min(ids)},
    }
    for n, (address, expected) in enumerate(readings.items(), 1):
        answer = _get(officer, address)
        assert answer.status_code == 200, (address, answer.text)
        rows = _rows(service_world)
        assert len(rows) == n, address
        seen = Seen.unpacked(bytes(rows[-1].seen))
        assert seen.geotag_ids == expected, address
        if "mvt" not in address:
            assert _ids(answer, "geotag_id") <= seen.geotag_ids, address
        assert seen.quarantine_ids == (aside if "quarantine" in address else set()), address
        for secret in (
            "the-household",
            str(good["lon"]),
            str(good["lat"]),
            good["item_id"],
            AREA,
            officer.secret,
        ):
            assert secret not in rows[-1].entry, address
    assert audit.verify(service_world.world.engine).rows == len(readings)


def test_what_shows_counts_or_nothing_is_no_reading(service_world: Service, officer: Device) -> None:
    elsewhere = service_world.device("9471", role=Role.OFFICER)
    device = service_world.device()
    device.send(item())
    (geotag_id,) = (row.id for row in service_world.query("SELECT id FROM geotags"))
    for name in COUNTS_ONLY:
        address = name.format(campaign=device.campaign, z=0, x=0, y=0)
        assert _get(officer, address).status_code in (200, 204), address
    for address in ("geotags", f"geotags/{geotag_id}", "findings", "changes", "quarantine"):
        _get(elsewhere, f"/v1/campaigns/{device.campaign}/{address}")
    assert _rows(service_world) == []


def test_every_address_on_households_is_among_these(service_world: Service) -> None:
    """A new one must say whether it shows households."""
    paths = service_world.client.get("/openapi.json", headers=_signed(service_world)).json()["paths"]
    of_households = {path for path, verbs in paths.items() if "get" in verbs and "{campaign}" in path}
    assert of_households == {
        "/v1/campaigns/{campaign}/geotags",
        "/v1/campaigns/{campaign}/geotags/{geotag_id}",
        "/v1/campaigns/{campaign}/findings",
        "/v1/campaigns/{campaign}/changes",
        "/v1/campaigns/{campaign}/changes/stream",
        "/v1/campaigns/{campaign}/quarantine",
        *(path for path in COUNTS_ONLY if path.startswith("/v1/campaigns/")),
    }


def _signed(service_world: Service) -> dict[str, str]:
    return {"Authorization": f"Bearer {service_world.device(role=Role.ADMIN).secret}"}


def test_where_the_audit_cannot_be_written_nothing_is_shown(service_world: Service, officer: Device) -> None:
    service_world.device().send(item())
    address = f"/v1/campaigns/{officer.campaign}/geotags"
    with service_world.world.engine.begin() as connection:
        connection.execute(text("REVOKE EXECUTE ON FUNCTION audit_append FROM patok_service"))
    try:
        answer = _get(officer, address)
    finally:
        with service_world.world.engine.begin() as connection:
            connection.execute(text("GRANT EXECUTE ON FUNCTION audit_append TO patok_service"))
    assert answer.status_code == 500 and "geotag_id" not in answer.text
    assert _get(officer, address).status_code == 200


def test_the_service_may_add_a_row_and_nothing_else(service_world: Service) -> None:
    audit.record(service_world.service_engine, OPERATOR, "a test", None, Seen({1}))
    for statement in (
        "SELECT * FROM audit",
        "UPDATE audit SET entry = '{}'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "INSERT INTO audit VALUES (9, '{}', '', NULL, NULL, '')",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            service_world.service_engine.begin() as it,
        ):
            it.execute(text(statement))
    assert len(_rows(service_world)) == 1


TAMPERED: dict[str, tuple[str, int, str]] = {
    "entry": ("UPDATE audit SET entry = replace(entry, 'reader', 'nobody') WHERE id = 3", 3, "chain"),
    "hash": ("UPDATE audit SET hash = sha256(hash) WHERE id = 3", 3, "chain"),
    "seen": ("UPDATE audit SET seen = (SELECT seen FROM audit WHERE id = 1) WHERE id = 3", 3, "seen"),
    "lowest": ("UPDATE audit SET first_id = 1000 WHERE id = 3", 3, "span"),
    "highest": ("UPDATE audit SET last_id = NULL WHERE id = 3", 3, "span"),
    "number": ("UPDATE audit SET id = 9 WHERE id = 5", 9, "number"),
    "a row": ("DELETE FROM audit WHERE id = 3", 4, "number"),
    "the first row": ("DELETE FROM audit WHERE id = 1", 2, "number"),
    "two for one another": (
        "UPDATE audit SET id = CASE id WHEN 2 THEN -3 ELSE 2 END WHERE id IN (2, 3)",
        -3,
        "number",
    ),
    "the last row": ("DELETE FROM audit WHERE id = 5", 5, "head"),
    "everything": ("DELETE FROM audit", 1, "head"),
}


@pytest.mark.parametrize(("statement", "row", "reason"), TAMPERED.values(), ids=list(TAMPERED))
def test_a_change_is_found_and_named(service_world: Service, statement: str, row: int, reason: str) -> None:
    engine = service_world.world.engine
    for n in range(5):
        audit.record(engine, OPERATOR, "reader", None, Seen({10 * n + 1, 10 * n + 2}, {n}))
    whole = audit.verify(engine)
    assert (whole.rows, whole.broken_row) == (5, None)
    with engine.begin() as connection:
        connection.execute(text(statement))
    found = audit.verify(engine, whole.head)
    assert (found.broken_row, found.reason) == (row, reason)


def test_a_later_chain_holds_the_head_of_an_earlier_time(service_world: Service) -> None:
    engine = service_world.world.engine
    audit.record(engine, OPERATOR, "reader", None, Seen({1}))
    early = audit.verify(engine).head
    audit.record(engine, OPERATOR, "reader", None, Seen({2}))
    assert audit.verify(engine, early).broken_row is None
    assert audit.verify(engine, "ab" * 32).reason == "head"


def test_many_readers_at_once_make_one_chain(service_world: Service) -> None:
    def read(n: int) -> None:
        for k in range(20):
            audit.record(service_world.service_engine, OPERATOR, "reader", None, Seen({100 * n + k + 1}))

    _together([lambda n=n: read(n) for n in range(5)])
    found = audit.verify(service_world.world.engine)
    assert (found.rows, found.broken_row) == (100, None)
    (one,) = audit.who_saw(service_world.world.engine, Seen({307}))
    assert one.entry["geotags"] == 1


def test_who_saw_is_what_every_row_says(service_world: Service) -> None:
    engine, sets = service_world.world.engine, [{1, 5, 9}, {5}, {2, 3}, {9, 1000}, set()]
    for n, geotag_ids in enumerate(sets):
        audit.record(engine, OPERATOR, f"{n}", None, Seen(geotag_ids, {n}))
    for geotag_id in (1, 2, 4, 5, 9, 500, 1000):
        found = [one.entry["purpose"] for one in audit.who_saw(engine, Seen({geotag_id}))]
        assert found == [f"{n}" for n, ids in enumerate(sets) if geotag_id in ids]
    assert [one.entry["purpose"] for one in audit.who_saw(engine, Seen({2}, {4}))] == ["2", "4"]


def _together(deeds: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=deed) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
