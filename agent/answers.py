"""The answer to a command: kept and put into the outbox in one transaction of the caller."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from agent.delivery import command_store
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from agent.wrong import Both
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
    detail: Both,
    now: datetime,
) -> CommandResult:
    """Note how the command ended and tell it; ``report`` holds what ``detail`` is too short for."""
    whole = Both(detail.en[:_REPORT_CHARS], detail.zh[:_REPORT_CHARS])
    result = CommandResult(
        command_id,
        outcome,
        now,
        detail=whole.en[:_DETAIL_CHARS],
        report=whole.en if len(whole.en) > _DETAIL_CHARS else "",
        detail_zh=whole.zh,
    )
    command_store.keep_outcome(database.connection, command_id, outcome, whole, issued_at=issued_at)
    outbox.append(result, now=now)
    return result
