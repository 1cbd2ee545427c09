"""How far an agent's clock is off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; agents tell it with their next health message."""
    op.add_column("agent", sa.Column("clock_off_s", sa.Float()))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("agent", "clock_off_s")
