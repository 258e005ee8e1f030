"""The private PostgreSQL server of a data folder: made, started, stopped and looked at from here.

Nobody but the folder's owner (and root) reaches it: it has no network port, its Unix socket lies in a
folder of mode 0700, and the server asks the operating system who is at the socket (peer). A password
would have to lie in the same folder, so it would add nothing. Work is done as the role ``patok``,
which is no superuser.

PostgreSQL refuses to run as root, so root runs it as the system's ``postgres`` user.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from boundaries.store import cluster_messages as say
from boundaries.store import cluster_settings as conf
from boundaries.store.cluster_database import connect_as, make_database
from boundaries.store.installation import Installation, find_installation
from boundaries.store.principals import SERVICE_ROLE
from boundaries.store.processes import ServerUser, processes_inside
from geo.errors import FolderUnusable, ServerFailed

# sockaddr_un.sun_path holds 108 bytes on Linux, the last one zero.
LONGEST_SOCKET_PATH = 107
_LOG_ROTATED_AT_BYTES = 10 * 2**20
_ORPHANS_GONE_AFTER_S = 15.0
_ANSWERS_WITHIN_S = 30.0


@dataclass(frozen=True)
class ClusterStatus:
    """What a cluster is doing. ``state`` is ``absent`` (never started), ``stopped`` or ``running``."""

    state: str
    folder: Path
    url: str | None = None
    socket_dir: str | None = None
    port: int | None = None
    pid: int | None = None
    version: str | None = None
    data_bytes: int = 0


class Cluster:
    """The private server of ``data_dir``, in its sub-folder ``postgres``.

    ``durable=False`` turns off every wait for the disk: for tests that throw the folder away.
    """

    def __init__(self, data_dir: Path | str, *, durable: bool = True) -> None:
        self.data_dir = Path(data_dir).absolute()
        self.durable = durable
        self.folder = self.data_dir / "postgres"
        self.pgdata = self.folder / "data"
        self.log = self.folder / "server.log"

    def start(self) -> str:
        """Make the server if need be, start it if need be, and return its SQLAlchemy URL.

        Safe to call from several processes at once, after a crash and when it runs already. Raises
        ``SetupError`` (no PostgreSQL, no PostGIS, a folder that cannot be used, a start that failed).
        """
        self._make_data_dir()
        with self._locked():
            user = self._server_user()
            deadline = time.monotonic() + _ANSWERS_WITHIN_S
            while True:
                running = self._running(user) or self._started(user)
                try:
                    if self._write_access(user):  # an older version of Patok started it
                        with connect_as(conf.ADMIN_ROLE, running.socket_dir, "postgres") as connection:
                            connection.execute("SELECT pg_reload_conf()")
                    make_database(running.socket_dir)
                    return _url(running.socket_dir)
                except psycopg.OperationalError as error:
                    # A server that was killed or told to stop this moment: look again.
                    if time.monotonic() > deadline:
                        raise ServerFailed(
                            step=say.ANSWER, reason=_last_line(str(error)), log=self.log
                        ) from error
                    time.sleep(0.1)

    def service_url(self) -> str:
        """The URL at which the HTTP service comes in, with a role that owns nothing; starts the server."""
        self.start()
        running = self._running(self._server_user())
        assert running is not None
        return _url(running.socket_dir, SERVICE_ROLE)

    def stop(self) -> None:
        """Stop the server cleanly: open transactions are rolled back. Does nothing when it is not running."""
        if not self.pgdata.exists():
            return
        with self._locked():
            user = self._server_user()
            if self._running(user) is None:
                return
            program = find_installation(self._major()).program("pg_ctl")
            done = user.run([program, "stop", "-D", str(self.pgdata), "-m", "fast", "-w", "-t", "60"])
            if done.returncode != 0:
                raise ServerFailed(step=say.STOP, reason=_last_line(done.stderr or done.stdout), log=self.log)
            with contextlib.suppress(OSError):  # it stays when something else lies in it
                self._short_socket_dir(user).rmdir()

    def status(self) -> ClusterStatus:
        """What the server is doing, without changing anything."""
        if not self.pgdata.exists():
            return ClusterStatus("absent", self.folder)
        running, size = self._running(self._server_user()), _bytes_under(self.folder)
        major = self._major()
        if running is None:
            return ClusterStatus("stopped", self.folder, version=str(major), data_bytes=size)
        version = str(major)
        with (
            contextlib.suppress(psycopg.OperationalError),  # it is starting or stopping right now
            connect_as(conf.ROLE, running.socket_dir, conf.DATABASE) as connection,
        ):
            version = str(connection.execute("SHOW server_version").fetchone()[0])  # type: ignore[index]
        return ClusterStatus(
            state="running",
            folder=self.folder,
            url=_url(running.socket_dir),
            socket_dir=running.socket_dir,
            port=conf.PORT,
            pid=running.pid,
            version=version,
            data_bytes=size,
        )

    # -- folders and users -------------------------------------------------------------------

    def _make_data_dir(self) -> None:
        try:
            if not self.data_dir.exists():
                self.data_dir.mkdir(parents=True, mode=0o711)
        except OSError as error:
            raise FolderUnusable(
                folder=self.data_dir, reason=error.strerror, remedy=say.CHOOSE_ANOTHER
            ) from error

    def _server_user(self) -> ServerUser:
        """The owner of the cluster that is there already; else the caller, or ``postgres`` for root."""
        caller = os.geteuid()
        owner = self.folder.stat().st_uid if self.folder.exists() else None
        if caller != 0:
            if owner not in (None, caller):
                raise FolderUnusable(folder=self.folder, reason=say.NOT_YOURS, remedy=say.RUN_AS_OWNER)
            return _known_user(caller, self.folder)
        if owner:
            return _known_user(owner, self.folder)
        try:
            return ServerUser.of_name("postgres")
        except KeyError:
            raise FolderUnusable(
                folder=self.folder, reason=say.ROOT_REFUSED, remedy=say.ADD_POSTGRES
            ) from None

    def _make_folder(self, user: ServerUser) -> None:
        """Create ``postgres/`` with mode 0700 for the server's user, who must be able to get there."""
        if not self.folder.exists():
            self.folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(self.folder, user.uid, user.gid)
            closed = next((f for f in reversed(self.data_dir.parents) if not _enters(user, f)), None)
            if closed is None and not _enters(user, self.data_dir):
                closed = self.data_dir
            if closed is not None:
                raise FolderUnusable(folder=closed, reason=say.NO_WAY_IN, remedy=say.OPEN_OR_MOVE)
        self.folder.chmod(0o700)

    def _socket_dir(self, user: ServerUser) -> Path:
        """A folder of mode 0700 of the server's user, near the data when the path is short enough."""
        near = self.folder / "run"
        if len(os.fsencode(near / conf.SOCKET_FILE)) <= LONGEST_SOCKET_PATH:
            folder = near
        else:
            folder = self._short_socket_dir(user)
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            pass
        else:
            os.chown(folder, user.uid, user.gid)
        seen = folder.lstat()  # not stat: a link that somebody else put there must not be followed
        if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != user.uid or seen.st_mode & 0o077:
            raise FolderUnusable(folder=folder, reason=say.NOT_PRIVATE, remedy=say.REMOVE_IT)
        return folder

    def _short_socket_dir(self, user: ServerUser) -> Path:
        # In /tmp nobody but its owner can replace it (the sticky bit), and the same data gets the same one.
        mark = hashlib.sha256(os.fsencode(os.path.realpath(self.folder))).hexdigest()[:16]
        return Path("/tmp") / f"patok-{user.uid}-{mark}"

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time makes, starts or stops this cluster. The kernel frees the lock if it dies."""
        try:
            descriptor = os.open(self.data_dir / ".postgres.lock", os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise FolderUnusable(
                folder=self.data_dir, reason=error.strerror, remedy=say.CHOOSE_ANOTHER
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    # -- the server --------------------------------------------------------------------------

    def _major(self) -> int | None:
        version = self.pgdata / "PG_VERSION"
        return int(version.read_text()) if version.exists() else None

    def _initialise(self, installation: Installation, user: ServerUser) -> None:
        """initdb into a folder of another name, renamed when whole: an interrupted one is never used."""
        for left_over in self.folder.glob("data.new-*"):
            shutil.rmtree(left_over)
        fresh = self.folder / f"data.new-{os.getpid()}"
        command = [
            installation.program("initdb"),
            "-D",
            str(fresh),
            "-U",
            conf.ADMIN_ROLE,
            "--data-checksums",
        ]
        command += ["--encoding=UTF8", "--locale=C.UTF-8", "--auth-local=peer", "--auth-host=reject"]
        done = user.run(command + ([] if self.durable else ["--no-sync"]))
        if done.returncode != 0:
            raise ServerFailed(step=say.INITIALISE, reason=_last_line(done.stderr), log=self.log)
        fresh.rename(self.pgdata)
        _sync_folder(self.folder)

    def _started(self, user: ServerUser) -> _Running:
        installation = find_installation(self._major())
        self._make_folder(user)
        if not self.pgdata.exists():
            self._initialise(installation, user)
        self._start(installation, user)
        running = self._running(user)
        if running is None:
            raise ServerFailed(step=say.START, reason="it ended at once", log=self.log)
        return running

    def _start(self, installation: Installation, user: ServerUser) -> None:
        socket_dir = self._socket_dir(user)
        self._clear_after_crash(user, socket_dir)
        settings = conf.server_settings(str(socket_dir), durable=self.durable)
        self._write("postgresql.conf", conf.postgresql_conf(settings), user)
        self._write_access(user)
        if self.log.exists() and self.log.stat().st_size > _LOG_ROTATED_AT_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        command = [
            installation.program("pg_ctl"),
            "start",
            "-D",
            str(self.pgdata),
            "-l",
            str(self.log),
            "-w",
            "-t",
            "90",
        ]
        done = user.run(command)
        if done.returncode != 0:
            reason = _last_line(self.log.read_text(errors="replace")) if self.log.exists() else done.stderr
            raise ServerFailed(step=say.START, reason=reason, log=self.log)

    def _write_access(self, user: ServerUser) -> bool:
        """Who may come in; whether that changed."""
        callers = {
            user.name,
            _known_user(0, self.folder).name,
        }  # root, whoever starts it: root may be anybody
        wanted = {"pg_hba.conf": conf.pg_hba_conf(), "pg_ident.conf": conf.pg_ident_conf(callers)}
        changed = [name for name, text in wanted.items() if (self.pgdata / name).read_text() != text]
        for name in changed:
            self._write(name, wanted[name], user)
        return bool(changed)

    def _write(self, name: str, content: str, user: ServerUser) -> None:
        # A new file under a name nobody can foresee, then renamed: root never writes through a link
        # that the server's user may have put into its own folder.
        descriptor, path = tempfile.mkstemp(dir=self.pgdata, prefix=f".{name}-")
        with os.fdopen(descriptor, "w") as file:
            file.write(content)
            if os.geteuid() == 0:
                os.fchown(file.fileno(), user.uid, user.gid)
        Path(path).replace(self.pgdata / name)

    def _running(self, user: ServerUser) -> _Running | None:
        """The server that runs on our files, told from a stale ``postmaster.pid`` by where it works."""
        noted = _read_pid_file(self.pgdata)
        if noted is None:
            return None
        inside = processes_inside(self.pgdata, user.uid)
        if inside is not None:
            return noted if noted.pid in inside else None
        try:
            os.kill(noted.pid, 0)
        except ProcessLookupError:
            return None
        except PermissionError:
            pass
        return noted

    def _clear_after_crash(self, user: ServerUser, socket_dir: Path) -> None:
        """Remove what a killed server left, once none of its children works on the files any more.

        PostgreSQL itself takes a left-over lock file for a live server when another process of the same
        user has been given the old number since, as happens after every restart of a container.
        """
        deadline = time.monotonic() + _ORPHANS_GONE_AFTER_S
        while True:
            inside = processes_inside(self.pgdata, user.uid)
            if inside is None:
                return  # not ours to judge: PostgreSQL's own interlock decides
            if not inside:
                break
            if time.monotonic() > deadline:
                raise ServerFailed(
                    step=say.START, reason=f"processes {sorted(inside)} still run", log=self.log
                )
            time.sleep(0.05)
        left_over = [self.pgdata / "postmaster.pid", socket_dir / conf.SOCKET_FILE]
        for path in [*left_over, socket_dir / f"{conf.SOCKET_FILE}.lock"]:
            path.unlink(missing_ok=True)


@dataclass(frozen=True)
class _Running:
    pid: int
    socket_dir: str


def _read_pid_file(pgdata: Path) -> _Running | None:
    try:
        lines = (pgdata / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    # Lines: pid, data folder, start time, port, socket folder, listen address, shared memory, status.
    if len(lines) < 5 or not lines[0].strip().isdigit():
        return None  # killed while it wrote the file
    return _Running(int(lines[0]), lines[4])


def _url(socket_dir: str, role: str = conf.ROLE) -> str:
    host = quote(socket_dir, safe="")
    return f"postgresql+psycopg://{role}@/{conf.DATABASE}?host={host}&port={conf.PORT}"


def _known_user(uid: int, folder: Path) -> ServerUser:
    try:
        return ServerUser.of_uid(uid)
    except KeyError:
        raise FolderUnusable(folder=folder, reason=say.NO_NAME, remedy=say.NAME_IT) from None


def _enters(user: ServerUser, folder: Path) -> bool:
    return user.run(["test", "-x", str(folder)]).returncode == 0


def _bytes_under(folder: Path) -> int:
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):  # the server removes files while we count
                total += (Path(root) / name).lstat().st_size
    return total


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "?"
