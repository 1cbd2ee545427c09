"""Alembic migrations of the collector's store; run by ``preclaim-collector migrate``."""
