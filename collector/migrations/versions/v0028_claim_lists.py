"""Indexes by which 100,000 claims are listed, searched and found again."""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_WITH_SLICE = ("model", "batch", "warranty_verdict")
_ALONE = ("serial_key", "label_serial")


def upgrade() -> None:
    """Add them."""
    op.drop_index("ix_claim_line_state", "claim_line")
    for name in ("state", *_WITH_SLICE):
        op.create_index(f"ix_claim_line_{name}", "claim_line", [name, "organisation_id"])
    for name in _ALONE:
        op.create_index(f"ix_claim_line_{name}", "claim_line", [name])
    op.create_index("ix_finding_code", "finding", ["code", "organisation_id"])
    op.create_index("ix_position_name", "position", ["name"])


def downgrade() -> None:
    """Drop them; lists are slow again."""
    op.drop_index("ix_position_name", "position")
    op.drop_index("ix_finding_code", "finding")
    for name in (*_ALONE, *_WITH_SLICE, "state"):
        op.drop_index(f"ix_claim_line_{name}", "claim_line")
    op.create_index("ix_claim_line_state", "claim_line", ["state"])
