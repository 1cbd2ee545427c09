"""Commands that people gave, and what came of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, true

from collector.store.commands import WAITING, answer_of
from collector.store.scope import Scope
from collector.store.tables import command
from collector.store.views.words import Words
from shared.command import Outcome, Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRow:
    """One command; ``state`` is waiting, done, refused, failed or expired."""

    id: str
    verb: str
    actor: str
    state: str
    answer: Words
    issued_at: datetime
    not_after: datetime
    sent_at: datetime | None
    finished_at: datetime | None
    arguments: Mapping[str, str]


def list_commands(
    db: Connection,
    scope: Scope,
    *,
    agent_id: str,
    device_id: str,
    now: datetime,
    verb: Verb | None = None,
    limit: int = 5,
) -> tuple[CommandRow, ...]:
    """The latest commands for this device, newest first; one past its time is expired.

    ``verb`` leaves only its own.
    """
    rows = db.execute(
        select(command)
        .where(
            scope.covers(command.c.organisation_id),
            command.c.agent_id == agent_id,
            command.c.device_id == device_id,
            command.c.verb == verb.value if verb else true(),
        )
        .order_by(command.c.issued_at.desc(), command.c.id)
        .limit(limit)
    )
    return tuple(
        CommandRow(
            id=row.id,
            verb=row.verb,
            actor=row.actor,
            state=Outcome.EXPIRED.value
            if row.state == WAITING and row.not_after <= now
            else row.state,
            answer=answer_of(row.detail, row.detail_zh),
            issued_at=row.issued_at,
            not_after=row.not_after,
            sent_at=row.sent_at,
            finished_at=row.finished_at,
            arguments=json.loads(row.arguments_json),
        )
        for row in rows
    )
