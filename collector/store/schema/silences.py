"""Table of silences and maintenance windows."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, text

from collector.store.schema.base import Utc, metadata, owner

silence = Table(
    "silence",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("scope", String(16), nullable=False),  # claims.silence.SilenceScope value
    Column("site_id", String(64), ForeignKey("site.id")),  # of a site or a position
    Column("position_id", Integer, ForeignKey("position.id")),
    Column("code", String(80), nullable=False, server_default=text("''")),  # '': every fault
    Column("kind", String(16), nullable=False),  # claims.silence.SilenceKind value
    Column("reason", Text, nullable=False),
    Column("made_by", String(120), nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("starts_at", Utc, nullable=False),
    Column("ends_at", Utc, nullable=False, index=True),  # early when somebody ended it
    Column("ended_by", String(120), nullable=False, server_default=text("''")),
    # Of a program that sent an Idempotency-Key: whose key it was, and what was asked for with it.
    Column("asked_key", String(64)),
    Column("asked_digest", String(64), nullable=False, server_default=text("''")),
    Index("uq_silence_asked_key", "asked_key", unique=True),
)
