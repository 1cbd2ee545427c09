"""A person has compared both records and lets the partner's present one count again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from collector.claims.lifecycle import Actor
from collector.store import cases, partner_steps
from collector.store.partner_steps import Record

AGREED: Final = "partner_agreed"


def agree(db: Connection, record: Record, *, actor: str, role: Actor, now: datetime) -> Record:
    """The record as it counts from now on. What was followed before stays as it is; what waits
    is tried by ``retry_steps``."""
    agreed = replace(record, differs_at=None)
    partner_steps.keep(db, agreed)
    cases.append_event(
        db,
        line_id=record.line_id,
        organisation_id=record.organisation_id,
        actor=actor,
        role=role.value,
        type_=AGREED,
        payload={"partner": record.partner},
        now=now,
    )
    return agreed
