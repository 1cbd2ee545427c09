"""Clocks of claim lines, and a log that the database itself keeps from being changed."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_SQLITE = tuple(
    f"CREATE TRIGGER claim_event_no_{verb.lower()} BEFORE {verb} ON claim_event"
    " BEGIN SELECT RAISE(ABORT, 'claim_event is append-only'); END"
    for verb in ("UPDATE", "DELETE")
)
_POSTGRESQL = (
    "CREATE FUNCTION claim_event_append_only() RETURNS trigger LANGUAGE plpgsql AS"
    " 'BEGIN RAISE EXCEPTION ''claim_event is append-only''; END'",
    "CREATE TRIGGER claim_event_no_change BEFORE UPDATE OR DELETE ON claim_event"
    " FOR EACH ROW EXECUTE FUNCTION claim_event_append_only()",
    "CREATE TRIGGER claim_event_no_truncate BEFORE TRUNCATE ON claim_event"
    " FOR EACH STATEMENT EXECUTE FUNCTION claim_event_append_only()",
)


def upgrade() -> None:
    """Add the snapshots and the due date of lists, say what older logs say, and lock the log."""
    op.create_table(
        "claim_clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("stopped_at", _MOMENT),
        sa.Column("breached_at", _MOMENT),
        sa.Column("paused_since", _MOMENT),
        sa.Column("pause_reason", sa.String(16), nullable=False, server_default=sa.text("''")),
        sa.Column("paused_days", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("provisional", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("calendar", sa.String(160), nullable=False),
        sa.Column("warned", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("next_at", _MOMENT),
        sa.Column("renewed_at", _MOMENT, nullable=False),
        _refers("line_id", "claim_line"),
        _refers("organisation_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_claim_clock"),
        sa.UniqueConstraint("line_id", "kind", "cycle", name="uq_claim_clock_line_id_kind_cycle"),
    )
    op.create_index("ix_claim_clock_organisation_id", "claim_clock", ["organisation_id"])
    op.create_index("ix_claim_clock_next_at", "claim_clock", ["next_at"])
    op.create_index("ix_claim_clock_running", "claim_clock", ["stopped_at", "calendar"])
    op.add_column("claim_line", sa.Column("due_at", _MOMENT))
    op.create_index("ix_claim_line_due_at", "claim_line", ["due_at"])
    op.create_index("ix_claim_line_state", "claim_line", ["state"])
    _tell_older_lines()
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE if is_sqlite else _POSTGRESQL:
        op.execute(statement)


def _tell_older_lines() -> None:
    """The columns that repeat the log were added empty; lines from before have a log too."""
    db = op.get_bind()
    event = sa.table(
        "claim_event",
        sa.column("seq"),
        sa.column("line_id"),
        sa.column("at", _MOMENT),
        sa.column("type"),
        sa.column("payload_json"),
    )
    line = sa.table(
        "claim_line",
        sa.column("id"),
        sa.column("submitted_at", _MOMENT),
        sa.column("fulfilled_at", _MOMENT),
        sa.column("fault_origin"),
    )
    told: dict[int, dict[str, Any]] = {}
    rows = db.execute(
        sa.select(event).where(event.c.type.in_(("moved", "origin_decided"))).order_by(event.c.seq)
    )
    for row in rows:
        said = json.loads(row.payload_json)
        values = told.setdefault(row.line_id, {})
        if row.type == "origin_decided":
            values["fault_origin"] = said.get("origin", "")
        elif said.get("to") == "submitted":
            values.setdefault("submitted_at", row.at)
        elif said.get("to") == "fulfilled":
            values["fulfilled_at"] = row.at
    for line_id, values in told.items():
        if values:
            db.execute(sa.update(line).where(line.c.id == line_id).values(**values))


def _refers(column: str, table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_claim_clock_{column}_{table}"
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name)


def downgrade() -> None:
    """Drop them; what they say can be made again from the log, which is open to changes then."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER claim_event_no_update")
        op.execute("DROP TRIGGER claim_event_no_delete")
    else:
        op.execute("DROP TRIGGER claim_event_no_change ON claim_event")
        op.execute("DROP TRIGGER claim_event_no_truncate ON claim_event")
        op.execute("DROP FUNCTION claim_event_append_only()")
    op.drop_index("ix_claim_line_state", "claim_line")
    op.drop_index("ix_claim_line_due_at", "claim_line")
    op.drop_column("claim_line", "due_at")
    op.drop_table("claim_clock")
