"""The factory's code of the module that a fault is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; faults that are here were told without one."""
    op.add_column(
        "episode",
        sa.Column("module_code", sa.String(64), nullable=False, server_default=sa.text("''")),
    )


def downgrade() -> None:
    """Drop it: the component stays."""
    op.drop_column("episode", "module_code")
