"""The lines that were merged into one by an index: each page of a pre-claim asks for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index; few lines are merged, so it names those alone."""
    where = sa.text("merged_into IS NOT NULL")
    op.create_index(
        "ix_claim_line_merged_into",
        "claim_line",
        ["merged_into"],
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_claim_line_merged_into", "claim_line")
