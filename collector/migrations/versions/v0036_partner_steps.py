"""Each step that a partner's collector told of a claim, and what became of it here."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables. Steps that were followed before are known by their number alone."""
    op.create_table(
        "partner_record",
        *_whose("partner_record"),
        sa.Column("as_of", _MOMENT, nullable=False),
        sa.Column("differs_at", _MOMENT),
        sa.Column("tried_seq", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint(
            "line_id", "partner", "way", name="uq_partner_record_line_id_partner_way"
        ),
    )
    op.create_index("ix_partner_record_organisation_id", "partner_record", ["organisation_id"])
    op.create_table(
        "partner_step",
        *_whose("partner_step"),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("said_at", _MOMENT, nullable=False),
        sa.Column("actor", sa.String(400), nullable=False),
        sa.Column("what", sa.String(400), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("why_en", sa.Text(), nullable=False),
        sa.Column("why_zh", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.UniqueConstraint(
            "line_id", "partner", "way", "step_id",
            name="uq_partner_step_line_id_partner_way_step_id",
        ),
    )  # fmt: skip
    op.create_index("ix_partner_step_organisation_id", "partner_step", ["organisation_id"])
    op.create_index("ix_partner_step_state_line_id", "partner_step", ["state", "line_id"])


def _whose(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("partner", sa.String(64), nullable=False),
        sa.Column("way", sa.String(8), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=f"fk_{table}_organisation_id_organisation",
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["claim_line.id"], name=f"fk_{table}_line_id_claim_line"
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )


def downgrade() -> None:
    """Drop them: answers are known by their numbers again, and what waits is forgotten."""
    op.drop_table("partner_step")
    op.drop_table("partner_record")
