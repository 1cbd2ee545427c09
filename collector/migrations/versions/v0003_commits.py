"""How often the store took something, so that a restored one is noticed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Count from zero."""
    op.add_column(
        "store_meta",
        sa.Column("commits", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
    )


def downgrade() -> None:
    """Drop the count."""
    op.drop_column("store_meta", "commits")
