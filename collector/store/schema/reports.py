"""Tables of what people bring to a pre-claim: their reports, and their files."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from collector.store.schema.base import Utc, metadata, owner

# Only ever appended: one row for each time that somebody reported a fault by hand.
claim_report = Table(
    "claim_report",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("line_id", Integer, ForeignKey("claim_line.id"), nullable=False, index=True),
    Column("code", String(80), nullable=False),  # of the catalogue, or 'reported.other'
    Column("onset_on", Date),  # since when, in the reporter's calendar; None: not known
    Column("description", Text, nullable=False),
    Column("reporter", String(120), nullable=False),
    Column("via", String(8), nullable=False),  # claims.report.Via value
    Column("at", Utc, nullable=False),
    Column("checks_json", Text, nullable=False, server_default=text("'[]'")),  # what was tried
    Column("key", String(64), nullable=False),  # the same report sent twice has the same
    Column("digest", String(64), nullable=False),  # of what it said
    UniqueConstraint("organisation_id", "key"),
)

# The bytes lie beside the evidence, by their SHA-256; photos without their metadata.
claim_file = Table(
    "claim_file",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("line_id", Integer, ForeignKey("claim_line.id"), nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("kind", String(16), nullable=False),  # photo | video | document | label
    Column("media_type", String(40), nullable=False),
    Column("name", String(120), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("note", Text, nullable=False, server_default=text("''")),
    Column("actor", String(120), nullable=False),
    Column("at", Utc, nullable=False),
    UniqueConstraint("line_id", "sha256"),
)
