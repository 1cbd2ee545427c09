"""The table of clock snapshots: what the log and the calendar came to when it was last counted."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from collector.store.schema.base import Utc, metadata, owner

# Never changed by itself: made again from the log at each event, when the calendar or the policy
# has changed, and for a paused clock as its day moves on. Only ``warned`` is its own.
claim_clock = Table(
    "claim_clock",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("line_id", Integer, ForeignKey("claim_line.id"), nullable=False),
    owner(),
    Column("kind", String(12), nullable=False),  # response | resolution
    Column("cycle", Integer, nullable=False),  # of the response, from 1; 0 for the resolution
    Column("started_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),  # of a paused clock: if it went on now
    Column("stopped_at", Utc),
    Column("breached_at", Utc),
    Column("paused_since", Utc),
    Column("pause_reason", String(16), nullable=False, server_default=text("''")),
    Column("paused_days", Integer, nullable=False, server_default=text("0")),
    Column("provisional", Boolean, nullable=False, server_default=text("false")),
    Column("calendar", String(160), nullable=False),  # its version, and the terms
    Column("warned", Integer, nullable=False, server_default=text("0")),  # percent, last told of
    Column("next_at", Utc),  # when the next share is reached; None: there is nothing to wait for
    Column("renewed_at", Utc, nullable=False),
    UniqueConstraint("line_id", "kind", "cycle"),
)
Index("ix_claim_clock_next_at", claim_clock.c.next_at)
Index("ix_claim_clock_running", claim_clock.c.stopped_at, claim_clock.c.calendar)
