"""What Prometheus asks for."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.metrics import CONTENT_TYPE, Metrics
from api.parameters import Operators

router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def get_metrics(request: Request, caller: Operators) -> Response:
    """Counts of requests, of what devices sent and of what waits; for keys that see everything."""
    metrics: Metrics = request.app.state.metrics
    return Response(metrics.page(), media_type=CONTENT_TYPE)
