"""Reading transactions, and the SQL files that they run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, TextClause, text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from boundaries.store.audit import Seen, record
from boundaries.store.engine import named_sql
from boundaries.store.principals import OPERATOR, Principal, set_scope
from geo.errors import SetupError
from geo.text import Text

__all__ = [
    "Access",
    "Connection",
    "DatabaseUnavailable",
    "Engine",
    "outage_said",
    "read_page",
    "read_rows",
    "reading",
    "statement",
]

STATEMENT_TIMEOUT_S = 60
"""A read that takes longer is ended, so that one question cannot hold a connection for ever."""

_QUERY_CANCELED = "57014"  # PostgreSQL, appendix A: query_canceled


class DatabaseUnavailable(SetupError):
    """The database does not answer, or not in time."""

    code = "DATABASE_UNAVAILABLE"
    text = Text(
        en="The database {reason}. See whether it runs with: patok db status.",
        id="Basis data {reason}. Periksa apakah ia berjalan dengan: patok db status.",
    )


_NOT_REACHED = Text(en="cannot be reached", id="tidak dapat dihubungi")
_TOO_BUSY = Text(en="is busy with other requests", id="sedang sibuk dengan permintaan lain")
_TOO_SLOW = Text(
    en=f"did not answer within {STATEMENT_TIMEOUT_S} s",
    id=f"tidak menjawab dalam {STATEMENT_TIMEOUT_S} detik",
)


@dataclass(frozen=True)
class Access:
    """A database, and who asks it."""

    engine: Engine
    principal: Principal = OPERATOR
    purpose: str = "patok"
    """The address or the command that reads: what the audit says."""
    query_sha256: str | None = None
    """Of the question."""


@contextmanager
def reading(access: Access) -> Iterator[Connection]:
    """A read-only transaction with one snapshot: what several statements say then fits together.

    It shows what the principal may see. Which geotags its rows named is written to the audit when it ends;
    where that fails nothing may be shown. Raises ``DatabaseUnavailable``.
    """
    seen = Seen()
    try:
        with outage_said(), access.engine.connect() as opened, opened.begin():
            connection = opened.execution_options(patok_principal=access.principal, patok_seen=seen)
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            connection.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT_S}s'"))
            set_scope(connection, access.principal)
            yield connection
    finally:
        if seen:
            with outage_said():
                record(access.engine, access.principal, access.purpose, access.query_sha256, seen)


@contextmanager
def outage_said() -> Iterator[None]:
    """Raises ``DatabaseUnavailable`` in place of the driver's errors, whose texts carry parameters."""
    try:
        yield
    except PoolTimeoutError as error:
        raise DatabaseUnavailable(reason=_TOO_BUSY) from error
    except (OperationalError, InterfaceError) as error:
        too_slow = getattr(error.orig, "sqlstate", None) == _QUERY_CANCELED
        raise DatabaseUnavailable(reason=_TOO_SLOW if too_slow else _NOT_REACHED) from error


@cache
def statement(package: str, name: str) -> TextClause:
    """The statement in ``sql/{name}.sql`` beside the modules of ``package``."""
    return text(named_sql(package, name))


def read_page(
    connection: Connection, sql: TextClause, *, limit: int, **parameters: Any
) -> tuple[list[dict[str, Any]], bool]:
    """Up to ``limit`` rows of ``sql``, as ``read_rows`` gives them, and whether there are more."""
    rows = read_rows(connection, sql, shown=limit, limit=limit + 1, **parameters)
    return rows[:limit], len(rows) > limit


def read_rows(
    connection: Connection, sql: TextClause, *, shown: int | None = None, **parameters: Any
) -> list[dict[str, Any]]:
    """All rows of ``sql``, each as a dict of its columns.

    Statements on rows of households have a predicate beside the row policies: it is bound here, from who
    opened the transaction (``reading``). Columns geotag_id, geotag_ids and quarantine_id of the first
    ``shown`` rows tell the audit what was seen.
    """
    if ":scope_areas" in sql.text:
        principal: Principal = connection.get_execution_options()["patok_principal"]
        parameters |= principal.bound()
    rows = [dict(row) for row in connection.execute(sql, parameters).mappings()]
    seen: Seen | None = connection.get_execution_options().get("patok_seen")
    if seen is not None:
        seen.note(rows[:shown])
    return rows
