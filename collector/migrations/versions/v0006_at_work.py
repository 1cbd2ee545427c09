"""Until when the collector was at work, so that no hold runs while it is not."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Unknown until the first look."""
    op.add_column("store_meta", sa.Column("at_work_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("store_meta", "at_work_until")
