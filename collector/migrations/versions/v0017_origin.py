"""Where a fault came from: suggestions, engineers' decisions, and which firmware ran since when."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# What runs now begins each history: a change before it nobody kept.
_CAMERAS = """
INSERT INTO firmware_change
    (organisation_id, agent_id, position_id, from_version, to_version, at)
SELECT organisation_id, agent_id, id, '', firmware, :at FROM position WHERE firmware <> ''
"""
_RECORDERS = """
INSERT INTO firmware_change
    (organisation_id, agent_id, position_id, from_version, to_version, at)
SELECT organisation_id, id, NULL, '', recorder_firmware, :at FROM agent
WHERE recorder_firmware IS NOT NULL AND recorder_firmware <> ''
"""


def upgrade() -> None:
    """Make the tables, and let each known firmware's history begin today."""
    op.create_table(
        "origin_suggestion",
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("body_json", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True)),
        _refers("origin_suggestion", "line_id", "claim_line.id"),
        _refers("origin_suggestion", "organisation_id", "organisation.id"),
        sa.PrimaryKeyConstraint("line_id", name="pk_origin_suggestion"),
    )
    op.create_table(
        "origin_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("suggested", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("decided", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _refers("origin_decision", "line_id", "claim_line.id"),
        _refers("origin_decision", "organisation_id", "organisation.id"),
        sa.PrimaryKeyConstraint("id", name="pk_origin_decision"),
    )
    op.create_index("ix_origin_decision_line_id", "origin_decision", ["line_id"])
    op.create_table(
        "firmware_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("agent_id", sa.String(64), nullable=False),
        sa.Column("position_id", sa.Integer()),
        sa.Column("from_version", sa.String(80), nullable=False),
        sa.Column("to_version", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _refers("firmware_change", "organisation_id", "organisation.id"),
        _refers("firmware_change", "agent_id", "agent.id"),
        _refers("firmware_change", "position_id", "position.id"),
        sa.PrimaryKeyConstraint("id", name="pk_firmware_change"),
    )
    op.create_index(
        "ix_firmware_change_agent_position", "firmware_change", ["agent_id", "position_id"]
    )
    for table in ("origin_suggestion", "origin_decision", "firmware_change"):
        op.create_index(f"ix_{table}_organisation_id", table, ["organisation_id"])
    db = op.get_bind()
    now = datetime.now(UTC)
    # SQLite keeps no offset: a moment there is text of UTC, as the store writes it.
    at = now if db.dialect.name == "postgresql" else f"{now:%Y-%m-%d %H:%M:%S.%f}"
    for statement in (_CAMERAS, _RECORDERS):
        db.execute(sa.text(statement), {"at": at})


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target.partition('.')[0]}"
    return sa.ForeignKeyConstraint([column], [target], name=name)


def downgrade() -> None:
    """Drop them: what engineers decided stays in the event logs alone."""
    for table in ("firmware_change", "origin_decision", "origin_suggestion"):
        op.drop_table(table)
