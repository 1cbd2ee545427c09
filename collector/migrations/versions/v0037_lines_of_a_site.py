"""The claim lines of a site by an index; without it a site with few lines made a list read all."""

from __future__ import annotations

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_claim_line_site_id", "claim_line", ["site_id", "organisation_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_claim_line_site_id", "claim_line")
