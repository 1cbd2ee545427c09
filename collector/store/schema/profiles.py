"""Table of what engineers confirmed of the readings that firmware profiles extracted."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from collector.store.schema.base import Utc, metadata, owner

# Only ever appended: the newest ruling on an episode holds. Profile, model and firmware are kept
# as they were known then.
profile_ruling = Table(
    "profile_ruling",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("episode_id", Integer, ForeignKey("episode.id"), nullable=False, index=True),
    owner(),
    Column("profile_id", String(64), nullable=False),
    Column("profile_hash", String(64), nullable=False),
    Column("profile_status", String(24), nullable=False),
    Column("model", String(80), nullable=False),
    Column("firmware", String(80), nullable=False),
    Column("position_id", Integer, ForeignKey("position.id"), nullable=False),
    Column("ruling", String(16), nullable=False),  # claims.profiles.Confirmed value
    Column("note", Text, nullable=False),
    Column("actor", String(120), nullable=False),
    Column("at", Utc, nullable=False),
)
Index("ix_profile_ruling_profile", profile_ruling.c.profile_id, profile_ruling.c.profile_hash)
