"""Laws of the sync: however items are cut into batches, ordered and repeated, the same is stored and said."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from boundaries.store.principals import Role
from geo.engine import check_geotags
from geo.geotags import Geotags
from geo.levels import Level
from tests.geotags.world import Outcome, area_code, place_of
from tests.sync.conftest import AREA, Device, Service, item


def _crowd(rng: random.Random, n: int) -> list[dict[str, Any]]:
    """Households of two enumerators that share places, keys and hours now and then."""
    spots = [(rng.random(), rng.random()) for _ in range(n // 3)]
    items = []
    for number in range(n):
        area = area_code("5105", rng.randrange(4))
        minute, hour = rng.randrange(60), 8 + rng.randrange(4)
        one = item(
            area,
            rng.choice(spots),
            household_key=f"H-{rng.randrange(n)}" if number % 4 else "",
            building_no=str(rng.randrange(9)) if number % 3 else "",
            enumerator_id=rng.choice(["E-1", "E-2", ""]),
            captured_at=f"2025-10-2{rng.randrange(3)}T{hour:02d}:{minute:02d}:00+08:00",
            accuracy_m=round(rng.uniform(2, 40), 1),
        )
        if number % 11 == 0:
            one |= {"lon": 0, "lat": 0}
        if number % 7 == 0:
            one["lon"] = round(one["lon"] + 1.5e-5, 7)
        items.append(one)
    return items


def _as_file(items: list[dict[str, Any]], service: Service) -> Outcome:
    """The same records checked without any database; the receipt is what was recorded."""
    received = {
        row.item_id: row.received
        for row in service.query("SELECT item_id, details ->> 'received_at' AS received FROM geotags")
    }
    texts = ("item_id", "household_key", "building_no", "assigned_area", "enumerator_id", "captured_at")
    columns: dict[str, Any] = {
        name: pa.array([one.get(name) for one in items], pa.string()) for name in texts
    }
    columns["lon_text"] = pa.array([repr(float(one["lon"])) for one in items])
    columns["lat_text"] = pa.array([repr(float(one["lat"])) for one in items])
    columns["accuracy_m"] = pa.array([one["accuracy_m"] for one in items])
    columns["received_at"] = pa.array([received[one["item_id"]] for one in items])
    geotags = Geotags.from_columns(columns, typed=False)
    return Outcome.of_checked(check_geotags(geotags, service.world.frame, Level.SUBSLS))


@pytest.mark.parametrize("seed", range(3))
def test_sync_in_any_batches_says_what_a_file_says(service_world: Service, seed: int) -> None:
    rng = random.Random(seed)
    devices = [service_world.device(role=Role.NATIONAL), service_world.device()]
    items = _crowd(rng, 60)
    queue = [(one, rng.choice(devices)) for one in items]
    queue += rng.sample(queue, 10)  # some are sent again
    rng.shuffle(queue)
    while queue:
        size = rng.choice([1, 2, 7, 20])
        batch, queue = queue[:size], queue[size:]
        for device in devices:
            mine = [one for one, sender in batch if sender is device]
            if mine:
                assert {r["outcome"] for r in device.send(*mine)} <= {"stored", "replayed"}
        if rng.random() < 0.3:
            service_world.settle()
    service_world.settle()
    expected = _as_file(items, service_world)
    found = service_world.world.outcome(service_world.campaign)
    assert len({code for _, code, *_ in expected.findings}) >= 6
    assert found == expected


def test_revisions_leave_what_a_file_of_the_last_ones_says(service_world: Service, device: Device) -> None:
    rng = random.Random(7)
    items = _crowd(rng, 30)
    latest = {one["item_id"]: one for one in items}
    sent = list(items)
    for one in rng.sample(items, 12):
        lon, lat = place_of(one["assigned_area"], rng.random(), rng.random())
        latest[one["item_id"]] = one | {"revision": 2, "lon": lon, "lat": lat}
        sent.append(latest[one["item_id"]])
    rng.shuffle(sent)
    for one in sent:
        assert device.send(one)[0]["outcome"] in ("stored", "superseded")
    service_world.settle()
    assert service_world.world.outcome(service_world.campaign) == _as_file(
        list(latest.values()), service_world
    )


# ---- a database that fails at any statement ----------------------------------------------------------------


@pytest.mark.parametrize("comes_back", [True, False], ids=["one statement", "all from then on"])
def test_the_nth_statement_fails_for_every_n(
    service_world: Service, device: Device, comes_back: bool
) -> None:
    """Clean error or success, never half: after any fault the batch is sent again, and all is there once."""
    device.send(item(household_key="H-0"))
    batch = [item(household_key="H-0"), item(), '{"item_id": 3}']
    failing = {"at": None, "seen": 0}

    def fail(*_: Any) -> None:
        if failing["at"] is not None:
            failing["seen"] += 1
            if failing["seen"] == failing["at"] or (not comes_back and failing["seen"] > failing["at"]):
                raise OperationalError("cut", None, Exception("the connection is gone"))

    event.listen(service_world.service_engine, "before_cursor_execute", fail)
    try:
        for n in range(1, 200):
            failing.update(at=n, seen=0)
            answer = device.post(device.envelope(batch), **{"Idempotency-Key": "the-batch"})
            reached = failing["seen"] >= n
            failing.update(at=None)
            if not reached:
                assert answer.status_code == 200
                break
            assert answer.status_code == 503, answer.text
            assert answer.json()["code"] == "DATABASE_UNAVAILABLE"
            assert answer.headers["Retry-After"]
            assert service_world.query("SELECT count(*) FROM geotags")[0][0] == 1
            assert service_world.query("SELECT count(*) FROM geotag_ledger")[0][0] == 1
            assert service_world.query("SELECT count(*) FROM quarantine")[0][0] == 0
            # A key that could not be given back holds for a while.
            service_world.world.execute("UPDATE sync_batches SET started_at = now() - interval '1 hour'")
    finally:
        event.remove(service_world.service_engine, "before_cursor_execute", fail)
    assert n > 15  # so many statements there are at least
    assert [one["outcome"] for one in answer.json()["results"]] == ["stored", "stored", "quarantined"]
    assert service_world.query("SELECT count(*) FROM geotags")[0][0] == 3


# ---- the protocol against a model --------------------------------------------------------------------------


@pytest.fixture
def _machine_world(service_world: Service, device: Device) -> Iterator[None]:
    Protocol.service, Protocol.device = service_world, device
    yield
    Protocol.service = Protocol.device = None


class Protocol(RuleBasedStateMachine):
    """Send, retry, reorder, revise, cut and restart, beside a dictionary that knows what must be there."""

    service: Service | None = None
    device: Device | None = None
    items = Bundle("items")

    @initialize()
    def start(self) -> None:
        assert self.service is not None
        self.mine: dict[str, dict[int, dict[str, Any]]] = {}
        self.answers: dict[tuple[str, int], Any] = {}
        self.set_aside: set[str] = set()

    @rule(target=items, x=st.integers(1, 9), household=st.integers(0, 3))
    def make(self, x: int, household: int) -> dict[str, Any]:
        return item(AREA, (x / 10, 0.5), household_key=f"H-{household}")

    @rule(target=items, one=items, revision=st.integers(0, 3), x=st.integers(1, 9))
    def revise(self, one: dict[str, Any], revision: int, x: int) -> dict[str, Any]:
        return one | {"revision": revision, "lon": place_of(AREA, x / 10, 0.5)[0]}

    @rule(batch=st.lists(items, min_size=1, max_size=5), cut=st.booleans(), retries=st.integers(0, 2))
    def send(self, batch: list[dict[str, Any]], cut: bool, retries: int) -> None:
        """A connection that is cut after the commit: the device does not read the answer and sends again."""
        assert self.device is not None
        headers = {"Idempotency-Key": str(uuid.uuid4())} if cut else {}
        results = self.device.send(*batch, **headers)
        self._expect(batch, results)
        for _ in range(retries):
            again = self.device.send(*batch, **headers)
            if cut:
                assert again == results
            else:
                self._expect(batch, again)

    @rule()
    def settle(self) -> None:
        assert self.service is not None
        self.service.settle()

    @rule(target=items, one=items)
    def restart(self, one: dict[str, Any]) -> Any:
        """The service forgets what it keeps in memory."""
        assert self.service is not None
        self.service.client.app.state.opened._known.clear()  # type: ignore[attr-defined]
        return multiple(one)

    def _expect(self, batch: list[dict[str, Any]], results: list[dict[str, Any]]) -> None:
        """As the ledger takes a batch: all its lines first, then what is the newest of each."""
        new = []
        for one, result in zip(batch, results, strict=True):
            known = self.mine.setdefault(one["item_id"], {})
            revision = one["revision"]
            if revision in known:
                same = known[revision] == one
                assert result["outcome"] == ("replayed" if same else "conflict")
                if not same:
                    self.set_aside.add(repr(sorted(one.items())))
                elif (one["item_id"], revision) in self.answers:
                    assert result["findings"] == self.answers[one["item_id"], revision]
            else:
                known[revision] = one
                new.append((one, result))
        for one, result in new:
            newest = max(self.mine[one["item_id"]])
            if one["revision"] == newest:
                assert result["outcome"] == "stored"
                self.answers[one["item_id"], newest] = result["findings"]
            else:
                assert result["outcome"] == "superseded" and result["current"]["revision"] == newest

    @invariant()
    def rows_are_distinct_items(self) -> None:
        assert self.service is not None
        rows = self.service.query("SELECT item_id, revision, is_current FROM geotags")
        stored = [(row.item_id, row.revision) for row in rows]
        wanted = {(one, revision) for one, known in self.mine.items() for revision in known}
        assert len(stored) == len(set(stored)) and set(stored) == wanted
        current = {row.item_id: row.revision for row in rows if row.is_current}
        assert current == {one: max(known) for one, known in self.mine.items() if known}
        ((n_aside,),) = self.service.query("SELECT count(*) FROM quarantine")
        assert n_aside == len(self.set_aside)

    def teardown(self) -> None:
        assert self.service is not None
        tables = "geotags, geotag_ledger, geotag_results, findings, clusters, quarantine, sync_batches"
        self.service.world.execute(f"TRUNCATE {tables}, waiting_groups")


@pytest.mark.usefixtures("_machine_world")
def test_the_protocol_against_a_model() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        Protocol, settings=settings(max_examples=15, stateful_step_count=12, deadline=None)
    )
