"""An episode says what proves it, where that is more than its fault code promises."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; episodes from before prove what their code promises."""
    op.add_column(
        "episode",
        sa.Column("proof", sa.String(16), server_default=sa.text("''"), nullable=False),
    )


def downgrade() -> None:
    """Drop it: what experiments proved counts as the code alone promises."""
    op.drop_column("episode", "proof")
