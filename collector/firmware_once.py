"""Does what a program asks of a firmware case once, however often the request comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from collector.act import By
from collector.claims.clock_terms import ClockTerms
from collector.claims.firmware_case import CaseStory, fold
from collector.firmware_steps import act
from collector.request_mark import is_known, mark_of
from collector.store import firmware_cases


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """Where the case stands; ``is_known``: the request had been done before."""

    story: CaseStory
    is_known: bool


def act_once(
    db: Connection,
    case_id: int,
    action: str,
    *,
    reason: str,
    fields: Mapping[str, object],
    token: str,
    by: By,
    terms: ClockTerms,
    now: datetime,
    seen: int | None = None,
) -> Acted:
    """Do it, or say that it was done; ``token`` and ``seen`` as in ``act_once.act_once``.

    KeyReusedError and StaleError as ``request_mark`` says, IllegalMoveError as
    ``firmware_steps.act``. The caller has checked that the case is within the actor's scope.
    """
    mark = mark_of(
        organisation_id=by.organisation_id,
        caller=by.name,
        token=token,
        action=action,
        reason=reason,
        fields=fields,
    )
    log = firmware_cases.log_of(db, case_id)
    if is_known(log, mark, seen=seen):
        return Acted(story=fold(log), is_known=True)
    story = act(
        db,
        case_id=case_id,
        action=action,
        actor=by.name,
        role=by.role,
        reason=reason,
        now=now,
        fields=fields,
        terms=terms,
        mark=mark,
    )
    return Acted(story=story, is_known=False)
