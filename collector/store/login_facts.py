"""Rows of table login_fact: kept once for what stays the same, with first and last moment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from collector.store.schema.compatibility import FACT_KEY
from collector.store.tables import login_fact
from collector.store.upsert import insert_into
from shared.device import DeviceFacts
from shared.login_fact import read_login_fact


def note(
    db: Connection,
    *,
    position_id: int,
    organisation_id: str,
    facts: DeviceFacts,
    recorder_firmware: str,
    at: datetime,
) -> None:
    """Keep what the device let in; an agent that says nothing of logins leaves no row."""
    said = read_login_fact(facts.login)
    if said is None:
        return
    added = insert_into(db, login_fact).values(
        organisation_id=organisation_id,
        position_id=position_id,
        manufacturer=facts.manufacturer,
        model=facts.model,
        firmware=facts.firmware,
        recorder_firmware=recorder_firmware,
        accepted=said.accepted,
        refused=said.refused,
        cause=said.cause,
        first_at=at,
        last_at=at,
    )
    db.execute(
        added.on_conflict_do_update(
            index_elements=list(FACT_KEY),
            set_={"last_at": added.excluded.last_at},
            where=login_fact.c.last_at < added.excluded.last_at,
        )
    )
