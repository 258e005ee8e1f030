"""Traces for OpenTelemetry, where an address is set: of each request its route and status, and no more."""

from __future__ import annotations

from geo.errors import SetupError
from geo.text import Text


class TracingMissing(SetupError):
    """An address for traces is set, and what sends them is not installed."""

    code = "TRACING_MISSING"
    text = Text(
        en="PATOK_OTLP_ENDPOINT is set, and what sends traces is not installed. Install it with: pip install "
        "--require-hashes -r requirements/otlp.txt",
        id="PATOK_OTLP_ENDPOINT diatur, tetapi pengirim jejak belum dipasang. Pasang dengan: pip install "
        "--require-hashes -r requirements/otlp.txt",
    )


def set_up(endpoint: str) -> None:
    """Send spans to an OTLP receiver (``http://HOST:4318``), in the background. Raises ``TracingMissing``."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise TracingMissing() from error
    from opentelemetry import trace

    provider = TracerProvider(resource=Resource({"service.name": "patok"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
    trace.set_tracer_provider(provider)
