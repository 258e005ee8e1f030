"""What all tests share: one private PostgreSQL server for the whole run, an empty database for each test."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine, text

import geotags.store.models  # noqa: F401  (its tables join the metadata)
from boundaries.store.cluster import Cluster
from boundaries.store.engine import connect
from boundaries.store.guard import connect_service
from boundaries.store.models import Base
from boundaries.store.schema import migrate

# How long an example takes says nothing of whether it is right.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "real_data: needs the offices' layers, which are not in the project")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # Started in the background of a shell: the commands that get Ctrl-C in tests would inherit that.
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not SHARED_DATA.is_dir():
        for item in items:
            if item.get_closest_marker("real_data"):
                item.add_marker(pytest.mark.skip(reason=f"the offices' layers are not at {SHARED_DATA}"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of the offices' layers, for tests with the marker ``real_data``."""
    return SHARED_DATA


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that the server's user can enter: pytest's own is closed to everybody but the tester."""
    folder = Path(tempfile.mkdtemp(prefix="patok-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(open_folder: Path) -> Iterator[Cluster]:
    """The private server of this run. It does not wait for the disk: the folder is thrown away."""
    server = Cluster(open_folder / "session", durable=False)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def migrated_engine(cluster: Cluster) -> Iterator[Engine]:
    """An engine on the migrated database of this run. Tests use ``engine``."""
    engine = connect(cluster.start())
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def guarded_engine(cluster: Cluster, migrated_engine: Engine) -> Iterator[Engine]:
    """The same database as the HTTP service reaches it. Tests use ``service``."""
    engine = connect_service(cluster.service_url())
    yield engine
    engine.dispose()


@pytest.fixture
def service(engine: Engine, guarded_engine: Engine) -> Iterator[Engine]:
    """An engine that row policies hold for, on the database of ``engine``."""
    yield guarded_engine
    guarded_engine.dispose()


# A connection that a failed test left open would hold its locks and make the next one wait for ever.
_END_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
# Rows are few and tables, with their partitions, are many: to empty them is quicker than to truncate them.
_FROM_ONE = text(
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) "
    "FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
)


@pytest.fixture
def engine(migrated_engine: Engine) -> Iterator[Engine]:
    """An engine on a migrated database without a single row."""
    yield migrated_engine
    migrated_engine.dispose()
    with migrated_engine.begin() as connection:
        connection.execute(_END_OTHERS)
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())
        connection.execute(_FROM_ONE)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """An empty data folder of this test alone, for segment files."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder
