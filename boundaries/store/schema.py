"""The tables' version: bringing a database to it and asking for it."""

from __future__ import annotations

from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from geo.errors import SchemaOutdated

# One number for all of Patok: two processes that start at once migrate one after the other.
_MIGRATION_LOCK = 7_061_746_001


def migrate(engine: Engine, revision: str = "head") -> str | None:
    """Bring the tables to ``revision``, up or down (``base`` is no table at all), in one transaction.

    Returns the revision that the database now has, None for ``base``.
    """
    with as_file(files("migrations")) as folder, engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        if _is_behind(ScriptDirectory.from_config(config), _revision_of(connection), revision):
            command.upgrade(config, revision)
        else:
            command.downgrade(config, revision)
        return _revision_of(connection)


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
