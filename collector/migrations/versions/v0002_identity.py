"""Identity kept with each episode, who closed a task, who may no longer sign in."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from collector.store.schema.base import Utc

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_EMPTY: Final = sa.text("''")
_NO_ALIASES: Final = sa.text("'[]'")


def _added() -> tuple[tuple[str, sa.Column[object]], ...]:
    """Table and column of everything that is new."""
    return (
        ("episode", sa.Column("aliases", sa.Text(), nullable=False, server_default=_NO_ALIASES)),
        ("episode", sa.Column("serial_note_en", sa.Text(), nullable=False, server_default=_EMPTY)),
        ("episode", sa.Column("serial_note_zh", sa.Text(), nullable=False, server_default=_EMPTY)),
        ("position", sa.Column("serial_since", Utc(), nullable=True)),
        (
            "position",
            sa.Column("doubted_serial", sa.String(64), nullable=False, server_default=_EMPTY),
        ),
        ("task", sa.Column("closed_by", sa.String(120), nullable=False, server_default=_EMPTY)),
        ("person", sa.Column("ended_at", Utc(), nullable=True)),
        ("api_token", sa.Column("revoked_at", Utc(), nullable=True)),
    )


def upgrade() -> None:
    """Add the columns; rows that are there say nothing new."""
    for table, column in _added():
        op.add_column(table, column)


def downgrade() -> None:
    """Drop the columns."""
    for table, column in reversed(_added()):
        op.drop_column(table, column.name)
