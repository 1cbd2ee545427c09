"""The time-series sink: how far it has come, and what it still has to send."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from collector.store.schema.base import Utc

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make both tables, and let SQLite never use the number of a batch again: it is the cursor."""
    op.create_table(
        "sink",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("cursor", _BIG, nullable=False),
        sa.Column("settled", _BIG, nullable=False),
        sa.Column("dropped_batches", _BIG, nullable=False),
        sa.Column("dropped_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_sink"),
    )
    op.create_table(
        "sink_backlog",
        sa.Column("id", _BIG, nullable=False, autoincrement=False),
        sa.Column("agent_id", sa.String(64), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("received_at", Utc(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name="fk_sink_backlog_agent_id_agent"),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_sink_backlog_organisation_id_organisation",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sink_backlog"),
    )
    if op.get_bind().dialect.name == "sqlite":
        _make_batches(autoincrement=True)


def downgrade() -> None:
    """Drop both; what waited there was on its way to a copy."""
    op.drop_table("sink_backlog")
    op.drop_table("sink")
    if op.get_bind().dialect.name == "sqlite":
        _make_batches(autoincrement=False)


def _make_batches(*, autoincrement: bool) -> None:
    """SQLite sets AUTOINCREMENT only when a table is made."""
    op.rename_table("telemetry_batch", "telemetry_batch_before")
    op.drop_index("ix_telemetry_batch_agent_id", table_name="telemetry_batch_before")
    op.create_table(
        "telemetry_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.String(64), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("received_at", Utc(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name="fk_telemetry_batch_agent_id_agent"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_telemetry_batch_organisation_id_organisation",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_telemetry_batch"),
        sqlite_autoincrement=autoincrement,
    )
    op.execute("INSERT INTO telemetry_batch SELECT * FROM telemetry_batch_before")
    op.drop_table("telemetry_batch_before")
    op.create_index("ix_telemetry_batch_agent_id", "telemetry_batch", ["agent_id"])
