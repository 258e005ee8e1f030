"""What a server tells of its requests: enough to look after it, and nothing of a household."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine

from api.observed import REQUEST_ID
from boundaries.store import reading as store_reading
from boundaries.store.keys import create_key
from boundaries.store.principals import Role
from patok import log
from tests.api.conftest import AUTHORIZED, World

FIELDS = {
    "at",
    "level",
    "logger",
    "message",
    "request_id",
    "method",
    "route",
    "status",
    "seconds",
    "key_id",
    "role",
    "code",
}
SECRET = "115.4050123"


@pytest.fixture
def client(app: FastAPI, world: World) -> Iterator[TestClient]:
    with TestClient(app, headers=AUTHORIZED, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What goes to standard error as JSON."""
    stream = io.StringIO()
    root, ours = logging.getLogger(), logging.getLogger("patok.requests")
    before = (root.handlers, root.level, ours.level)
    monkeypatch.setattr(log.sys, "stderr", stream)
    log.set_up("json")
    yield stream
    root.handlers = before[0]
    root.setLevel(before[1])
    ours.setLevel(before[2])


def _samples(client: TestClient) -> dict[tuple[str, ...], float]:
    page = client.get("/metrics")
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(page.text)
        for sample in family.samples
    }


def test_requests_are_counted_by_route(client: TestClient) -> None:
    campaign = "/v1/campaigns/{campaign}/geotags"
    for address in (
        "/v1/campaigns/regsosek/geotags",
        "/v1/campaigns/regsosek/geotags?limit=1",
        "/v1/campaigns/no/geotags",
    ):
        client.get(address)
    for address in (f"/{SECRET}", f"/v1/{SECRET}/x"):
        client.get(address)
    client.request("BREW", "/v1/campaigns")
    client.get("/v1/campaigns", headers={"Authorization": "Bearer no"})
    samples = _samples(client)
    count = "patok_requests_total"
    assert samples[count, "GET", campaign, "200"] == 2 and samples[count, "GET", campaign, "404"] == 1
    assert samples[count, "GET", "(none)", "404"] == 2 and samples[count, "GET", "(none)", "401"] == 1
    assert samples["patok_request_seconds_count", "GET", campaign] == 3
    assert sum(value for (name, *_), value in samples.items() if name == count) == 8 - 1
    assert samples["patok_database_up",] == 1 and samples["patok_waiting_groups", "household"] >= 0
    page = client.get("/metrics").text
    assert SECRET not in page and "regsosek" not in page and "BREW" not in page


@pytest.mark.parametrize("role", Role)
def test_counts_are_for_who_sees_everything(client: TestClient, engine: Engine, role: Role) -> None:
    _, secret = create_key(
        engine, role, "of the tests", ["9471"] if role in (Role.DEVICE, Role.OFFICER) else []
    )
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == (200 if role.sees_all else 403)
    assert client.get("/metrics", headers={"Authorization": ""}).status_code == 401


def test_what_needs_no_database_is_told_without_it(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any) -> None:
        raise store_reading.DatabaseUnavailable(reason="is gone")

    monkeypatch.setattr("api.metrics.read_queue", gone)
    samples = _samples(client)
    assert samples["patok_database_up",] == 0 and not any("waiting" in name for name, *_ in samples)


def test_every_answer_has_an_identity_that_the_log_has(
    client: TestClient, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr("api.routes.campaigns.read_campaigns", broken)
    answers = [
        client.get("/health/live"),
        client.get(f"/v1/campaigns/regsosek/geotags?area={SECRET}&after={SECRET}"),
        client.get(f"/tiles/geotags/{SECRET}/1/1.mvt?campaign={SECRET}"),
        client.get(f"/{SECRET}", headers={"X-Request-ID": SECRET, "User-Agent": SECRET}),
        client.get("/v1/campaigns", headers={"Authorization": f"Bearer {SECRET}"}),
        client.get("/v1/campaigns", headers={"Host": SECRET}),
        client.post("/v1/geotags", content=json.dumps({"campaign": "regsosek", "items": [{"lon": SECRET}]})),
        client.get("/v1/campaigns"),
    ]
    assert [one.status_code for one in answers] == [200, 422, 422, 404, 401, 421, 415, 500]
    text = written.getvalue()
    assert SECRET not in text and AUTHORIZED["Authorization"].split()[1] not in text
    lines = [json.loads(line) for line in text.splitlines() if '"message": "request"' in line]
    assert [line["request_id"] for line in lines] == [one.headers[REQUEST_ID] for one in answers]
    assert len({one.headers[REQUEST_ID] for one in answers}) == len(answers)
    for line, answer in zip(lines, answers, strict=True):
        assert set(line) == FIELDS and line["status"] == answer.status_code
        said = answer.json().get("code") if answer.status_code != 500 else None
        assert line["code"] == said or answer.status_code == 404


@pytest.mark.parametrize("form", ["json", "text"])
def test_of_a_fault_its_place_is_written_and_not_its_text(form: log.LogForm) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(log.Careful(form))
    for name in ("uvicorn.error", "some.library"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        try:
            _fail()
        except RuntimeError:
            logger.exception("It failed.")
        logger.warning("value %s", SECRET) if name == "some.library" else None
        logger.handlers, logger.propagate = [], True
    text = stream.getvalue()
    assert SECRET not in text and "It failed." in text and "value %s" in text
    assert text.count("builtins.RuntimeError") == 2 and text.count("builtins.ValueError") == 2
    assert "test_observed.py" in text and "_fail" in text
    if form == "json":
        assert len([json.loads(line) for line in text.splitlines()]) == 3


def _fail() -> None:
    try:
        float(f"x{SECRET}")
    except ValueError as error:
        raise RuntimeError(SECRET) from error


@pytest.fixture(scope="module")
def spans() -> Iterator[InMemorySpanExporter]:
    """What would be sent. A process has one provider for good."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    yield exporter
    provider.shutdown()


def test_a_span_says_the_route_and_nothing_that_was_sent(
    spans: InMemorySpanExporter, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ValueError(SECRET)

    spans.clear()
    monkeypatch.setattr("api.routes.campaigns.read_campaigns", broken)
    parent = f"00-{'a' * 32}-{'b' * 16}-01"
    client.get(
        f"/v1/campaigns/regsosek/geotags?area={SECRET}",
        headers={"traceparent": parent, "baggage": f"a={SECRET}"},
    )
    client.get(f"/{SECRET}")
    client.get("/v1/campaigns")
    found = spans.get_finished_spans()
    assert [span.name for span in found] == [
        "GET /v1/campaigns/{campaign}/geotags",
        "GET (none)",
        "GET /v1/campaigns",
    ]
    assert [span.attributes["http.response.status_code"] for span in found] == [422, 404, 500]
    assert format(found[0].context.trace_id, "x") == "a" * 32
    assert [span.status.is_ok for span in found] == [True, True, False]
    for span in found:
        assert SECRET not in span.to_json() and span.events == ()
        assert set(span.attributes) == {"http.request.method", "http.route", "http.response.status_code"}
