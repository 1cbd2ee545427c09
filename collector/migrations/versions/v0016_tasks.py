"""Tasks that somebody owns, does by a day, and that are verified by the next probe."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_COLUMNS = (
    sa.Column("assignee_id", sa.Integer()),
    sa.Column("due_on", sa.Date()),
    sa.Column("done_at", sa.DateTime(timezone=True)),
    sa.Column("done_by", sa.String(120), nullable=False, server_default=sa.text("''")),
    sa.Column("returned", sa.Integer(), nullable=False, server_default=sa.text("0")),
)

# Closed by hand although the fault went on: from now on that is a task to be verified. Only the
# newest of a position and code, and none beside one that is open.
_TO_VERIFY = """
UPDATE task SET done_at = closed_at, done_by = closed_by, closed_at = NULL, closed_by = ''
WHERE closed_by <> ''
  AND episode_id IN (SELECT id FROM episode WHERE cleared_at IS NULL)
  AND id IN (SELECT max(id) FROM task GROUP BY position_id, code)
  AND NOT EXISTS (
    SELECT 1 FROM task AS other WHERE other.position_id = task.position_id
    AND other.code = task.code AND other.closed_at IS NULL)
"""


def upgrade() -> None:
    """Add them; what was closed by hand while its fault stayed is looked at again."""
    for column in _COLUMNS:
        op.add_column("task", column)
    op.create_index("ix_task_assignee_id", "task", ["assignee_id"])
    op.create_table(
        "task_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("person_id", sa.Integer()),
        sa.Column("note", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name="fk_task_event_organisation_id_organisation",
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_task_event_task_id_task"),
        sa.PrimaryKeyConstraint("id", name="pk_task_event"),
    )
    op.create_index("ix_task_event_organisation_id", "task_event", ["organisation_id"])
    op.create_index("ix_task_event_task_id", "task_event", ["task_id"])
    op.execute(_TO_VERIFY)


def downgrade() -> None:
    """Drop them; what waits for its verification counts as closed by hand again."""
    op.execute(
        "UPDATE task SET closed_at = done_at, closed_by = done_by"
        " WHERE closed_at IS NULL AND done_at IS NOT NULL"
    )
    op.drop_table("task_event")
    op.drop_index("ix_task_assignee_id", "task")
    for column in reversed(_COLUMNS):
        op.drop_column("task", column.name)
