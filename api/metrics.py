"""Counts for Prometheus: of requests by route, never by address, and of what waits in the database."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from api.heads import Heads
from api.slots import Slots
from boundaries.store.engine import connections_in_use
from boundaries.store.reading import DatabaseUnavailable, Engine, outage_said
from geotags.store.due import Queue, read_queue

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class Metrics:
    """The counters of one application."""

    def __init__(self, engine: Engine, slots: Slots, heads: Heads) -> None:
        self.registry = CollectorRegistry()
        for collect in (ProcessCollector, PlatformCollector, GCCollector):
            collect(registry=self.registry)
        self._requests = Counter(
            "patok_requests", "Answers.", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "patok_request_seconds",
            "Until the answer begins.",
            ("method", "route"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._items = Counter(
            "patok_items", "Geotags that devices sent, by outcome.", ("outcome",), registry=self.registry
        )
        self.registry.register(_Now(engine, slots, heads))

    def note_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """An answer has begun."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def note_items(self, outcomes: Iterable[str]) -> None:
        """A batch was stored."""
        for outcome in outcomes:
            self._items.labels(outcome).inc()

    def page(self) -> bytes:
        """Everything, in Prometheus's text format."""
        return generate_latest(self.registry)


class _Now(Collector):
    """What is looked up when it is asked for."""

    def __init__(self, engine: Engine, slots: Slots, heads: Heads) -> None:
        self._engine, self._slots, self._heads = engine, slots, heads

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that a registration asks no database."""
        return ()

    def collect(self) -> Iterable[Metric]:
        yield GaugeMetricFamily(
            "patok_batches_in_work", "Batches of devices that are worked on.", self._slots.taken
        )
        yield GaugeMetricFamily("patok_listeners", "Clients that wait for changes.", self._heads.waiting)
        yield GaugeMetricFamily(
            "patok_database_connections", "Connections in use.", connections_in_use(self._engine)
        )
        try:
            with outage_said():
                queue = read_queue(self._engine)
        except DatabaseUnavailable:
            queue = None
        yield GaugeMetricFamily("patok_database_up", "1 where the database answers.", int(queue is not None))
        if queue is not None:
            yield from _queue(queue)


def _queue(queue: Queue) -> Iterable[Metric]:
    groups = GaugeMetricFamily(
        "patok_waiting_groups", "Groups of geotags that wait to be judged.", labels=("scope",)
    )
    for scope, n in queue.groups.items():
        groups.add_metric((scope,), n)
    yield groups
    yield GaugeMetricFamily(
        "patok_waiting_oldest_seconds", "How long the oldest of them waits.", queue.oldest_s
    )
