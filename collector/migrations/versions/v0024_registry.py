"""The registry: proofs, overrides and replacements of units, their lots, undo, documents, stock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from collector.store.schema.base import Utc

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_INDEXED = ("batch", "buyer", "replaces")


def upgrade() -> None:
    """Add columns and tables; a delivery with a named proof rests on it, others on a list."""
    _widen_units()
    _widen_imports()
    _make_lots()
    _make_changes()
    _make_documents()
    _make_stock()


def _widen_units() -> None:
    for name, kind in (
        ("maker", sa.String(80)),
        ("delivered_by", sa.String(16)),
        ("override_reason", sa.Text()),
        ("blocked", sa.String(200)),
        ("replaces", sa.String(64)),
    ):
        op.add_column("unit", _text(name, kind))
    op.add_column("unit", sa.Column("produced_on", sa.Date()))
    op.add_column("unit", sa.Column("warranty_until_override", sa.Date()))
    op.execute(
        "UPDATE unit SET delivered_by = CASE WHEN delivery_proof <> '' THEN 'proof' "
        "ELSE 'shipment' END WHERE delivered_on IS NOT NULL"
    )
    for name in _INDEXED:
        op.create_index(f"ix_unit_{name}", "unit", [name])


def _widen_imports() -> None:
    for name, kind, default in (
        ("kind", sa.String(16), "units"),
        ("state", sa.String(16), "written"),
        ("sha256", sa.String(64), ""),
        ("sheet", sa.Text(), ""),
        ("plan", sa.String(64), ""),
        ("undone_by", sa.String(120), ""),
    ):
        op.add_column("registry_import", _text(name, kind, default))
    op.add_column("registry_import", sa.Column("undone_at", Utc()))


def _make_lots() -> None:
    op.create_table(
        "unit_lot",
        sa.Column("serial", sa.String(64), nullable=False),
        sa.Column("component", sa.String(16), nullable=False),
        sa.Column("lot", sa.String(80), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["serial"], ["unit.serial"], name="fk_unit_lot_serial_unit"),
        _owned("unit_lot"),
        sa.PrimaryKeyConstraint("serial", "component", name="pk_unit_lot"),
    )
    op.create_index("ix_unit_lot_organisation_id", "unit_lot", ["organisation_id"])
    op.create_index("ix_unit_lot_component_lot", "unit_lot", ["component", "lot"])


def _make_changes() -> None:
    op.create_table(
        "registry_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(8), nullable=False),
        sa.Column("subject_key", sa.String(240), nullable=False),
        sa.Column("before_json", sa.Text(), nullable=False),
        sa.Column("after_json", sa.Text(), nullable=False),
        sa.Column("undone_at", Utc()),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["registry_import.id"],
            name="fk_registry_change_import_id_registry_import",
        ),
        _owned("registry_change"),
        sa.PrimaryKeyConstraint("id", name="pk_registry_change"),
    )
    for name, columns in (
        ("ix_registry_change_import_id", ["import_id"]),
        ("ix_registry_change_organisation_id", ["organisation_id"]),
        ("ix_registry_change_subject_key", ["subject", "subject_key"]),
    ):
        op.create_index(name, "registry_change", columns)


def _make_documents() -> None:
    op.create_table(
        "batch_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("batch", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        _text("note", sa.Text()),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        _owned("batch_document"),
        sa.PrimaryKeyConstraint("id", name="pk_batch_document"),
    )
    for column in ("organisation_id", "batch", "sha256"):
        op.create_index(f"ix_batch_document_{column}", "batch_document", [column])


def _make_stock() -> None:
    op.create_table(
        "spare_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("part_number", sa.String(80), nullable=False),
        _text("place", sa.String(120)),
        _text("name", sa.String(200)),
        sa.Column("component", sa.String(16), nullable=False),
        sa.Column("models", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("imported_at", Utc(), nullable=False),
        _owned("spare_part"),
        sa.PrimaryKeyConstraint("id", name="pk_spare_part"),
        sa.UniqueConstraint(
            "organisation_id",
            "part_number",
            "place",
            name="uq_spare_part_organisation_id_part_number_place",
        ),
    )
    for column in ("organisation_id", "component"):
        op.create_index(f"ix_spare_part_{column}", "spare_part", [column])


def _text(name: str, kind: sa.types.TypeEngine[str], default: str = "") -> sa.Column[str]:
    return sa.Column(name, kind, nullable=False, server_default=sa.text(f"'{default}'"))


def _owned(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_organisation_id_organisation"
    return sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=name)


def downgrade() -> None:
    """Drop them: before-images, lots, documents' rows and stock are gone with them."""
    for table in ("spare_part", "batch_document", "registry_change", "unit_lot"):
        op.drop_table(table)
    for name in _INDEXED:
        op.drop_index(f"ix_unit_{name}", table_name="unit")
    for name in ("undone_at", "undone_by", "plan", "sheet", "sha256", "state", "kind"):
        op.drop_column("registry_import", name)
    for name in (
        "warranty_until_override",
        "produced_on",
        "replaces",
        "blocked",
        "override_reason",
        "delivered_by",
        "maker",
    ):
        op.drop_column("unit", name)
