"""The answer to a command: kept and put into the outbox in one transaction of the caller."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from agent.delivery import command_store
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from shared.command import CommandResult, Outcome

_DETAIL_CHARS: Final = 300
_REPORT_CHARS: Final = 4000


def append_answer(
    database: Database,
    outbox: Outbox,
    *,
    command_id: str,
    issued_at: datetime,
    outcome: Outcome,
    detail: str,
    now: datetime,
) -> CommandResult:
    """Note how the command ended and tell it; ``report`` holds what ``detail`` is too short for."""
    is_long = len(detail) > _DETAIL_CHARS
    result = CommandResult(
        command_id,
        outcome,
        now,
        detail[:_DETAIL_CHARS],
        detail[:_REPORT_CHARS] if is_long else "",
    )
    command_store.keep_outcome(
        database.connection, command_id, outcome, detail[:_REPORT_CHARS], issued_at=issued_at
    )
    outbox.append(result, now=now)
    return result
