"""Transactions of the service that write."""

from __future__ import annotations

from sqlalchemy import Connection, text

LOCK_TIMEOUT_S = 10
STATEMENT_TIMEOUT_S = 30


class RolledBack(Exception):
    """Raised inside of a transaction that must leave nothing behind, and caught around it."""


def limited(connection: Connection) -> None:
    """Let no statement of the transaction wait or run for ever: the caller is told to come again."""
    connection.execute(
        text(
            f"SELECT set_config('lock_timeout', '{LOCK_TIMEOUT_S}s', true),"
            f" set_config('statement_timeout', '{STATEMENT_TIMEOUT_S}s', true)"
        )
    )
