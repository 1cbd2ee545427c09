"""Tables of what the factory delivered: units, their aliases and lots, documents, spare parts."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from collector.store.schema.base import Utc, metadata, owner

unit = Table(
    "unit",
    metadata,
    Column("serial", String(64), primary_key=True),
    owner(),
    Column("maker", String(80), nullable=False, server_default=text("''")),
    Column("model", String(80), nullable=False),
    Column("product", String(16), nullable=False),
    Column("batch", String(80), nullable=False, server_default=text("''"), index=True),
    Column("buyer", String(120), nullable=False, server_default=text("''"), index=True),
    Column("produced_on", Date),  # factory-local calendar day; None: not known
    Column("delivered_on", Date),  # factory-local calendar day; None: not known
    # What the delivery date rests on: proof | shipment | estimate, '' without a date.
    Column("delivered_by", String(16), nullable=False, server_default=text("''")),
    Column("delivery_proof", String(200), nullable=False, server_default=text("''")),
    # A last covered day that somebody agreed to, whatever the months come to; with the reason.
    Column("warranty_until_override", Date),
    Column("override_reason", Text, nullable=False, server_default=text("''")),
    Column("blocked", String(200), nullable=False, server_default=text("''")),  # why; '': it is not
    # The serial for which this one was sent; warranty follows this chain.
    Column("replaces", String(64), nullable=False, server_default=text("''"), index=True),
    Column("imported_at", Utc, nullable=False),
)

unit_alias = Table(
    "unit_alias",
    metadata,
    Column("kind", String(16), nullable=False),
    Column("value", String(64), nullable=False),
    Column("serial", String(64), ForeignKey("unit.serial"), nullable=False, index=True),
    owner(),
    PrimaryKeyConstraint("kind", "value"),
)

unit_lot = Table(
    "unit_lot",
    metadata,
    Column("serial", String(64), ForeignKey("unit.serial"), nullable=False),
    Column("component", String(16), nullable=False),  # shared.catalogue_entry.Component
    Column("lot", String(80), nullable=False),
    owner(),
    PrimaryKeyConstraint("serial", "component"),
)

# One list that was read: shown first, then written by who confirms exactly what was shown. What a
# person changed by hand on a page is such an entry of one row.
registry_import = Table(
    "registry_import",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Utc, nullable=False),
    owner(),
    Column("actor", String(120), nullable=False),
    Column("filename", Text, nullable=False),
    Column("summary_json", Text, nullable=False),
    Column("kind", String(16), nullable=False, server_default=text("'units'")),  # see ListKind
    Column("state", String(16), nullable=False, server_default=text("'written'")),  # shown | ...
    Column("sha256", String(64), nullable=False, server_default=text("''")),  # of the file
    Column("sheet", Text, nullable=False, server_default=text("''")),  # of a workbook, that is read
    Column("plan", String(64), nullable=False, server_default=text("''")),  # digest of the diff
    Column("undone_at", Utc),
    Column("undone_by", String(120), nullable=False, server_default=text("''")),
)

# The before- and after-image of each row that an import wrote; '' before: it was not there.
registry_change = Table(
    "registry_change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("import_id", Integer, ForeignKey("registry_import.id"), nullable=False, index=True),
    owner(),
    Column("subject", String(8), nullable=False),  # unit | part
    Column("subject_key", String(240), nullable=False),
    Column("before_json", Text, nullable=False),
    Column("after_json", Text, nullable=False),
    Column("undone_at", Utc),
)

batch_document = Table(
    "batch_document",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("batch", String(80), nullable=False, index=True),
    Column("kind", String(16), nullable=False),  # test_report | certificate | picture | other
    Column("sha256", String(64), nullable=False, index=True),
    Column("media_type", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("size", Integer, nullable=False),
    Column("note", Text, nullable=False, server_default=text("''")),
    Column("actor", String(120), nullable=False),
    Column("at", Utc, nullable=False),
)

spare_part = Table(
    "spare_part",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("part_number", String(80), nullable=False),
    Column("place", String(120), nullable=False, server_default=text("''")),
    Column("name", String(200), nullable=False, server_default=text("''")),
    Column("component", String(16), nullable=False, index=True),
    Column("models", Text, nullable=False),  # JSON list of the models it fits; '*' fits all
    Column("quantity", Integer, nullable=False),
    Column("imported_at", Utc, nullable=False),
    UniqueConstraint("organisation_id", "part_number", "place"),
)

Index("ix_unit_model_batch", unit.c.model, unit.c.batch)
Index("ix_unit_lot_component_lot", unit_lot.c.component, unit_lot.c.lot)
Index("ix_registry_change_subject_key", registry_change.c.subject, registry_change.c.subject_key)
