"""What the buyer says of a resolution: lists find what waits for the factory's answer by it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; before it nobody could say anything."""
    op.add_column(
        "claim_line", sa.Column("path_said", sa.String(16), nullable=False, server_default="")
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_column("claim_line", "path_said")
