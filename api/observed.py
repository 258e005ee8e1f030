"""What a server tells of its requests: a count and a line in the log.

Routes as they are written in the code, never addresses: what stands there may be a household or a coordinate.
"""

from __future__ import annotations

import logging
import time
import uuid
from typing import Any

from opentelemetry.trace import Span, SpanKind, StatusCode, get_tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import Metrics

REQUEST_ID = "X-Request-ID"
NO_ROUTE = "(none)"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_PROPAGATOR = TraceContextTextMapPropagator()

logger = logging.getLogger("patok.requests")


class Observed:
    """ASGI middleware outside of all others. Each answer gets an identity that the log has, too."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics
        self._tracer = get_tracer("patok")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["request_id"] = uuid.uuid4().hex
        began = time.perf_counter()
        status = 0

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = state["request_id"]
                self._note(scope, status, time.perf_counter() - began)
            await send(message)

        # The texts of exceptions may hold what somebody sent: a span gets none.
        with self._tracer.start_as_current_span(
            "request",
            context=_PROPAGATOR.extract(dict(Headers(scope=scope))),
            kind=SpanKind.SERVER,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                await self.app(scope, receive, send_noted)
            except Exception:
                if not status:  # the framework answers it outside of this
                    status = 500
                    self._note(scope, status, time.perf_counter() - began)
                raise
            finally:
                _describe(span, scope, status)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method, route = _method_of(scope), route_of(scope)
        self.metrics.note_request(method, route, status, seconds)
        state = scope["state"]
        principal = state.get("principal")
        fields: dict[str, Any] = {
            "request_id": state["request_id"],
            "method": method,
            "route": route,
            "status": status,
            "seconds": round(seconds, 4),
            "key_id": principal and principal.key_id,
            "role": principal and principal.role.value,
            "code": state.get("problem"),
        }
        logger.info("request", extra={"fields": fields})


def _describe(span: Span, scope: Scope, status: int) -> None:
    method, route = _method_of(scope), route_of(scope)
    span.update_name(f"{method} {route}")
    span.set_attribute("http.request.method", method)
    span.set_attribute("http.route", route)
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_status(StatusCode.ERROR)


def _method_of(scope: Scope) -> str:
    return scope["method"] if scope["method"] in _METHODS else "OTHER"


def route_of(scope: Scope) -> str:
    """The route as the code has it; of the page's files the folder."""
    route = scope.get("route")
    path = getattr(route, "path", None)
    if path is None:
        return "/web" if scope["path"].startswith("/web/") else NO_ROUTE
    return str(path)
