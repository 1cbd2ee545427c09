"""Tables of who may see: persons, sessions, tokens, the audit log, the store's own facts."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table, Text, text

from collector.store.schema.base import Utc, metadata, owner

person = Table(
    "person",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(120), nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("role", String(24), nullable=False),  # store.scope.Role value
    owner(),
    Column("language", String(8), nullable=False, server_default=text("'en'")),
    Column("ended_at", Utc),  # may no longer sign in; kept, because histories name people
)

session = Table(
    "session",
    metadata,
    Column("token_hash", String(64), primary_key=True),  # SHA-256 hex of the cookie
    Column("person_id", Integer, ForeignKey("person.id"), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
)

api_token = Table(
    "api_token",
    metadata,
    Column("token_hash", String(64), primary_key=True),  # SHA-256 hex of the bearer token
    Column("prefix", String(16), nullable=False),
    Column("name", String(120), nullable=False),
    Column("role", String(24), nullable=False),
    owner(),
    Column("created_at", Utc, nullable=False),
    Column("revoked_at", Utc),
)

setup_link = Table(
    "setup_link",
    metadata,
    Column("token_hash", String(64), primary_key=True),  # SHA-256 hex
    Column("expires_at", Utc, nullable=False),
    Column("used_at", Utc),
)

store_meta = Table(
    "store_meta",
    metadata,
    Column("id", Integer, primary_key=True),  # always 1
    Column("generation", String(64), nullable=False),  # new after a restore from backup
    Column("commits", BigInteger, nullable=False, server_default=text("0")),  # of intake
    Column("at_work_until", Utc),  # until when the collector listened and decided
    Column("delivering_until", Utc),  # until when letters were delivered
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("actor", String(120), nullable=False),
    Column("action", String(64), nullable=False),
    Column("detail", Text, nullable=False),
)
