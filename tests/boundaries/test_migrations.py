"""The migrations make exactly the tables of the models, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text

import geotags.store.models  # noqa: F401  (its tables join the metadata)
from boundaries.store.cluster import Cluster
from boundaries.store.engine import connect
from boundaries.store.models import Base
from boundaries.store.schema import current_revision, head_revision, migrate, require_current
from geo.errors import SchemaOutdated


@pytest.fixture
def empty_database(cluster: Cluster, migrated_engine: Engine) -> Iterator[Engine]:
    """A second database in the server, without any table."""
    admin = migrated_engine.url.set(username="patok_admin")
    with connect(admin.render_as_string()).connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("DROP DATABASE IF EXISTS patok_migrations WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE patok_migrations"))
    engine = connect(admin.set(database="patok_migrations").render_as_string())
    yield engine
    engine.dispose()


def _table_names(engine: Engine) -> set[str]:
    query = text(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    )
    with engine.connect() as connection:
        return set(connection.execute(query).scalars()) - {"spatial_ref_sys", "alembic_version"}


def _differences(engine: Engine) -> list[Any]:
    def belongs_to_patok(thing: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
        is_foreign = name == "spatial_ref_sys" or str(name).endswith("_default")
        return not (kind == "table" and reflected and is_foreign)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": belongs_to_patok})
        return compare_metadata(context, Base.metadata)


def _exclusions(engine: Engine) -> dict[str, str]:
    query = text(
        "SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE contype = 'x'"
    )
    with engine.connect() as connection:
        return {row.conname: row.definition for row in connection.execute(query)}


def test_up_down_up(empty_database: Engine) -> None:
    assert current_revision(empty_database) is None
    with pytest.raises(SchemaOutdated):
        require_current(empty_database)

    assert migrate(empty_database) == head_revision()
    first = _table_names(empty_database)
    assert set(Base.metadata.tables) <= first

    assert migrate(empty_database, "base") is None
    assert _table_names(empty_database) == set()

    assert migrate(empty_database) == head_revision()
    assert _table_names(empty_database) == first
    require_current(empty_database)
    assert migrate(empty_database) == head_revision()  # a second time changes nothing


def test_the_migrated_tables_are_those_of_the_models(empty_database: Engine) -> None:
    migrate(empty_database)
    assert _differences(empty_database) == []
    # compare_metadata does not look at exclusion constraints, checks and partitions.
    migrated = _exclusions(empty_database)
    migrate(empty_database, "base")
    with empty_database.begin() as connection:
        Base.metadata.create_all(connection)
    assert migrated == _exclusions(empty_database)
    assert len(migrated) == 2


def test_a_missing_column_would_be_noticed(empty_database: Engine) -> None:
    migrate(empty_database)
    with empty_database.begin() as connection:
        connection.execute(text("ALTER TABLE releases DROP COLUMN label"))
        connection.execute(text("DROP INDEX idx_unit_versions_geom_3857"))
    assert {difference[0] for difference in _differences(empty_database)} == {"add_column", "add_index"}


@pytest.mark.parametrize("table", ["geotags", "geotag_results", "findings"])
def test_the_big_tables_are_partitioned_by_province(engine: Engine, table: str) -> None:
    key_query = text("SELECT pg_get_partkeydef(cast(:t AS regclass))")
    parts_query = text(
        "SELECT pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = inhrelid "
        "WHERE inhparent = cast(:t AS regclass)"
    )
    with engine.connect() as connection:
        key = connection.execute(key_query, {"t": table}).scalar_one()
        parts = connection.execute(parts_query, {"t": table}).scalars().all()
    assert key == "LIST (province)"
    assert "DEFAULT" in parts
