"""Tables of telemetry: batches as they came, and one row a position and day that they end in.

They carry their organisation without an index of their own: whoever reads them comes by way of a
position, and every message that arrives would pay for it.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
)

from collector.store.schema.base import Utc, metadata


def _owner() -> Column[str]:
    return Column("organisation_id", String(64), ForeignKey("organisation.id"), nullable=False)


telemetry_batch = Table(
    "telemetry_batch",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("agent_id", String(64), ForeignKey("agent.id"), nullable=False, index=True),
    _owner(),
    Column("received_at", Utc, nullable=False),
    Column("payload", LargeBinary, nullable=False),  # the frame as it came
    sqlite_autoincrement=True,  # no number twice: the sink's cursor is one
)

telemetry_day = Table(
    "telemetry_day",
    metadata,
    Column("position_id", Integer, ForeignKey("position.id"), nullable=False),
    Column("day", Integer, nullable=False),  # days since 1970, UTC
    _owner(),
    Column("revision", Integer, nullable=False),  # counts rewrites, so that none is overwritten
    Column("hours", LargeBinary, nullable=False),  # roll-ups; first, so that they read alone
    Column("points", LargeBinary),  # every sample; None when past its keeping time
    PrimaryKeyConstraint("position_id", "day"),
)
