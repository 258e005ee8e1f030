"""The private server: made, started, stopped, killed and started again. All on the real thing."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from boundaries.store.cluster import LONGEST_SOCKET_PATH, Cluster
from boundaries.store.engine import connect
from boundaries.store.installation import find_installation
from geo.errors import FolderUnusable, PostgisMissing, ServerMissing, ServerUnreachable, SetupError

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that the server's user can enter; whatever runs in it is stopped at the end."""
    root = Path(tempfile.mkdtemp(prefix="patok-cluster-"))
    root.chmod(0o711)
    data_dir = root / "data"
    yield data_dir
    Cluster(data_dir).stop()
    shutil.rmtree(root, ignore_errors=True)


def _ask(url: str, query: str) -> object:
    engine = connect(url)
    try:
        with engine.connect() as connection:
            return connection.execute(text(query)).scalar_one()
    finally:
        engine.dispose()


def _tell(url: str, statement: str) -> None:
    engine = connect(url)
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


def test_start_stop_and_status(folder: Path) -> None:
    cluster = Cluster(folder)
    assert cluster.status().state == "absent"
    cluster.stop()  # nothing to stop

    url = cluster.start()
    status = cluster.status()
    assert status.state == "running"
    assert status.url == url
    assert status.version is not None and int(status.version.split(".")[0]) >= 15
    assert status.data_bytes > 10_000_000
    assert cluster.start() == url  # again: the same server
    assert cluster.status().pid == status.pid

    cluster.stop()
    assert cluster.status().state == "stopped"
    assert "database system is shut down" in cluster.log.read_text()


def test_how_it_is_made(folder: Path) -> None:
    url = Cluster(folder).start()
    assert _ask(url, "SHOW data_checksums") == "on"
    assert _ask(url, "SHOW fsync") == "on"
    assert _ask(url, "SHOW listen_addresses") == ""
    assert _ask(url, "SHOW server_encoding") == "UTF8"
    query = "SELECT datcollate FROM pg_database WHERE datname = current_database()"
    assert _ask(url, query) in ("C.UTF-8", "C.utf8")
    assert _ask(url, "SELECT current_user || ' ' || current_setting('is_superuser')") == "patok off"
    extensions = (
        "SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension WHERE extname <> 'plpgsql'"
    )
    assert _ask(url, extensions) == "btree_gist postgis"


def test_only_its_user_can_enter(folder: Path) -> None:
    cluster = Cluster(folder)
    cluster.start()
    status = cluster.status()
    assert status.socket_dir is not None
    server = Path(f"/proc/{status.pid}")
    assert server.stat().st_uid != 0, "PostgreSQL must not run as root"
    for place in (cluster.folder, Path(status.socket_dir)):
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
        assert place.stat().st_uid == server.stat().st_uid
    with pytest.raises(ConnectionRefusedError), socket.socket() as probe:
        probe.connect(("127.0.0.1", 5432))


def test_data_survive_kill_9(folder: Path) -> None:
    cluster = Cluster(folder)
    url = cluster.start()
    _tell(url, "CREATE TABLE kept AS SELECT generate_series(1, 10000) AS n")
    pid = cluster.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)

    assert cluster.start() == url  # at once, while its children may still be ending
    assert cluster.status().pid != pid
    assert _ask(url, "SELECT count(*) FROM kept") == 10000


def test_a_left_over_pid_that_now_is_another_process(folder: Path) -> None:
    cluster = Cluster(folder)
    url = cluster.start()
    _tell(url, "CREATE TABLE kept AS SELECT 1 AS n")
    pid, owner = cluster.status().pid, cluster.folder.stat()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    other_user = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
    stranger = subprocess.Popen(["sleep", "60"], cwd="/", **other_user)  # type: ignore[call-overload]
    try:
        for name in (cluster.pgdata / "postmaster.pid", Path(f"{cluster.folder}/run/.s.PGSQL.5432.lock")):
            lines = name.read_text().splitlines(keepends=True)
            name.write_text("".join([f"{stranger.pid}\n", *lines[1:]]))
        assert cluster.status().state == "stopped"
        assert cluster.start() == url
        assert stranger.poll() is None
        assert _ask(url, "SELECT n FROM kept") == 1
    finally:
        stranger.kill()
        stranger.wait()


def test_starts_at_the_same_time_make_one_server(folder: Path) -> None:
    program = "import sys; from boundaries.store.cluster import Cluster; print(Cluster(sys.argv[1]).start())"
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", program, folder], cwd=PROJECT, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    said = {start.communicate(timeout=120)[0].strip() for start in starts}
    assert [start.returncode for start in starts] == [0, 0, 0]
    assert said == {Cluster(folder).start()}


