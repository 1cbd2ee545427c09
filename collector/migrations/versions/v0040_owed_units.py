"""Since when an old unit is owed after an advance replacement: the factory's queue lists by it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from collector.store import stories
from collector.store.schema.base import Utc

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_LINE = sa.table("claim_line", sa.column("id"), sa.column("path"), sa.column("owed_since", Utc()))


def upgrade() -> None:
    """Add the column and its index, and ask the logs of lines that may owe a unit."""
    op.add_column("claim_line", sa.Column("owed_since", Utc()))
    where = sa.text("owed_since IS NOT NULL")
    op.create_index(
        "ix_claim_line_owed_since",
        "claim_line",
        ["owed_since"],
        sqlite_where=where,
        postgresql_where=where,
    )
    db = op.get_bind()
    lines = db.execute(sa.select(_LINE.c.id).where(_LINE.c.path == "advance_replace")).scalars()
    for line in lines.all():
        story = stories.story_of(db, line)
        if story.owed:
            db.execute(_LINE.update().where(_LINE.c.id == line).values(owed_since=story.owed_since))


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_claim_line_owed_since", "claim_line")
    op.drop_column("claim_line", "owed_since")
