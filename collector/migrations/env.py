"""Runs migrations on the connection that the caller gives."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from collector.store.tables import metadata

connection = context.config.attributes["connection"]
if not isinstance(connection, Connection):
    raise TypeError("migrations run through collector.store.migrate")
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter a table in place
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
