"""Tables of claim packs: what was given out, and what came in from other collectors."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
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

# One row a line and partner and way: how far its record was compared and followed.
partner_record = Table(
    "partner_record",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("line_id", Integer, ForeignKey("claim_line.id"), nullable=False),
    Column("partner", String(64), nullable=False),  # [[partners]] name
    Column("way", String(8), nullable=False),  # answer: of a factory | reply: of a buyer
    Column("as_of", Utc, nullable=False),  # of the last that was read, by the partner's clock
    Column("differs_at", Utc),  # since when it denies what it told; None: it does not
    Column("tried_seq", BigInteger, nullable=False),  # the line's last event when steps were tried
    UniqueConstraint("line_id", "partner", "way"),
)

# Each step that a partner told, and what became of it here.
partner_step = Table(
    "partner_step",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("line_id", Integer, ForeignKey("claim_line.id"), nullable=False),
    Column("partner", String(64), nullable=False),
    Column("way", String(8), nullable=False),
    Column("place", Integer, nullable=False),  # in the partner's order, from 0
    Column("step_id", String(64), nullable=False),  # see collector/pack/record.py
    Column("seq", BigInteger, nullable=False),  # the partner's number
    Column("said_at", Utc, nullable=False),  # by the partner's clock
    Column("actor", String(400), nullable=False),
    Column("what", String(400), nullable=False),
    Column("body", Text, nullable=False),  # JSON, as it was told
    Column("state", String(12), nullable=False),  # waiting | done | overtaken | denied
    Column("why_en", Text, nullable=False),  # it waits; '' for what is done
    Column("why_zh", Text, nullable=False),
    Column("at", Utc, nullable=False),  # of its arrival
    UniqueConstraint("line_id", "partner", "way", "step_id"),
    Index("ix_partner_step_state_line_id", "state", "line_id"),
)
