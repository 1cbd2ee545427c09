"""The table of who lets whom in: camera firmware, recorder firmware, kinds of login, cause."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, UniqueConstraint

from collector.store.schema.base import Utc, metadata, owner

FACT_KEY = (
    "position_id",
    "manufacturer",
    "model",
    "firmware",
    "recorder_firmware",
    "accepted",
    "refused",
    "cause",
)

# What one position showed between two moments; what works is kept as what does not.
login_fact = Table(
    "login_fact",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("position_id", Integer, ForeignKey("position.id"), nullable=False),
    Column("manufacturer", String(80), nullable=False),
    Column("model", String(80), nullable=False),
    Column("firmware", String(80), nullable=False),
    Column("recorder_firmware", String(80), nullable=False),  # '' when nobody has said
    Column("accepted", String(80), nullable=False),  # kinds of login, comma separated
    Column("refused", String(80), nullable=False),
    Column("cause", String(80), nullable=False),  # a fault code; 'none' when the login works
    Column("first_at", Utc, nullable=False),
    Column("last_at", Utc, nullable=False),
    UniqueConstraint(*FACT_KEY, name="uq_login_fact_key"),
)
