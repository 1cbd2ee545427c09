"""Agents tell their answers to orders in Chinese too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the Chinese; answers that are here were told in English alone."""
    op.add_column("command", sa.Column("detail_zh", sa.Text()))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("command", "detail_zh")