def test_an_interrupted_initdb_is_done_again(folder: Path) -> None:
    half_made = folder / "postgres" / "data.new-4711"
    half_made.mkdir(parents=True)
    folder.chmod(0o711)
    (half_made / "PG_VERSION").write_text("15\n")
    if os.geteuid() == 0:
        shutil.chown(half_made.parent, "postgres", "postgres")
    assert _ask(Cluster(folder).start(), "SELECT 1") == 1
    assert not half_made.exists()


def test_a_long_path_gets_a_short_socket_folder(folder: Path) -> None:
    cluster = Cluster(folder / ("long-" * 30))
    try:
        url = cluster.start()
        status = cluster.status()
        assert len(f"{cluster.folder}/run/.s.PGSQL.5432") > LONGEST_SOCKET_PATH
        assert status.socket_dir is not None
        assert len(f"{status.socket_dir}/.s.PGSQL.5432") <= LONGEST_SOCKET_PATH
        assert stat.S_IMODE(Path(status.socket_dir).stat().st_mode) == 0o700
        assert _ask(url, "SELECT 1") == 1

        cluster.stop()
        assert not Path(status.socket_dir).exists()
        Path(status.socket_dir).mkdir(mode=0o755)  # as somebody else could have put it there
        Path(status.socket_dir).chmod(0o755)
        with pytest.raises(FolderUnusable) as refused:
            cluster.start()
        assert status.socket_dir in str(refused.value)
        Path(status.socket_dir).rmdir()
    finally:
        cluster.stop()


def test_a_folder_that_the_server_cannot_reach_is_named(folder: Path) -> None:
    closed = folder.parent / "closed"
    closed.mkdir(mode=0o700 if os.geteuid() == 0 else 0o500)
    with pytest.raises(FolderUnusable) as refused:
        Cluster(closed / "data").start()
    assert str(closed) in refused.value.say("en")
    assert "chmod o+x" in refused.value.say("id") or os.geteuid() != 0
    assert refused.value.exit_code == 5


def test_the_log_tells_no_coordinates(folder: Path) -> None:
    cluster = Cluster(folder)
    url = cluster.start()
    _tell(url, "CREATE TABLE homes (lon double precision UNIQUE CHECK (lon > 0))")
    _tell(url, "INSERT INTO homes VALUES (115.40812)")
    for statement in (
        "INSERT INTO homes VALUES (115.40812)",
        "INSERT INTO homes VALUES (-115.40812)",
        "SELECT 115.40812 / 0",
    ):
        with pytest.raises(Exception, match=r"homes|zero"):
            _tell(url, statement)
    log = cluster.log.read_text()
    assert "duplicate key value" in log
    assert "115.40812" not in log


def _fake_server(folder: Path, version: str) -> Path:
    folder.mkdir()
    for name, output in (("postgres", f"postgres (PostgreSQL) {version}"), ("initdb", "")):
        (folder / name).write_text(f"#!/bin/sh\necho '{output}'\n")
        (folder / name).chmod(0o755)
    return folder


def test_what_is_missing_is_named_with_its_package(tmp_path: Path) -> None:
    with pytest.raises(ServerMissing, match=r"apt-get install postgresql postgresql-postgis"):
        find_installation(bins=[tmp_path])
    old = _fake_server(tmp_path / "old", "13.4 (Debian 13.4-1)")
    with pytest.raises(ServerMissing, match=r"found: 13"):
        find_installation(bins=[old])
    bare = _fake_server(tmp_path / "bare", "99.1")
    with pytest.raises(PostgisMissing, match=r"postgresql-99-postgis-3"):
        find_installation(bins=[old, bare])
    with pytest.raises(ServerMissing, match=r"postgresql-98"):
        find_installation(98, bins=[old, bare])


def test_an_unreachable_database_is_named_without_its_password() -> None:
    with pytest.raises(ServerUnreachable) as refused:
        connect("postgres://officer:very-secret@127.0.0.1:1/patok")
    assert "127.0.0.1" in str(refused.value)
    assert "very-secret" not in str(refused.value)
    assert isinstance(refused.value, SetupError)


def test_a_slow_statement_is_cancelled(cluster: Cluster) -> None:
    engine = connect(cluster.start(), statement_timeout_s=0.2, application_name="patok test")
    with engine.connect() as connection:
        assert connection.execute(text("SHOW application_name")).scalar_one() == "patok test"
        with pytest.raises(Exception, match="statement timeout"):
            connection.execute(text("SELECT pg_sleep(5)"))
    engine.dispose()
