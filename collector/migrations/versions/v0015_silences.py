"""Silences and maintenance windows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; nobody has asked for quiet yet."""
    op.create_table(
        "silence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("scope", sa.String(16), nullable=False),
        sa.Column("site_id", sa.String(64)),
        sa.Column("position_id", sa.Integer()),
        sa.Column("code", sa.String(80), nullable=False, server_default=sa.text("''")),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(120), nullable=False, server_default=sa.text("''")),
        _refers("organisation_id", "organisation"),
        _refers("site_id", "site"),
        _refers("position_id", "position"),
        sa.PrimaryKeyConstraint("id", name="pk_silence"),
    )
    op.create_index("ix_silence_organisation_id", "silence", ["organisation_id"])
    op.create_index("ix_silence_ends_at", "silence", ["ends_at"])


def _refers(column: str, table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_silence_{column}_{table}"
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name)


def downgrade() -> None:
    """Drop it: what waited for the end of a silence is judged when it is next looked at."""
    op.drop_table("silence")
