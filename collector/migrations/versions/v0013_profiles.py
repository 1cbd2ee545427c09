"""The firmware profile behind a fault, and what engineers confirmed of its readings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_EPISODE = (
    ("profile_id", sa.String(64), "''"),
    ("profile_hash", sa.String(64), "''"),
    ("profile_status", sa.String(24), "''"),
    ("profile_names", sa.Text(), "'[]'"),
)


def upgrade() -> None:
    """Add them; faults that are here were told by agents that knew only a tested profile."""
    for name, type_, default in _EPISODE:
        op.add_column(
            "episode", sa.Column(name, type_, nullable=False, server_default=sa.text(default))
        )
    op.add_column(
        "finding",
        sa.Column("profile_ruled", sa.String(16), nullable=False, server_default=sa.text("''")),
    )
    op.create_table(
        "profile_ruling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("profile_id", sa.String(64), nullable=False),
        sa.Column("profile_hash", sa.String(64), nullable=False),
        sa.Column("profile_status", sa.String(24), nullable=False),
        sa.Column("model", sa.String(80), nullable=False),
        sa.Column("firmware", sa.String(80), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("ruling", sa.String(16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _refers("episode_id", "episode.id"),
        _refers("organisation_id", "organisation.id"),
        _refers("position_id", "position.id"),
        sa.PrimaryKeyConstraint("id", name="pk_profile_ruling"),
    )
    op.create_index("ix_profile_ruling_organisation_id", "profile_ruling", ["organisation_id"])
    op.create_index("ix_profile_ruling_episode_id", "profile_ruling", ["episode_id"])
    op.create_index("ix_profile_ruling_profile", "profile_ruling", ["profile_id", "profile_hash"])


def _refers(column: str, target: str) -> sa.ForeignKeyConstraint:
    name = f"fk_profile_ruling_{column}_{target.partition('.')[0]}"
    return sa.ForeignKeyConstraint([column], [target], name=name)


def downgrade() -> None:
    """Drop them: what engineers confirmed is lost, and nothing is held back any more."""
    op.drop_table("profile_ruling")
    op.drop_column("finding", "profile_ruled")
    for name, _, _ in reversed(_EPISODE):
        op.drop_column("episode", name)
