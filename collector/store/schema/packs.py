"""Tables of claim packs: what was given out, and what came in from other collectors."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from collector.store.schema.base import Utc, metadata, owner

# Only ever appended: one row for each state of a submitted line that was given out as a pack.
claim_pack = Table(
    "claim_pack",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("line_id", Integer, ForeignKey("claim_line.id"), nullable=False),
    Column("version", Integer, nullable=False),  # from 1
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("basis", String(64), nullable=False),  # of what it was made from; the same, no new one
    Column("made_at", Utc, nullable=False),
    Column("removed_at", Utc),  # the file, by the policy; the row stays
    UniqueConstraint("line_id", "version"),
)

# One row a line that was sent to a partner: how far its answers were taken.
pack_answer = Table(
    "pack_answer",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("line_id", Integer, ForeignKey("claim_line.id"), nullable=False),
    Column("partner", String(64), nullable=False),  # [[partners]] name
    Column("seq", BigInteger, nullable=False),  # the last step there that was taken
    Column("reference", String(80), nullable=False),  # the partner's number of the claim
    Column("state", String(24), nullable=False),  # there
    Column("at", Utc, nullable=False),
    UniqueConstraint("line_id", "partner"),
)

# One row a line of another collector; the newest pack of it that was taken.
pack_import = Table(
    "pack_import",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("line_id", Integer, ForeignKey("claim_line.id"), nullable=False, index=True),
    Column("partner", String(64), nullable=False),  # [[partners]] name
    Column("their_number", String(40), nullable=False),
    Column("their_line", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("as_of", Utc, nullable=False),  # of the pack: an older one changes nothing
    Column("at", Utc, nullable=False),
    Column("removed_at", Utc),  # the file, by the policy; the row stays
    UniqueConstraint("partner", "their_number", "their_line"),
)
