"""Outages as trees: what positions hang on, what an incident is the root of, who came back when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_HANGS_ON = (
    ("power_from", 64),
    ("place", 64),
    ("gateway", 64),
    ("recorder", 64),
    ("feed", 16),
    ("contact", 16),
)


def upgrade() -> None:
    """Add them; incidents that are open are of their whole site, as they were until now.

    Until now one site could have two that are open, of two causes: the later one ends, for both
    are the site's.
    """
    for name, length in _HANGS_ON:
        op.add_column("position", _text(name, length))
    op.add_column("incident", _text("level", 16, "'site'"))
    op.add_column("incident", _text("root", 200, "'site'"))
    op.add_column("incident", sa.Column("began_at", _MOMENT))
    op.add_column(
        "incident",
        sa.Column("losses_json", sa.Text(), nullable=False, server_default=sa.text("'[]'")),
    )
    op.add_column(
        "incident",
        sa.Column("is_flapping", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    )
    op.add_column("incident", sa.Column("merged_into", sa.Integer()))
    op.add_column("incident_member", sa.Column("lost_at", _MOMENT))
    op.add_column("incident_member", sa.Column("back_at", _MOMENT))
    op.execute(
        "UPDATE incident SET closed_at = opened_at WHERE closed_at IS NULL AND EXISTS ("
        "SELECT 1 FROM incident AS other WHERE other.site_id = incident.site_id"
        " AND other.closed_at IS NULL AND other.id < incident.id)"
    )
    op.drop_index("uq_incident_open_site_cause", table_name="incident")
    op.create_index(
        "uq_incident_open_site_root",
        "incident",
        ["site_id", "root"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_episode_code", "episode", ["code", "cleared_at", "onset_at"])


def _text(name: str, length: int, default: str = "''") -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False, server_default=sa.text(default))


def downgrade() -> None:
    """Drop them: every incident is its site's again, those of smaller causes end."""
    op.drop_index("ix_episode_code", table_name="episode")
    op.drop_index("uq_incident_open_site_root", table_name="incident")
    op.execute(
        "UPDATE incident SET closed_at = opened_at WHERE closed_at IS NULL AND root <> 'site'"
    )
    op.create_index(
        "uq_incident_open_site_cause",
        "incident",
        ["site_id", "cause"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    for name in ("back_at", "lost_at"):
        op.drop_column("incident_member", name)
    for name in ("merged_into", "is_flapping", "losses_json", "began_at", "root", "level"):
        op.drop_column("incident", name)
    for name, _ in reversed(_HANGS_ON):
        op.drop_column("position", name)
