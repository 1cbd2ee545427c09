"""What asking agents for evidence needs of the store: lines, devices, open faults, answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from collector.claims.lifecycle import LineState
from collector.store.commands import WAITING, answer_of
from collector.store.tables import agent, claim_line, command, episode, finding, position
from collector.store.views.words import Words
from shared.command import Outcome, Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceNow:
    """Where a device hangs, and whether it can be reached now."""

    agent_id: str
    device_id: str
    organisation_id: str
    site_id: str
    feed: str  # mains | battery | '' where nobody said
    is_reachable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAnswer:
    """What became of an order: 'waiting' or a value of Outcome, with the agent's words."""

    state: str
    answer: Words
    finished_at: datetime | None


def lines_after(
    db: Connection, states: Collection[LineState], *, after: int, limit: int
) -> tuple[int, ...]:
    """The next open lines in these states that an agent sees, in order, beyond an id."""
    rows = db.execute(
        select(claim_line.c.id)
        .where(
            claim_line.c.state.in_(sorted(state.value for state in states)),
            claim_line.c.closed_at.is_(None),
            claim_line.c.id > after,
        )
        .order_by(claim_line.c.id)
        .limit(limit)
    )
    return tuple(rows.scalars())


def device_now(db: Connection, position_id: int, *, now: datetime) -> DeviceNow | None:
    """The device at a position; None when there is none.

    It is reachable while its agent speaks as it promised, the device is known to stand well or
    at fault, and it is one that can be called.
    """
    row = db.execute(
        select(
            position.c.agent_id,
            position.c.device_id,
            position.c.site_id,
            position.c.standing,
            position.c.feed,
            position.c.contact,
            agent.c.organisation_id,
            agent.c.last_seen_at,
            agent.c.silent_since,
            agent.c.quiet_until,
        )
        .join(agent, agent.c.id == position.c.agent_id)
        .where(position.c.id == position_id)
    ).one_or_none()
    if row is None:
        return None
    speaks = row.last_seen_at is not None and row.silent_since is None
    is_quiet = row.quiet_until is not None and row.quiet_until > now
    return DeviceNow(
        agent_id=row.agent_id,
        device_id=row.device_id,
        organisation_id=row.organisation_id,
        site_id=row.site_id,
        feed=row.feed,
        is_reachable=speaks
        and not is_quiet
        and row.standing in ("ok", "fault")
        and row.contact != "pushes",
    )


def open_fault(db: Connection, line_id: int, *, agent_id: str, codes: Collection[str]) -> str:
    """The agent's identity of the newest open fault of the line with one of these codes; ''."""
    row = db.execute(
        select(episode.c.epoch, episode.c.seq)
        .join(finding, finding.c.episode_id == episode.c.id)
        .where(
            finding.c.line_id == line_id,
            episode.c.agent_id == agent_id,
            episode.c.code.in_(sorted(codes)),
            episode.c.cleared_at.is_(None),
        )
        .order_by(episode.c.id.desc())
        .limit(1)
    ).first()
    return "" if row is None else f"{row.epoch}:{row.seq}"


def waiting_verbs(db: Connection, *, agent_id: str, device_id: str) -> frozenset[Verb]:
    """Verbs that the device still owes an answer to."""
    rows = db.execute(
        select(command.c.verb).where(
            command.c.agent_id == agent_id,
            command.c.device_id == device_id,
            command.c.state == WAITING,
        )
    )
    known = {verb.value: verb for verb in Verb}
    return frozenset(known[verb] for verb in rows.scalars() if verb in known)


def answers(db: Connection, ids: Collection[str], *, now: datetime) -> dict[str, CommandAnswer]:
    """What became of these orders, by id; one past its time is expired."""
    rows = db.execute(select(command).where(command.c.id.in_(sorted(ids)))) if ids else ()
    return {
        row.id: CommandAnswer(
            state=Outcome.EXPIRED.value
            if row.state == WAITING and row.not_after <= now
            else row.state,
            answer=answer_of(row.detail, row.detail_zh),
            finished_at=row.finished_at,
        )
        for row in rows
    }
