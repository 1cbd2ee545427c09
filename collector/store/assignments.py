"""Puts the organisations, sites and agents of the configuration into the store."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from collector.settings import AgentEntry, OrganisationEntry, SiteEntry
from collector.store.tables import agent, organisation, site
from collector.store.upsert import insert_into


def assign(
    db: Connection,
    *,
    organisations: Sequence[OrganisationEntry],
    sites: Sequence[SiteEntry],
    agents: Sequence[AgentEntry],
) -> None:
    """Add or change; what left the configuration stays in the store, because history names it."""
    for org in organisations:
        facts: dict[str, object] = {
            "name": org.name,
            "kind": org.kind,
            "parent_id": org.parent_id,
        }
        made = insert_into(db, organisation).values(id=org.id, **facts)
        db.execute(made.on_conflict_do_update(index_elements=["id"], set_=facts))
    for place in sites:
        facts = {
            "name": place.name,
            "organisation_id": place.organisation_id,
            "zone": place.zone,
        }
        made = insert_into(db, site).values(id=place.id, **facts)
        db.execute(made.on_conflict_do_update(index_elements=["id"], set_=facts))
    for entry in agents:
        facts = {
            "organisation_id": entry.organisation_id,
            "site_id": entry.site_id,
            "evidence_key": entry.evidence_key,
        }
        made = insert_into(db, agent).values(id=entry.id, **facts)
        db.execute(made.on_conflict_do_update(index_elements=["id"], set_=facts))
