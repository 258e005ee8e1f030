"""Who saw which geotags, as a chain of hashes; and what is left in the ledger of a household that was erased.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE audit (
    id BIGINT NOT NULL,
    entry TEXT NOT NULL,
    seen BYTEA NOT NULL,
    first_id BIGINT,
    last_id BIGINT,
    hash BYTEA NOT NULL,
    CONSTRAINT pk_audit PRIMARY KEY (id)
)
"""

# Runs as the tables' owner: the service may add a row to the chain, and neither read nor change one. The lock
# makes rows one after another; each statement of the function looks anew, so that it sees the row before.
APPEND = """
CREATE FUNCTION audit_append(new_entry TEXT, new_seen BYTEA, new_first BIGINT, new_last BIGINT) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    before RECORD;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('patok audit'));
    SELECT id, hash INTO before FROM audit ORDER BY id DESC LIMIT 1;
    INSERT INTO audit (id, entry, seen, first_id, last_id, hash)
    VALUES (
        coalesce(before.id, 0) + 1, new_entry, new_seen, new_first, new_last,
        sha256(coalesce(before.hash, ''::bytea) || convert_to(new_entry, 'UTF8'))
    );
END
$$
"""


def upgrade() -> None:
    """The chain, the one way to make it longer, and a mark in the ledger."""
    op.execute(TABLE)
    op.execute(APPEND)
    op.execute("REVOKE ALL ON FUNCTION audit_append FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION audit_append TO patok_service")
    op.execute("ALTER TABLE geotag_ledger ADD COLUMN erased_at timestamptz")
    op.execute(
        "DROP INDEX ix_geotags_household"
    )  # replaced geotags of a household are erased with the others
    op.execute("CREATE INDEX ix_geotags_household ON geotags (campaign_id, household_key)")


def downgrade() -> None:
    """Who saw what is forgotten; what was erased stays so, but may be sent again."""
    op.execute("DROP INDEX ix_geotags_household")
    op.execute("CREATE INDEX ix_geotags_household ON geotags (campaign_id, household_key) WHERE is_current")
    op.execute("ALTER TABLE geotag_ledger DROP COLUMN erased_at")
    op.execute("DROP FUNCTION audit_append")
    op.execute("DROP TABLE audit")
