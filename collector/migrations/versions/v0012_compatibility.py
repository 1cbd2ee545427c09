"""Which camera firmware lets which recorder in, and why not, as agents find it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_KEY = (
    "position_id",
    "manufacturer",
    "model",
    "firmware",
    "recorder_firmware",
    "accepted",
    "refused",
    "cause",
)


def upgrade() -> None:
    """Make the table, empty: agents say it once a day."""
    op.create_table(
        "login_fact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("manufacturer", sa.String(80), nullable=False),
        sa.Column("model", sa.String(80), nullable=False),
        sa.Column("firmware", sa.String(80), nullable=False),
        sa.Column("recorder_firmware", sa.String(80), nullable=False),
        sa.Column("accepted", sa.String(80), nullable=False),
        sa.Column("refused", sa.String(80), nullable=False),
        sa.Column("cause", sa.String(80), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_login_fact_organisation_id_organisation",
        ),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name="fk_login_fact_position_id_position"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_login_fact"),
        sa.UniqueConstraint(*_KEY, name="uq_login_fact_key"),
    )
    op.create_index("ix_login_fact_organisation_id", "login_fact", ["organisation_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("login_fact")
