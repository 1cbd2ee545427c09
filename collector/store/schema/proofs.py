"""Table of what people found at a device and proved: power measured there, photos."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, String, Table, Text, text

from collector.store.schema.base import Utc, metadata, owner

# Only ever appended: the newest of its kind holds.
field_proof = Table(
    "field_proof",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("line_id", Integer, ForeignKey("claim_line.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),  # claims.field_proof.ProofKind value
    Column("has_power", Boolean),  # of a measurement
    Column("volts", Float),  # as measured; None where a switch's word was read
    Column("sha256", String(64), index=True),  # of a photo, without its metadata
    Column("note", Text, nullable=False, server_default=text("''")),
    Column("actor", String(120), nullable=False),
    Column("at", Utc, nullable=False),
)
