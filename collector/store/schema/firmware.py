"""Tables of firmware cases: one for each camera firmware, recorder firmware and cause."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from collector.store.schema.base import Utc, metadata, owner

# What ``claims.firmware_case`` folds from the log stands here too, written in the same transaction;
# the clock's columns are made again from it as time goes on.
firmware_case = Table(
    "firmware_case",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("camera_model", String(80), nullable=False),
    Column("camera_firmware", String(80), nullable=False),
    Column("recorder_firmware", String(80), nullable=False),
    Column("code", String(80), nullable=False),
    Column("opened_at", Utc, nullable=False),
    Column("state", String(24), nullable=False, server_default=text("'draft'")),
    Column("path", String(24), nullable=False, server_default=text("''")),
    Column("fixed_in", String(80), nullable=False, server_default=text("''")),
    Column("fixed_side", String(8), nullable=False, server_default=text("''")),
    Column("submitted_at", Utc),
    Column("fulfilled_at", Utc),
    Column("closed_at", Utc),  # None while it is open
    Column("due_at", Utc, index=True),  # of the first running clock; None: none runs
    Column("next_at", Utc, index=True),  # when people are told of a clock next
    Column("calendar", String(160), nullable=False, server_default=text("''")),
    Column("renewed_at", Utc),
    UniqueConstraint(
        "organisation_id", "camera_model", "camera_firmware", "recorder_firmware", "code"
    ),
    Index("ix_firmware_case_fixed", "camera_model", "code", "fixed_in"),
)

firmware_case_member = Table(
    "firmware_case_member",
    metadata,
    Column("firmware_case_id", Integer, ForeignKey("firmware_case.id"), nullable=False),
    owner(),
    Column("position_id", Integer, ForeignKey("position.id"), nullable=False),
    Column("serial_key", String(140), nullable=False, index=True),
    Column("episode_id", Integer, ForeignKey("episode.id"), nullable=False, index=True),
    Column("note", Text, nullable=False, server_default=text("''")),
    UniqueConstraint("firmware_case_id", "episode_id"),
)

# Only ever appended, by triggers of the database too: what was done with a case, as for a line.
firmware_case_event = Table(
    "firmware_case_event",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("firmware_case_id", Integer, ForeignKey("firmware_case.id"), nullable=False, index=True),
    owner(),
    Column("at", Utc, nullable=False),
    Column("actor", String(120), nullable=False),
    Column("role", String(24), nullable=False),
    Column("type", String(32), nullable=False),
    Column("payload_json", Text, nullable=False),
    Column("prev_hash", String(64), nullable=False),  # '' for the first event of a case
    Column("hash", String(64), nullable=False),
)
