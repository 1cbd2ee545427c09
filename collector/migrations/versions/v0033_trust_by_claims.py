"""Trust counts what was decided of claims, and stops what opens drafts from the first day too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_SOURCE = "claim_votes"


def upgrade() -> None:
    """Add the kind of proof and where a ruling came from; past decisions are read from the log."""
    for table in ("passive_verdict", "trust_change"):
        op.add_column(
            table, sa.Column("proof", sa.String(16), nullable=False, server_default="passive")
        )
    op.add_column("ruling", sa.Column("via", sa.String(8), nullable=False, server_default="page"))
    cursor = sa.table("notify_cursor", *map(sa.column, ("source", "begun", "reached")))
    op.execute(sa.insert(cursor).values(source=_SOURCE, begun=0, reached=0))


def downgrade() -> None:
    """What was taken from claims goes, with what stands on no picture: nothing else knows it."""
    op.execute(sa.text("DELETE FROM ruling WHERE via = 'claim'"))
    op.execute(
        sa.text(
            "DELETE FROM ruling WHERE decision_id IN"
            " (SELECT decision_id FROM passive_verdict WHERE proof <> 'passive')"
        )
    )
    op.execute(sa.text("DELETE FROM passive_verdict WHERE proof <> 'passive'"))
    op.execute(sa.text("DELETE FROM trust_change WHERE proof <> 'passive'"))
    op.execute(sa.text("DELETE FROM trust_change WHERE standing IN ('proven', 'stopped')"))
    op.execute(sa.text(f"DELETE FROM notify_cursor WHERE source = '{_SOURCE}'"))
    op.drop_column("ruling", "via")
    for table in ("trust_change", "passive_verdict"):
        op.drop_column(table, "proof")
