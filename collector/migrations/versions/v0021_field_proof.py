"""What people measured and photographed at a device that a claim is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "field_proof",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("has_power", sa.Boolean()),
        sa.Column("volts", sa.Float()),
        sa.Column("sha256", sa.String(64)),
        sa.Column("note", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _refers("organisation_id", "organisation"),
        _refers("line_id", "claim_line"),
        sa.PrimaryKeyConstraint("id", name="pk_field_proof"),
    )
    for column in ("organisation_id", "line_id", "sha256"):
        op.create_index(f"ix_field_proof_{column}", "field_proof", [column])


def _refers(column: str, table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_field_proof_{column}_{table}"
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name)


def downgrade() -> None:
    """Drop it: the photos stay in the evidence folder, and no line names them."""
    op.drop_table("field_proof")
