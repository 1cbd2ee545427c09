"""Firmware cases with a log that the database keeps from being changed, state, fix and clocks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_LOG = "firmware_case_event"
_SQLITE = tuple(
    f"CREATE TRIGGER {_LOG}_no_{verb.lower()} BEFORE {verb} ON {_LOG}"
    f" BEGIN SELECT RAISE(ABORT, '{_LOG} is append-only'); END"
    for verb in ("UPDATE", "DELETE")
)
_POSTGRESQL = (
    f"CREATE FUNCTION {_LOG}_append_only() RETURNS trigger LANGUAGE plpgsql AS"
    f" 'BEGIN RAISE EXCEPTION ''{_LOG} is append-only''; END'",
    f"CREATE TRIGGER {_LOG}_no_change BEFORE UPDATE OR DELETE ON {_LOG}"
    f" FOR EACH ROW EXECUTE FUNCTION {_LOG}_append_only()",
    f"CREATE TRIGGER {_LOG}_no_truncate BEFORE TRUNCATE ON {_LOG}"
    f" FOR EACH STATEMENT EXECUTE FUNCTION {_LOG}_append_only()",
)
_WORDS = (("state", 24, "draft"), ("path", 24, ""), ("fixed_in", 80, ""), ("fixed_side", 8, ""),
          ("calendar", 160, ""))  # fmt: skip
_MOMENTS = ("submitted_at", "fulfilled_at", "closed_at", "due_at", "next_at", "renewed_at")


def upgrade() -> None:
    """Cases from before are drafts: their log begins with what is done next."""
    for name, length, usual in _WORDS:
        op.add_column(
            "firmware_case",
            sa.Column(name, sa.String(length), nullable=False, server_default=usual),
        )
    for name in _MOMENTS:
        op.add_column("firmware_case", sa.Column(name, _MOMENT))
    op.create_index("ix_firmware_case_due_at", "firmware_case", ["due_at"])
    op.create_index("ix_firmware_case_next_at", "firmware_case", ["next_at"])
    op.create_index("ix_firmware_case_fixed", "firmware_case", ["camera_model", "code", "fixed_in"])
    op.create_index("ix_firmware_case_member_episode_id", "firmware_case_member", ["episode_id"])
    op.create_table(
        _LOG,
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("firmware_case_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("payload_json", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["firmware_case_id"],
            ["firmware_case.id"],
            name=f"fk_{_LOG}_firmware_case_id_firmware_case",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=f"fk_{_LOG}_organisation_id_organisation"
        ),
        sa.PrimaryKeyConstraint("seq", name=f"pk_{_LOG}"),
    )
    op.create_index(f"ix_{_LOG}_firmware_case_id", _LOG, ["firmware_case_id"])
    op.create_index(f"ix_{_LOG}_organisation_id", _LOG, ["organisation_id"])
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE if is_sqlite else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Drop them, and what was done with the cases with them."""
    op.drop_table(_LOG)
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"DROP FUNCTION {_LOG}_append_only()")
    op.drop_index("ix_firmware_case_member_episode_id", "firmware_case_member")
    op.drop_index("ix_firmware_case_fixed", "firmware_case")
    op.drop_index("ix_firmware_case_next_at", "firmware_case")
    op.drop_index("ix_firmware_case_due_at", "firmware_case")
    for name in (*reversed(_MOMENTS), *(name for name, *_ in reversed(_WORDS))):
        op.drop_column("firmware_case", name)
