"""The HTTP API: one route file per resource, each registered by one line here."""

from __future__ import annotations

import mimetypes
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from api import problems
from api.access import LOOPBACK_HOSTS, SECURITY_HEADERS, Gate
from api.answers import Problem
from api.heads import Heads
from api.keyring import Keyring
from api.metrics import Metrics
from api.observed import REQUEST_ID, Observed
from api.packing import Packing
from api.routes import (
    areas,
    campaigns,
    changes,
    checks,
    findings,
    frames,
    geotags,
    health,
    metrics,
    packs,
    page,
    quarantine,
    releases,
    rulesets,
    sign_in,
    styles,
    summaries,
    sync,
    tiles,
)
from api.slots import Slots
from api.webhooks import Teller
from boundaries.packs import MEDIA_TYPES
from boundaries.store.reading import Engine
from geo.errors import PatokError
from geo.text import Language
from geotags.against import Opened
from geotags.waiting import Waiting

ROUTERS = (
    health.router,
    metrics.router,
    sign_in.router,
    frames.router,
    releases.router,
    areas.router,
    campaigns.router,
    geotags.router,
    sync.router,
    quarantine.router,
    findings.router,
    changes.router,
    summaries.router,
    checks.router,
    rulesets.router,
    packs.router,
    tiles.router,
    styles.router,
    page.router,
)

_REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": text}
    for status, text in (
        (401, "No access key, or one that has ended."),
        (403, "The key is for something else."),
        (404, "What the address names is not there."),
        (421, "The Host header names another server."),
        (422, "A parameter is not accepted."),
        (429, "Too many at once: come again after Retry-After."),
        (503, "The database does not answer."),
    )
}

# Request addresses and validation errors would go to an exporter that the environment names.
_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


class _Described(FastAPI):
    """Says in the OpenAPI document that errors are problems, which the framework does not know."""

    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        for path in document["paths"].values():
            for operation in path.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400:
                        answer["content"] = {
                            problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}
                        }
        return document


async def _on_fault(request: Request, error: Exception) -> Response:
    """The framework answers a fault outside of every middleware, so the headers are set here as well."""
    response = await problems.on_fault(request, error)
    response.headers.update({**SECURITY_HEADERS, REQUEST_ID: request.state.request_id})
    return response


def create_app(
    engine: Engine,
    data_dir: Path,
    *,
    keyring: Keyring | None = None,
    allowed_hosts: Sequence[str] = LOOPBACK_HOSTS,
    language: Language = "en",
    rulesets_dir: Path | None = None,
    works_beside: bool = False,
) -> FastAPI:
    """The application on an engine and a data folder.

    The engine is that of the service (``boundaries.store.guard``). Every request but those of the page's
    files and of /health needs a token that ``keyring`` knows; by default it knows the access keys in the
    database. ``allowed_hosts`` are the names, without port, that the Host header may have. ``language`` is
    what is answered to a client that asks for none. ``rulesets_dir`` has the office's rulesets; rulesets in
    the data folder, if it is not given. ``works_beside`` runs threads beside the requests: one judges groups
    of geotags soon after they changed (``geotags.waiting``), one tells webhooks (``api.webhooks``). Before
    listening beyond loopback call ``api.access.check_bind``.
    """
    mimetypes.add_type("text/javascript", ".mjs")  # some systems do not know it, and nosniff then refuses it
    opened = Opened(engine, data_dir)

    @asynccontextmanager
    async def working(_: FastAPI) -> AsyncIterator[None]:
        beside = (Waiting(engine, opened), Teller(engine)) if works_beside else ()
        for one in beside:
            one.start()
        yield
        for one in (*beside, app.state.packing):
            await run_in_threadpool(one.stop)

    app = _Described(
        lifespan=working,
        title="Patok",
        summary="Area frames, geotags, and what the checks found.",
        version="0.1.0",
        docs_url=None,  # the pages of the framework load their scripts from another server
        redoc_url=None,
        responses=_REFUSALS,
        telemetry=_NO_TELEMETRY,
    )
    app.state.engine = engine
    app.state.opened = opened
    app.state.slots = Slots()
    app.state.heads = Heads(engine)
    app.state.packing = Packing(engine, data_dir)
    app.state.metrics = Metrics(engine, app.state.slots, app.state.heads)
    app.state.keyring = keyring or Keyring(engine)
    app.state.data_dir = data_dir
    app.state.language = language
    app.state.rulesets_dir = rulesets_dir or data_dir / "rulesets"
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/web", page.FILES, name="web")
    app.add_exception_handler(PatokError, problems.on_patok_error)
    app.add_exception_handler(RequestValidationError, problems.on_refused_request)
    app.add_exception_handler(HTTPException, problems.on_http_error)
    app.add_exception_handler(Exception, _on_fault)
    packed = (
        *DEFAULT_EXCLUDED_CONTENT_TYPES,
        *MEDIA_TYPES.values(),
    )  # a part of a file is a part of its bytes
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5, exclude_content_types=packed)
    app.add_middleware(Gate, keyring=app.state.keyring, allowed_hosts=allowed_hosts)
    app.add_middleware(Observed, metrics=app.state.metrics)
    return app
