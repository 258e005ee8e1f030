"""The composition root of the commands: which database, which folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from boundaries.store.cluster import Cluster
from boundaries.store.engine import Engine, connect
from boundaries.store.guard import connect_service
from boundaries.store.schema import migrate, require_current
from patok.settings import Settings, read_settings
from patok.words import note


@dataclass(frozen=True)
class Store:
    """An open database with its folder of segment files."""

    engine: Engine
    data_dir: Path


@contextmanager
def open_store(settings: Settings | None = None) -> Iterator[Store]:
    """The configured server, or the private one: started when need be and brought to this version."""
    settings = settings or read_settings()
    if settings.database_url:
        engine = connect(settings.database_url)
        require_current(engine)
    else:
        cluster = Cluster(settings.data_dir)
        if cluster.status().state != "running":
            note(
                "Starting the private database (patok db stop ends it).",
                "Menjalankan basis data pribadi (patok db stop menghentikannya).",
            )
        engine = connect(cluster.start())
        migrate(engine)
    try:
        yield Store(engine, settings.data_dir)
    finally:
        engine.dispose()


@contextmanager
def open_service(settings: Settings) -> Iterator[Engine]:
    """The service's engine on a database that ``open_store`` has opened: row policies hold for it."""
    url = settings.service_database_url or settings.database_url or Cluster(settings.data_dir).service_url()
    engine = connect_service(url)
    try:
        yield engine
    finally:
        engine.dispose()
