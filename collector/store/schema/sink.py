"""Tables of the time-series sink: how far it has come, and batches that days took before it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Table

from collector.store.schema.base import Utc, metadata

_BIG = BigInteger().with_variant(Integer, "sqlite")

sink = Table(
    "sink",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("cursor", _BIG, nullable=False),  # the last batch that the server took
    Column("settled", _BIG, nullable=False),  # the last that it surely has, if it dies
    Column("dropped_batches", _BIG, nullable=False),  # beyond the bound, since ever
    Column("dropped_at", Utc),
)

# Without an index of the organisation: nobody but the sink reads it, in order of id.
sink_backlog = Table(
    "sink_backlog",
    metadata,
    Column("id", _BIG, primary_key=True, autoincrement=False),  # that of the batch
    Column("agent_id", String(64), ForeignKey("agent.id"), nullable=False),
    Column("organisation_id", String(64), ForeignKey("organisation.id"), nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)
