"""The OpenAPI document is true.

What it allows is answered as it says, what it forbids is refused, and nothing is a fault of the server.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from api.app import create_app
from boundaries.store.principals import Role
from geo.levels import Level
from geotags.store.campaigns import create_campaign

from .conftest import Device, Service, item

EXAMPLES = 25
ENDLESS = "/v1/campaigns/{campaign}/changes/stream"


@pytest.fixture
def headers(service_world: Service) -> dict[str, str]:
    """An administrator, where there is something of everything."""
    create_campaign(service_world.world.engine, "regsosek", "tiga", Level.SUBSLS)
    client, admin = service_world.client, service_world.device(role=Role.ADMIN)
    Device(client, admin.key, admin.secret, "regsosek").send(item(), item(at=(3.5, 0.5)), "no item")
    return {"Authorization": f"Bearer {admin.secret}"}


@pytest.fixture
def schema(service_world: Service, data_dir: Path, headers: dict[str, str]) -> schemathesis.BaseSchema:
    app = create_app(service_world.service_engine, data_dir, allowed_hosts=["testserver"])
    return schemathesis.openapi.from_asgi("/openapi.json", app, headers=headers)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_operation_keeps_what_the_document_promises(
    schema: schemathesis.BaseSchema, headers: dict[str, str], mode: GenerationMode
) -> None:
    faults: dict[str, str] = {}
    asked = 0
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        if operation.path == ENDLESS:
            continue
        asked += 1

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            database=None,
        )
        def holds(case: schemathesis.Case) -> None:
            _make_sense(case, mode)
            case.call_and_validate(headers=headers)

        try:
            holds()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE  # nothing about it can be wrong
        except (Exception, BaseExceptionGroup) as error:  # collected, so that all are seen at once
            faults[operation.label] = _said(error)
    assert not faults, "\n\n".join(f"{label}\n{text}" for label, text in faults.items())
    assert asked > 25


def _make_sense(case: schemathesis.Case, mode: GenerationMode) -> None:
    """What a schema cannot say. Waiting is tested with the changes themselves."""
    if str(case.query.get("wait_s", "")).isdigit():
        case.query["wait_s"] = "0"
    if mode is GenerationMode.NEGATIVE:
        return
    if case.path_parameters and "areas" in case.path_parameters:
        case.path_parameters["areas"] = "5105"
    case.query.pop("after", None)  # only what an answer gave, and not to be built by hand
    for name in ("area", "parent"):
        if case.query.get(name) is not None:
            case.query[name] = "51050"  # its form depends on the frame
    if case.path.startswith(("/tiles/areas", "/styles/areas")):
        case.query["frame"] = "tiga"  # one of frame and campaign
        case.query.setdefault("level", "subsls")
        case.query.pop("campaign", None)


def _said(error: BaseException) -> str:
    parts = error.exceptions if isinstance(error, BaseExceptionGroup) else (error,)
    return "\n".join(str(part) for part in [error, *parts])
