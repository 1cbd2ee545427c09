"""How far the answers of a partner to claims that were sent there were taken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "pack_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("partner", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(80), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_pack_answer_organisation_id_organisation",
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["claim_line.id"], name="fk_pack_answer_line_id_claim_line"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_pack_answer"),
        sa.UniqueConstraint("line_id", "partner", name="uq_pack_answer_line_id_partner"),
    )
    op.create_index("ix_pack_answer_organisation_id", "pack_answer", ["organisation_id"])


def downgrade() -> None:
    """Drop it: answers are taken again, and steps that were made are left alone."""
    op.drop_table("pack_answer")
