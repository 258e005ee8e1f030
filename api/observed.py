"""What a server tells of its requests: a count and a line in the log.

Routes as they are written in the code, never addresses: what stands there may be a household or a coordinate.
"""

from __future__ import annotations

import logging
import time
import uuid
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import Metrics

REQUEST_ID = "X-Request-ID"
NO_ROUTE = "(none)"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

logger = logging.getLogger("patok.requests")


class Observed:
    """ASGI middleware outside of all others. Each answer gets an identity that the log has, too."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

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

        try:
            await self.app(scope, receive, send_noted)
        except Exception:
            if not status:  # the framework answers it outside of this
                self._note(scope, 500, time.perf_counter() - began)
            raise

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        route = route_of(scope)
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


def route_of(scope: Scope) -> str:
    """The route as the code has it; of the page's files the folder."""
    route = scope.get("route")
    path = getattr(route, "path", None)
    if path is None:
        return "/web" if scope["path"].startswith("/web/") else NO_ROUTE
    return str(path)
