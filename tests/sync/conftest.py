"""A service with a published frame, a campaign, and devices that send to it."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.app import create_app
from boundaries.store.keys import AccessKey, create_key
from boundaries.store.principals import Role
from geotags.run import judge_all_waiting
from geotags.store.campaigns import Campaign
from geotags.store.partitions import ensure_partitions, provinces_of
from tests.geotags.conftest import world  # noqa: F401  (a fixture)
from tests.geotags.world import KABUPATEN, World, area_code, place_of

AREA = area_code("5105", 0)
CAPTURED = "2025-10-20T09:15:00+08:00"


def item(area: str = AREA, at: tuple[float, float] = (0.31, 0.42), **more: Any) -> dict[str, Any]:
    """An item at a place of its area (0..1 each way)."""
    lon, lat = place_of(area, *at)
    plain = {
        "item_id": str(uuid.uuid4()),
        "revision": 1,
        "household_key": f"k-{uuid.uuid4()}",
        "assigned_area": area,
        "lon": lon,
        "lat": lat,
        "accuracy_m": 5.0,
        "captured_at": CAPTURED,
        "enumerator_id": f"e-{uuid.uuid4()}",
    }
    return plain | more


@dataclass
class Device:
    """Sends as the app would."""

    client: TestClient
    key: AccessKey
    secret: str
    campaign: str

    def post(self, body: bytes | str, **headers: str) -> Any:
        """A body as it is."""
        content = body.encode() if isinstance(body, str) else body
        address = headers.pop("address", "/v1/geotags")
        given = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"} | headers
        return self.client.post(address, content=content, headers=given)

    def send(self, *items: Any, **headers: str) -> list[dict[str, Any]]:
        """The results for some items, which must be accepted as a batch."""
        answer = self.post(self.envelope(items), **headers)
        assert answer.status_code == 200, answer.text
        results: list[dict[str, Any]] = answer.json()["results"]
        assert len(results) == len(items)
        return results

    def envelope(self, items: Sequence[Any]) -> str:
        """The batch of some items; a text is an item as it is."""
        parts = [one if isinstance(one, str) else json.dumps(one) for one in items]
        return f'{{"campaign": "{self.campaign}", "items": [{", ".join(parts)}]}}'


@dataclass
class Service:
    """The world with a service on it."""

    world: World
    campaign: Campaign
    client: TestClient
    service_engine: Engine
    devices: list[Device] = field(default_factory=list)

    def device(self, *areas: str, role: Role = Role.DEVICE) -> Device:
        """A new device for some areas; for the kabupaten of ``AREA`` by default."""
        limited = role in (Role.DEVICE, Role.OFFICER)
        key, secret = create_key(
            self.world.engine, role, "of the tests", (areas or ("5105",)) if limited else ()
        )
        return Device(self.client, key, secret, self.campaign.name)

    def settle(self) -> None:
        """Judge what waits."""
        judge_all_waiting(self.service_engine, self.campaign, self.world.frame, self.world.release.release_id)

    def query(self, statement: str, **values: Any) -> Any:
        """Rows, as the owner of the tables sees them."""
        return self.world.query(statement, **values)


@pytest.fixture
def service_world(world: World, service: Engine, data_dir: Path) -> Iterator[Service]:  # noqa: F811
    """A service that sees a fault as the 500 that a real client sees."""
    campaign = world.campaign()
    ensure_partitions(world.engine, provinces_of(world.frame))
    app = create_app(service, data_dir, allowed_hosts=["testserver"])
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Service(world, campaign, client, service)


@pytest.fixture
def device(service_world: Service) -> Device:
    """A device for kabupaten 5105."""
    return service_world.device()


__all__ = ["AREA", "KABUPATEN", "Device", "Service", "item"]

Maker = Callable[..., Device]
NOW = dt.datetime.now
