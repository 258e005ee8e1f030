"""The connection to the database, and the SQL that lies in files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any

from psycopg import Copy
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.pool import QueuePool

from boundaries.store.installation import OLDEST_POSTGRESQL
from geo.errors import PostgisMissing, ServerTooOld, ServerUnreachable
from geo.text import Text

OLDEST_POSTGIS = (3, 3)
NO_ADDRESS = Text(en="the address cannot be read", id="alamatnya tidak dapat dibaca")


def connect(
    url: str,
    *,
    statement_timeout_s: float | None = None,
    application_name: str = "patok",
    role: str | None = None,
    connections: int = 5,
) -> Engine:
    """An engine on ``url`` (``postgresql://`` or ``postgres://``), after a look at what answers there.

    A statement that takes longer than ``statement_timeout_s`` seconds is cancelled; None waits for
    ever. ``role`` is what every connection works as, where it is not the one that comes in; there are
    ``connections`` at most, beside ten for rushes. Raises ``ServerUnreachable``, ``ServerTooOld`` or
    ``PostgisMissing``; the URL is named in them without its password.
    """
    target = _with_driver(url)
    options = ["-c timezone=UTC"]
    if statement_timeout_s is not None:
        options.append(f"-c statement_timeout={round(statement_timeout_s * 1000)}")
    if role is not None:
        options.append(f"-c role={role}")
    engine = create_engine(
        target,
        hide_parameters=True,  # an error's text goes to the log, and the parameters hold coordinates
        pool_size=connections,
        pool_pre_ping=True,  # the private server may have been stopped and started in between
        connect_args={
            "application_name": application_name,
            "options": " ".join(options),
            "connect_timeout": 10,
        },
    )
    try:
        _check_versions(engine)
    except OperationalError as error:
        engine.dispose()
        lines = str(error.orig).splitlines()
        raise ServerUnreachable(url=target.render_as_string(hide_password=True), reason=lines[0]) from error
    except Exception:
        engine.dispose()
        raise
    return engine


def connections_in_use(engine: Engine) -> int:
    """How many connections of the pool are out at this moment."""
    pool = engine.pool
    return pool.checkedout() if isinstance(pool, QueuePool) else 0


def _with_driver(url: str) -> URL:
    scheme, separator, rest = url.partition("://")
    if scheme in ("postgres", "postgresql"):
        scheme = "postgresql+psycopg"
    try:
        return make_url(scheme + separator + rest)
    except (ArgumentError, ValueError):  # neither is said: it may quote the password
        raise ServerUnreachable(url=scheme + separator + "...", reason=NO_ADDRESS) from None


def _check_versions(engine: Engine) -> None:
    with engine.connect() as connection:
        row = connection.execute(text(named_sql("boundaries.store", "server_versions"))).one()
    if row.server // 10000 < OLDEST_POSTGRESQL:
        raise ServerTooOld(what="PostgreSQL", found=str(row.server // 10000), wanted=str(OLDEST_POSTGRESQL))
    if row.postgis is None:
        major = row.server // 10000
        raise PostgisMissing(where=f"PostgreSQL {major}", package=f"postgresql-{major}-postgis-3")
    found = tuple(int(part) for part in row.postgis.split(".")[:2])
    if found < OLDEST_POSTGIS:
        raise ServerTooOld(what="PostGIS", found=row.postgis, wanted=".".join(map(str, OLDEST_POSTGIS)))


@contextmanager
def copying(connection: Connection, statement: str) -> Iterator[Copy]:
    """Run ``COPY ... FROM STDIN`` and yield what rows are written to, in the caller's transaction.

    A connection that Ctrl-C catches between two messages of a copy cannot even roll back: it is thrown
    away, and the server rolls back when it sees it gone.
    """
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            yield copy
    except Exception:
        raise
    except BaseException:
        connection.invalidate()
        raise


@cache
def named_sql(package: str, name: str) -> str:
    """The statement in ``sql/{name}.sql`` beside the modules of ``package``."""
    return files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
