"""Claim packs that were given out, and those that came in from other collectors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "claim_pack",
        *_owned("claim_pack"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.String(64), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.UniqueConstraint("line_id", "version", name="uq_claim_pack_line_id_version"),
    )
    op.create_table(
        "pack_import",
        *_owned("pack_import"),
        sa.Column("partner", sa.String(64), nullable=False),
        sa.Column("their_number", sa.String(40), nullable=False),
        sa.Column("their_line", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("as_of", _MOMENT, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.UniqueConstraint(
            "partner",
            "their_number",
            "their_line",
            name="uq_pack_import_partner_their_number_their_line",
        ),
    )
    for table in ("claim_pack", "pack_import"):
        op.create_index(f"ix_{table}_organisation_id", table, ["organisation_id"])
    op.create_index("ix_pack_import_line_id", "pack_import", ["line_id"])


def _owned(table: str) -> tuple[sa.Column[object] | sa.Constraint, ...]:
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
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
    """Drop them: the files stay in the folder of packs, and nothing names them."""
    op.drop_table("pack_import")
    op.drop_table("claim_pack")
