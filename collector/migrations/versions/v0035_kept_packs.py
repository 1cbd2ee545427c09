"""When a claim pack's file was removed by the policy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_TABLES = ("claim_pack", "pack_import")


def upgrade() -> None:
    """Add the column."""
    for table in _TABLES:
        op.add_column(table, sa.Column("removed_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Drop it: rows name files that are gone; they are made again when somebody asks."""
    for table in reversed(_TABLES):
        op.drop_column(table, "removed_at")
