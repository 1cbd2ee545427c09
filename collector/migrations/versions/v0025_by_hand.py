"""Pre-claims that people report, of devices that no agent ever saw; what a line comes to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add them; every line until now was opened by an agent's fault."""
    with op.batch_alter_table("claim_case") as case:
        case.add_column(_text("maker", sa.String(120)))
        case.add_column(_text("ship_to", sa.Text()))
        case.add_column(sa.Column("ship_to_confirmed_at", _MOMENT))
        case.add_column(_text("ship_to_confirmed_by", sa.String(120)))
        case.add_column(_text("reporter", sa.String(120)))
    with op.batch_alter_table("claim_line") as line:
        line.alter_column("site_id", existing_type=sa.String(64), nullable=True)
        line.alter_column("position_id", existing_type=sa.Integer(), nullable=True)
        line.add_column(_text("via", sa.String(8), "'agent'"))
        line.add_column(_text("subject", sa.String(16), "'unit'"))
        line.add_column(
            sa.Column("quantity", sa.Integer(), nullable=False, server_default=sa.text("1"))
        )
        line.add_column(_text("product", sa.String(16)))
        for name in ("repeat_of", "merged_into"):
            line.add_column(sa.Column(name, sa.Integer()))
            line.create_foreign_key(_fk("claim_line", name, "claim_line"), *_to("claim_line", name))
        line.add_column(_text("rma_number", sa.String(64)))
        line.add_column(_text("path", sa.String(24)))
        line.add_column(_text("fault_origin", sa.String(16)))
        line.add_column(_text("frozen_by", sa.String(24)))
        line.add_column(sa.Column("submitted_at", _MOMENT))
        line.add_column(sa.Column("fulfilled_at", _MOMENT))
    _create_reports()
    with op.batch_alter_table("finding") as finding:
        finding.alter_column("episode_id", existing_type=sa.Integer(), nullable=True)
        finding.add_column(sa.Column("report_id", sa.Integer()))
        finding.create_foreign_key(
            _fk("finding", "report_id", "claim_report"), *_to("claim_report", "report_id")
        )
        finding.create_unique_constraint(
            "uq_finding_line_id_code_report_id", ["line_id", "code", "report_id"]
        )


def _create_reports() -> None:
    op.create_table(
        "claim_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("onset_on", sa.Date()),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("reporter", sa.String(120), nullable=False),
        sa.Column("via", sa.String(8), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        _text("checks_json", sa.Text(), "'[]'"),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        *_owned("claim_report"),
        sa.UniqueConstraint("organisation_id", "key", name="uq_claim_report_organisation_id_key"),
    )
    op.create_table(
        "claim_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        _text("note", sa.Text()),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        *_owned("claim_file"),
        sa.UniqueConstraint("line_id", "sha256", name="uq_claim_file_line_id_sha256"),
    )
    for table, column in (
        ("claim_report", "organisation_id"),
        ("claim_report", "line_id"),
        ("claim_file", "organisation_id"),
        ("claim_file", "sha256"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])


def _owned(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=_fk(table, "organisation_id", "organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["claim_line.id"], name=_fk(table, "line_id", "claim_line")
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )


def _fk(table: str, column: str, target: str) -> str:
    return f"fk_{table}_{column}_{target}"


def _to(target: str, column: str) -> tuple[str, list[str], list[str]]:
    return target, [column], ["id"]


def _text(name: str, kind: sa.types.TypeEngine[str], default: str = "''") -> sa.Column[str]:
    return sa.Column(name, kind, nullable=False, server_default=sa.text(default))


def downgrade() -> None:
    """Drop them; lines that people reported cannot be kept, nor their history."""
    op.execute("DELETE FROM finding WHERE episode_id IS NULL")
    with op.batch_alter_table("finding") as finding:
        finding.drop_constraint("uq_finding_line_id_code_report_id", type_="unique")
        finding.drop_constraint(_fk("finding", "report_id", "claim_report"), type_="foreignkey")
        finding.drop_column("report_id")
        finding.alter_column("episode_id", existing_type=sa.Integer(), nullable=False)
    op.drop_table("claim_file")
    op.drop_table("claim_report")
    gone = "SELECT id FROM claim_line WHERE position_id IS NULL OR site_id IS NULL"
    for table in ("origin_suggestion", "origin_decision", "field_proof", "claim_event"):
        op.execute(f"DELETE FROM {table} WHERE line_id IN ({gone})")
    op.execute("DELETE FROM claim_line WHERE position_id IS NULL OR site_id IS NULL")
    with op.batch_alter_table("claim_line") as line:
        for name in ("repeat_of", "merged_into"):
            line.drop_constraint(_fk("claim_line", name, "claim_line"), type_="foreignkey")
        for name in (
            *("fulfilled_at", "submitted_at", "frozen_by", "fault_origin", "path", "rma_number"),
            *("merged_into", "repeat_of", "product", "quantity", "subject", "via"),
        ):
            line.drop_column(name)
        line.alter_column("position_id", existing_type=sa.Integer(), nullable=False)
        line.alter_column("site_id", existing_type=sa.String(64), nullable=False)
    with op.batch_alter_table("claim_case") as case:
        for name in (
            *("reporter", "ship_to_confirmed_by", "ship_to_confirmed_at", "ship_to", "maker"),
        ):
            case.drop_column(name)
