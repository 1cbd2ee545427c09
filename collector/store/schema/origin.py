"""Tables of fault origin: what was suggested, what engineers decided, and firmware history."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from collector.store.schema.base import Utc, metadata, owner

# The newest suggestion of a line; every version stands in its event log too.
origin_suggestion = Table(
    "origin_suggestion",
    metadata,
    Column("line_id", Integer, ForeignKey("claim_line.id"), primary_key=True),
    owner(),
    Column("version", Integer, nullable=False),  # counts the changes of a line's suggestion
    Column("origin", String(16), nullable=False),  # claims.origin.kinds.Origin value
    Column("body_json", Text, nullable=False),  # shares, reasons, what is not known
    Column("made_at", Utc),  # when it was last looked at, changed or not; None: it is due again
)

# Only ever appended: the newest of a line holds, the earlier ones are its history.
origin_decision = Table(
    "origin_decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("line_id", Integer, ForeignKey("claim_line.id"), nullable=False, index=True),
    owner(),
    Column("suggested", String(16), nullable=False),  # what stood there then
    Column("version", Integer, nullable=False),
    Column("decided", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", String(120), nullable=False),
    Column("at", Utc, nullable=False),
)

# Which firmware ran where since when. A row whose ``from_version`` is '' begins a device's history:
# before it nothing is known.
firmware_change = Table(
    "firmware_change",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("agent_id", String(64), ForeignKey("agent.id"), nullable=False),
    Column("position_id", Integer, ForeignKey("position.id")),  # None: the agent's recorder
    Column("from_version", String(80), nullable=False),
    Column("to_version", String(80), nullable=False),
    Column("at", Utc, nullable=False),  # collector time
)
Index(
    "ix_firmware_change_agent_position", firmware_change.c.agent_id, firmware_change.c.position_id
)
