"""Facts of a device move only forward, and an agent that is closed by its plan has said so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is not known of rows that are here: the next message of each agent says it."""
    op.add_column("position", sa.Column("facts_epoch", sa.String(40)))
    op.add_column("position", sa.Column("facts_seq", sa.BigInteger()))
    op.add_column("agent", sa.Column("quiet_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("agent", "quiet_until")
    op.drop_column("position", "facts_seq")
    op.drop_column("position", "facts_epoch")
