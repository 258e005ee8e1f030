"""The OpenAPI document is true.

What it allows is answered as it says, what it forbids is refused, and nothing is a fault of the server.
"""

from __future__ import annotations

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from tests.api.conftest import AUTHORIZED, World

EXAMPLES = 25
ENDLESS = "/v1/campaigns/{campaign}/changes/stream"


@pytest.fixture
def schema(app: FastAPI, world: World) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_asgi("/openapi.json", app, headers=AUTHORIZED)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_operation_keeps_what_the_document_promises(
    schema: schemathesis.BaseSchema, mode: GenerationMode
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
            max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
        )
        def holds(case: schemathesis.Case) -> None:
            _make_sense(case, mode)
            case.call_and_validate(headers=AUTHORIZED)

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
    case.query.pop("after", None)  # only what an answer gave, and not to be built by hand
    for name in ("area", "parent"):
        if case.query.get(name) is not None:
            case.query[name] = "94710"  # its form depends on the frame
    if "areas" in case.path and "campaign" not in case.path:
        case.query["frame"] = "nusa"  # one of frame and campaign
        case.query.setdefault("level", "subsls")
        case.query.pop("campaign", None)


def _said(error: BaseException) -> str:
    parts = error.exceptions if isinstance(error, BaseExceptionGroup) else (error,)
    return "\n".join(str(part) for part in [error, *parts])
