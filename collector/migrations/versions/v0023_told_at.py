"""When an agent's health named each of its positions last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from collector.store.schema.base import Utc

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; until the next health the last change of standing stands for it."""
    op.add_column("position", sa.Column("told_at", Utc()))
    op.execute("UPDATE position SET told_at = standing_at")


def downgrade() -> None:
    """Drop it."""
    op.drop_column("position", "told_at")
