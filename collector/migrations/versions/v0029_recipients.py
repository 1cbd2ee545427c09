"""Account managers who are mailed submitted claims, and until when letters were delivered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both."""
    empty = sa.text("''")
    op.create_table(
        "claim_recipient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("maker", sa.String(120), nullable=False, server_default=empty),
        sa.Column("buyer", sa.String(120), nullable=False, server_default=empty),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_claim_recipient_organisation_id_organisation",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_claim_recipient"),
        sa.UniqueConstraint(
            "organisation_id",
            "maker",
            "buyer",
            "email",
            name="uq_claim_recipient_organisation_id_maker_buyer_email",
        ),
    )
    op.create_index("ix_claim_recipient_organisation_id", "claim_recipient", ["organisation_id"])
    op.add_column("store_meta", sa.Column("delivering_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Drop both; nobody outside is mailed any more."""
    op.drop_column("store_meta", "delivering_until")
    op.drop_table("claim_recipient")
