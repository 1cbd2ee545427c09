"""Silences that programs ask for by a key of their own: the same one sent twice is one silence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both; silences from before were asked for without one."""
    op.add_column("silence", sa.Column("asked_key", sa.String(64)))
    op.add_column(
        "silence", sa.Column("asked_digest", sa.String(64), nullable=False, server_default="")
    )
    op.create_index("uq_silence_asked_key", "silence", ["asked_key"], unique=True)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("uq_silence_asked_key", "silence")
    op.drop_column("silence", "asked_digest")
    op.drop_column("silence", "asked_key")
