"""The tables' version: bringing a database to it and asking for it."""

from __future__ import annotations

from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ProgrammingError

from boundaries.store.engine import named_sql
from boundaries.store.principals import SERVICE_ROLE
from geo.errors import RolesMissing, SchemaOutdated

# One number for all of Patok: two processes that start at once migrate one after the other.
_MIGRATION_LOCK = 7_061_746_001
_NO_PRIVILEGE = "42501"  # PostgreSQL, appendix A: insufficient_privilege


def migrate(engine: Engine, revision: str = "head") -> str | None:
    """Bring the tables to ``revision``, up or down (``base`` is no table at all), in one transaction.

    Returns the revision that the database now has, None for ``base``. Raises ``RolesMissing`` when the
    roles of the service are not there and may not be made.
    """
    _make_roles(engine)
    with as_file(files("migrations")) as folder, engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        if _is_behind(ScriptDirectory.from_config(config), _revision_of(connection), revision):
            command.upgrade(config, revision)
        else:
            command.downgrade(config, revision)
        return _revision_of(connection)


def _make_roles(engine: Engine) -> None:
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            connection.execute(text(named_sql("boundaries.store", "roles")))
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != _NO_PRIVILEGE:
            raise
        raise RolesMissing() from error


def let_service_in(engine: Engine, password: str) -> None:
    """Let the role of the service come in by itself, with a password. Asks for a user that may make roles."""
    with engine.begin() as connection:
        quoted = connection.execute(
            text("SELECT quote_literal(:password)"), {"password": password}
        ).scalar_one()
        # Role names and passwords cannot be bound; the server itself has quoted this one.
        connection.exec_driver_sql(f"ALTER ROLE {SERVICE_ROLE} LOGIN PASSWORD {quoted.replace('%', '%%')}")


def current_revision(engine: Engine) -> str | None:
    """The revision of the tables in the database; None for a database without tables."""
    with engine.connect() as connection:
        return _revision_of(connection)


def head_revision() -> str | None:
    """The revision that this version of Patok needs."""
    with as_file(files("migrations")) as folder:
        return ScriptDirectory(str(folder)).get_current_head()


def require_current(engine: Engine) -> None:
    """Raise ``SchemaOutdated`` unless the tables are those of this version of Patok."""
    found, wanted = current_revision(engine), head_revision()
    if found != wanted:
        raise SchemaOutdated(found=found or "-", wanted=wanted)


def _revision_of(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _is_behind(scripts: ScriptDirectory, found: str | None, wanted: str) -> bool:
    """Whether the way to ``wanted`` leads up."""
    if wanted == "base":
        return False
    target = scripts.get_revision(wanted)
    past = {script.revision for script in scripts.iterate_revisions(target.revision, "base")}
    return found is None or found in past
