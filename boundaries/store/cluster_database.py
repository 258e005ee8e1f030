"""What a private server must hold: the roles, the database, the extensions."""

from __future__ import annotations

import psycopg
from psycopg import sql

from boundaries.store import cluster_settings as conf
from boundaries.store.engine import named_sql
from boundaries.store.principals import SERVICE_ROLE

EXTENSIONS = ("postgis", "btree_gist")


def make_database(socket_dir: str) -> None:
    """Make what is missing; each step looks first, so a broken-off one is redone.

    Raises ``psycopg.OperationalError`` when the server does not answer.
    """
    role, database = sql.Identifier(conf.ROLE), sql.Identifier(conf.DATABASE)
    with connect_as(conf.ADMIN_ROLE, socket_dir, "postgres") as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [conf.ROLE]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
        connection.execute(named_sql("boundaries.store", "roles").encode())
        # Here the service comes in by itself: the operating system says who is at the socket.
        connection.execute(sql.SQL("ALTER ROLE {} LOGIN").format(sql.Identifier(SERVICE_ROLE)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [conf.DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))
    with connect_as(conf.ADMIN_ROLE, socket_dir, conf.DATABASE) as connection:
        have = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
        for extension in (e for e in EXTENSIONS if e not in have):
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))


def connect_as(role: str, socket_dir: str, database: str) -> psycopg.Connection[tuple[object, ...]]:
    """A connection through the server's socket that commits each statement."""
    return psycopg.connect(
        host=socket_dir, port=conf.PORT, user=role, dbname=database, autocommit=True, application_name="patok"
    )
