"""Rows of table command: orders to agents, kept until answered or expired."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, insert, select, update

from collector.store.tables import command
from collector.store.views.words import Words
from shared.command import Command, CommandResult, Outcome, SignedCommand, Verb

WAITING = "waiting"
SENT_AT_LEAST_EVERY: Final = timedelta(minutes=10)


def add(
    db: Connection,
    *,
    order: Command,
    signed: SignedCommand,
    organisation_id: str,
    actor: str,
) -> None:
    """Keep a signed command."""
    db.execute(
        insert(command).values(
            id=order.command_id,
            agent_id=order.agent_id,
            organisation_id=organisation_id,
            verb=order.verb.value,
            device_id=order.device_id,
            arguments_json=json.dumps(order.arguments),
            actor=actor,
            issued_at=order.issued_at,
            not_after=order.not_after,
            body=signed.body,
            signature=signed.signature,
            key_id=signed.key_id,
            state=WAITING,
        )
    )


def is_waiting(db: Connection, *, agent_id: str, verb: Verb, device_id: str = "") -> bool:
    """True when the agent still owes an answer to such a command for this device, or itself."""
    found = db.execute(
        select(command.c.id)
        .where(
            command.c.agent_id == agent_id,
            command.c.verb == verb.value,
            command.c.device_id == device_id,
            command.c.state == WAITING,
        )
        .limit(1)
    )
    return found.first() is not None


def waiting(
    db: Connection, *, sent_before: datetime, now: datetime
) -> tuple[tuple[str, str, SignedCommand], ...]:
    """``(id, agent_id, command)`` of every unanswered command not sent since ``sent_before``.

    One that was sent again and again comes half as often each time, down to once in
    :data:`SENT_AT_LEAST_EVERY`: its answer may take hours (a configuration on trial, a site
    off-line), and each copy costs the agent's data plan up to 5 KB.
    """
    rows = db.execute(
        select(command)
        .where(
            command.c.state == WAITING,
            command.c.not_after > now,
            command.c.sent_at.is_(None) | (command.c.sent_at <= sent_before),
        )
        .order_by(command.c.issued_at)
    )
    return tuple(
        (r.id, r.agent_id, SignedCommand(bytes(r.body), bytes(r.signature), r.key_id))
        for r in rows
        if r.sent_at is None or _is_due(sent_at=r.sent_at, issued_at=r.issued_at, now=now)
    )


def _is_due(*, sent_at: datetime, issued_at: datetime, now: datetime) -> bool:
    return now - sent_at >= min(sent_at - issued_at, SENT_AT_LEAST_EVERY)


def note_sent(db: Connection, *, command_id: str, now: datetime) -> None:
    """It was published; it will be again until it is answered."""
    db.execute(update(command).where(command.c.id == command_id).values(sent_at=now))


def note_result(db: Connection, *, agent_id: str, result: CommandResult, now: datetime) -> bool:
    """Keep the agent's answer; False for an unknown command, another agent's or an ended one.

    A command that only our clock has ended is ended by its answer after all: an agent that was
    off-line, or had a configuration on trial, tells later what it did in time.
    """
    open_states = [WAITING]
    if result.outcome is not Outcome.EXPIRED:
        open_states.append(Outcome.EXPIRED.value)
    found = db.execute(
        update(command)
        .where(
            command.c.id == result.command_id,
            command.c.agent_id == agent_id,
            command.c.state.in_(open_states),
        )
        .values(
            state=result.outcome.value,
            detail=result.report or result.detail,
            detail_zh=result.detail_zh or None,
            finished_at=now,
        )
    )
    return found.rowcount == 1


def expire(db: Connection, *, now: datetime) -> int:
    """End commands whose time has passed without an answer; how many."""
    found = db.execute(
        update(command)
        .where(command.c.state == WAITING, command.c.not_after <= now)
        .values(state=Outcome.EXPIRED.value, finished_at=now)
    )
    return found.rowcount


def state_of(db: Connection, *, command_id: str) -> tuple[str, Words]:
    """``(state, answer)`` of a command; NoResultFound when there is no such command."""
    row = db.execute(
        select(command.c.state, command.c.detail, command.c.detail_zh).where(
            command.c.id == command_id
        )
    ).one()
    return row.state, answer_of(row.detail, row.detail_zh)


def answer_of(detail: str, detail_zh: str | None) -> Words:
    """The agent's answer; older agents gave it in English alone, which is better than nothing."""
    return Words(en=detail, zh=detail_zh or detail)
