"""Tries again what partners' collectors told and could not be taken, once the line has gone on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from collector import receive_answer, receive_reply
from collector.claims.policy import Policy
from collector.left_alone import LeftAlone
from collector.settings import PartnerEntry
from collector.store import partner_steps
from collector.store.partner_steps import Record, Way

log = logging.getLogger(__name__)

MOST_AT_ONCE: Final = 50


class Round:
    """One look at all that waits, at each call; a line that fails holds up no other."""

    def __init__(self, engine: Engine, partners: Iterable[PartnerEntry], *, policy: Policy) -> None:
        self._engine = engine
        self._partners = {partner.name: partner for partner in partners}
        self._policy = policy
        self._left_alone = LeftAlone()  # trying failed

    def go(self, now: datetime, look: Callable[[], object]) -> None:
        """Try each; ``look`` is called between two."""
        with self._engine.begin() as db:
            due = partner_steps.due(db, limit=MOST_AT_ONCE)
        left_alone = self._left_alone.at(now)
        for record in due:
            if record.line_id not in left_alone:
                self._one(record, now)
            look()

    def _one(self, record: Record, now: datetime) -> None:
        try:
            with self._engine.begin() as db:
                retry(db, record, self._partners, policy=self._policy, now=now)
        except OperationalError:
            raise
        except Exception:  # it waits, and people see it
            log.exception("what a partner told of line %d is tried again later", record.line_id)
            self._left_alone.add(record.line_id, now=now)


def retry(
    db: Connection,
    record: Record,
    partners: Mapping[str, PartnerEntry],
    *,
    policy: Policy,
    now: datetime,
) -> None:
    """Take what can be taken now; nothing of a partner whose entry is gone, or decides no more."""
    partner = partners.get(record.partner)
    if partner is not None and record.way is Way.REPLY:
        receive_reply.go_on(db, record, partner, policy=policy, now=now)
    if partner is not None and record.way is Way.ANSWER and partner.decides_for:
        receive_answer.go_on(db, record, policy=policy, now=now)
    partner_steps.note_tried(db, record)
