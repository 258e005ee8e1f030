"""Runs the migrations on the connection that ``boundaries.store.schema`` hands over."""

from __future__ import annotations

from alembic import context

import geotags.store.models  # noqa: F401  (its tables join the metadata)
from boundaries.store.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
