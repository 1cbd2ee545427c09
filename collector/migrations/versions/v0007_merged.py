"""Merged telemetry is recognised by ranges of seqs instead of a row a message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; what was merged before keeps its rows in table frame."""
    op.create_table(
        "seq_merged",
        sa.Column("agent_id", sa.String(64), nullable=False),
        sa.Column("epoch", sa.String(40), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_seq_merged_agent_id_agent"),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_seq_merged_organisation_id_organisation",
        ),
        sa.PrimaryKeyConstraint("agent_id", "epoch", "first", name="pk_seq_merged"),
    )
    op.create_index("ix_seq_merged_organisation_id", "seq_merged", ["organisation_id"])


def downgrade() -> None:
    """Drop it: what was merged would be taken for new when it comes again."""
    op.drop_index("ix_seq_merged_organisation_id", table_name="seq_merged")
    op.drop_table("seq_merged")
