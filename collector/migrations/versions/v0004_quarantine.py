"""Bounds of the quarantine by agent and reason, and gaps in what an agent numbered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from collector.store.schema.base import Utc

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, and count what is in quarantine already."""
    op.create_table(
        "quarantine_share",
        sa.Column("agent_id", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), sa.ForeignKey("organisation.id")),
        _count("rows"),
        _count("bytes"),
        _count("not_kept"),
        _count("not_kept_bytes"),
        sa.Column("not_kept_at", Utc()),
        sa.PrimaryKeyConstraint("agent_id", "reason", "lane", name="pk_quarantine_share"),
    )
    op.create_index("ix_quarantine_share_organisation_id", "quarantine_share", ["organisation_id"])
    op.execute(
        """
        INSERT INTO quarantine_share (agent_id, reason, lane, organisation_id, rows, bytes)
        SELECT agent_id, reason, coalesce(lane, 0), max(organisation_id),
               count(*), sum(length(payload))
        FROM quarantine GROUP BY agent_id, reason, coalesce(lane, 0)
        """
    )
    _of_epoch("seq_mark", ("checked_to",), "checked_at", key=("agent_id", "epoch"))
    _of_epoch("seq_gap", ("first", "last"), "noticed_at", key=("agent_id", "epoch", "first"))
    _of_epoch(
        "seq_lost",
        ("first", "last"),
        "told_at",
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        key=("agent_id", "epoch", "first", "last"),
    )


def downgrade() -> None:
    """Drop the tables; what is in quarantine stays."""
    for name in ("seq_lost", "seq_gap", "seq_mark", "quarantine_share"):
        op.drop_table(name)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, server_default=sa.text("0"))


def _of_epoch(
    table: str,
    seqs: tuple[str, ...],
    at: str,
    *further: sa.Column[str] | sa.Column[int],
    key: tuple[str, ...],
) -> None:
    op.create_table(
        table,
        sa.Column("agent_id", sa.String(64), sa.ForeignKey("agent.id"), nullable=False),
        sa.Column("epoch", sa.String(40), nullable=False),
        sa.Column(
            "organisation_id", sa.String(64), sa.ForeignKey("organisation.id"), nullable=False
        ),
        *(sa.Column(seq, sa.BigInteger(), nullable=False) for seq in seqs),
        sa.Column(at, Utc(), nullable=False),
        *further,
        sa.PrimaryKeyConstraint(*key, name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_organisation_id", table, ["organisation_id"])
