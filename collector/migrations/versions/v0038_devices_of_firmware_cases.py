"""The firmware cases of a device by an index: each page of a pre-claim asks for them."""

from __future__ import annotations

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_firmware_case_member_serial_key", "firmware_case_member", ["serial_key"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_firmware_case_member_serial_key", "firmware_case_member")
