"""Rows of table site."""

from __future__ import annotations

from sqlalchemy import Connection, select

from collector.store.tables import site


def zone_of(db: Connection, site_id: str) -> str:
    """The IANA zone of the site; NoResultFound when there is no such site."""
    return str(db.execute(select(site.c.zone).where(site.c.id == site_id)).scalar_one())
