"""What else a geotag says, for the checks that read it: flags, times, other fixes, photos.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column; a constant default rewrites no row."""
    op.add_column(
        "geotags",
        sa.Column("details", postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'::jsonb")),
    )


def downgrade() -> None:
    """The column and what it held go."""
    op.drop_column("geotags", "details")
