"""Verdicts from pictures and trends earn trust: rulings of engineers, and what came of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Picture verdicts that are in shadow already can be ruled on too, on the model that is known now.
_FILL = """
INSERT INTO passive_verdict
    (decision_id, organisation_id, code, model, position_id, site_id, at)
SELECT decision.id, decision.organisation_id, episode.code,
    COALESCE(NULLIF(unit.model, ''), position.model), position.id, position.site_id,
    decision.decided_at
FROM decision
JOIN episode ON episode.id = decision.episode_id
JOIN position ON position.id = episode.position_id
LEFT JOIN unit ON unit.serial = episode.label_serial AND episode.label_serial <> ''
WHERE decision.outcome = 'shadow' AND decision.decided_at IS NOT NULL
    AND episode.code LIKE 'picture.%'
"""


def upgrade() -> None:
    """Make the tables; every pair begins in shadow."""
    op.create_table(
        "passive_verdict",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("model", sa.String(80), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _refers("passive_verdict", "decision_id", "decision.id"),
        _refers("passive_verdict", "organisation_id", "organisation.id"),
        _refers("passive_verdict", "position_id", "position.id"),
        _refers("passive_verdict", "site_id", "site.id"),
        sa.PrimaryKeyConstraint("decision_id", name="pk_passive_verdict"),
    )
    op.create_index("ix_passive_verdict_organisation_id", "passive_verdict", ["organisation_id"])
    op.create_index("ix_passive_verdict_code_model", "passive_verdict", ["code", "model"])
    op.create_table(
        "ruling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("ruling", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _refers("ruling", "decision_id", "passive_verdict.decision_id"),
        _refers("ruling", "organisation_id", "organisation.id"),
        sa.PrimaryKeyConstraint("id", name="pk_ruling"),
    )
    op.create_index("ix_ruling_organisation_id", "ruling", ["organisation_id"])
    op.create_index("ix_ruling_decision_id", "ruling", ["decision_id"])
    op.create_table(
        "trust_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("model", sa.String(80), nullable=False),
        sa.Column("standing", sa.String(16), nullable=False),
        sa.Column("reason_en", sa.Text(), nullable=False),
        sa.Column("reason_zh", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trust_change"),
    )
    op.create_index("ix_trust_change_code_model", "trust_change", ["code", "model"])
    op.get_bind().exec_driver_sql(_FILL.replace("%", "%%") if _formats() else _FILL)


def _formats() -> bool:
    """PostgreSQL's driver takes a percent sign for a parameter."""
    return op.get_bind().dialect.paramstyle in {"format", "pyformat"}


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target.partition('.')[0]}"
    return sa.ForeignKeyConstraint([column], [target], name=name)


def downgrade() -> None:
    """Drop them: what engineers ruled is lost."""
    for table in ("trust_change", "ruling", "passive_verdict"):
        op.drop_table(table)
