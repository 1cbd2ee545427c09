"""What is open now, of every kind, in one list: the rows of the first page."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, and_, exists, func, or_, select

from collector.claims.lifecycle import LineState
from collector.store.scope import Scope
from collector.store.tables import (
    claim_case,
    claim_line,
    decision,
    episode,
    finding,
    firmware_case,
    firmware_case_member,
    incident,
    incident_member,
    passive_verdict,
    position,
    site,
    task,
)
from collector.store.views.words import Words, fault_name


class Kind(enum.Enum):
    """What a row stands for."""

    INCIDENT = "incident"
    TASK = "task"
    CLAIM = "claim"
    FIRMWARE = "firmware_case"
    FAULT = "fault"  # open, and its decision is not due yet or stays in shadow
    UNKNOWN = "unknown"  # a device that nobody has heard of in time


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenThing:
    """One thing that is open; ``id`` is a device's for FAULT and UNKNOWN, else its own."""

    kind: Kind
    id: int
    site_id: str
    site_name: str
    device_name: str
    code: str
    what: Words
    since: datetime | None
    state: str = ""
    number: str = ""
    members: int = 0
    verdict_id: int = 0  # of a FAULT that engineers can rule on
    is_done: bool = False  # of a TASK: somebody says so, and the probes have not looked yet


def open_things(db: Connection, scope: Scope) -> tuple[OpenThing, ...]:
    """Everything that is open in the slice, of all kinds, unsorted."""
    return (
        *_incidents(db, scope),
        *_tasks(db, scope),
        *_claims(db, scope),
        *_firmware_cases(db, scope),
        *_faults(db, scope),
        *_unknown_devices(db, scope),
    )


def standings(db: Connection, scope: Scope) -> dict[str, int]:
    """How many devices of the slice stand how."""
    rows = db.execute(
        select(position.c.standing, func.count())
        .where(scope.covers(position.c.organisation_id))
        .group_by(position.c.standing)
    )
    return {str(standing): int(count) for standing, count in rows}


def _incidents(db: Connection, scope: Scope) -> Iterator[OpenThing]:
    members = (
        select(func.count())
        .where(incident_member.c.incident_id == incident.c.id)
        .scalar_subquery()
        .label("members")
    )
    rows = db.execute(
        select(incident, site.c.name.label("site_name"), members)
        .join(site, site.c.id == incident.c.site_id)
        .where(scope.covers(incident.c.organisation_id), incident.c.closed_at.is_(None))
    )
    for row in rows:
        yield OpenThing(
            kind=Kind.INCIDENT,
            id=row.id,
            site_id=row.site_id,
            site_name=row.site_name,
            device_name="",
            code=row.cause,
            what=Words(en=row.text_en, zh=row.text_zh),
            since=row.opened_at,
            members=row.members,
        )


def _tasks(db: Connection, scope: Scope) -> Iterator[OpenThing]:
    rows = db.execute(
        select(task, site.c.name.label("site_name"), position.c.name, position.c.device_id)
        .join(site, site.c.id == task.c.site_id)
        .join(position, position.c.id == task.c.position_id)
        .where(scope.covers(task.c.organisation_id), task.c.closed_at.is_(None))
    )
    for row in rows:
        yield OpenThing(
            kind=Kind.TASK,
            id=row.id,
            site_id=row.site_id,
            site_name=row.site_name,
            device_name=row.name or row.device_id,
            code=row.code,
            what=fault_name(row.code),
            since=row.opened_at,
            state=row.kind,
            is_done=row.done_at is not None,
        )


def _claims(db: Connection, scope: Scope) -> Iterator[OpenThing]:
    code = (
        select(func.min(finding.c.code))
        .where(finding.c.line_id == claim_line.c.id)
        .scalar_subquery()
        .label("code")
    )
    rows = db.execute(
        select(
            claim_line.c.id,
            claim_line.c.site_id,
            claim_line.c.state,
            claim_line.c.opened_at,
            claim_line.c.label_serial,
            claim_line.c.batch,
            claim_case.c.number,
            site.c.name.label("site_name"),
            position.c.name,
            position.c.device_id,
            code,
        )
        .join(claim_case, claim_case.c.id == claim_line.c.case_id)
        .outerjoin(site, site.c.id == claim_line.c.site_id)
        .outerjoin(position, position.c.id == claim_line.c.position_id)
        .where(scope.covers(claim_line.c.organisation_id), claim_line.c.closed_at.is_(None))
    )
    for row in rows:
        yield OpenThing(
            kind=Kind.CLAIM,
            id=row.id,
            site_id=row.site_id or "",
            site_name=row.site_name or "",
            device_name=row.name or row.device_id or row.label_serial or row.batch,
            code=row.code or "",
            what=fault_name(row.code or ""),
            since=row.opened_at,
            state=row.state,
            number=row.number,
        )


_LEFT: Final = (LineState.WITHDRAWN.value, LineState.REJECTED.value)  # nobody works on it


def _firmware_cases(db: Connection, scope: Scope) -> Iterator[OpenThing]:
    """A firmware case is open while a fault of one of its members is, and nobody has ended it."""
    rows = db.execute(
        select(
            firmware_case.c.id,
            firmware_case.c.camera_firmware,
            firmware_case.c.code,
            firmware_case.c.opened_at,
            site.c.id.label("site_id"),
            site.c.name.label("site_name"),
            func.count(episode.c.id).label("members"),
        )
        .join(firmware_case_member, firmware_case_member.c.firmware_case_id == firmware_case.c.id)
        .join(episode, episode.c.id == firmware_case_member.c.episode_id)
        .join(position, position.c.id == firmware_case_member.c.position_id)
        .join(site, site.c.id == position.c.site_id)
        .where(
            scope.covers(firmware_case.c.organisation_id),
            episode.c.cleared_at.is_(None),
            firmware_case.c.state.not_in(_LEFT),
            ~exists().where(  # on the mended version it is a claim, and stands there
                decision.c.episode_id == episode.c.id, decision.c.outcome == "claim"
            ),
        )
        .group_by(
            firmware_case.c.id,
            firmware_case.c.camera_firmware,
            firmware_case.c.code,
            firmware_case.c.opened_at,
            site.c.id,
            site.c.name,
        )
    )
    for row in rows:
        yield OpenThing(
            kind=Kind.FIRMWARE,
            id=row.id,
            site_id=row.site_id,
            site_name=row.site_name,
            device_name=row.camera_firmware,
            code=row.code,
            what=fault_name(row.code),
            since=row.opened_at,
            members=row.members,
        )


def _faults(db: Connection, scope: Scope) -> Iterator[OpenThing]:
    """Open faults whose decision is pending, or which are watched in shadow."""
    rows = db.execute(
        select(
            episode.c.position_id,
            episode.c.code,
            episode.c.onset_at,
            episode.c.state,
            decision.c.outcome,
            passive_verdict.c.decision_id.label("verdict_id"),
            site.c.id.label("site_id"),
            site.c.name.label("site_name"),
            position.c.name,
            position.c.device_id,
        )
        .join(decision, decision.c.episode_id == episode.c.id)
        .outerjoin(passive_verdict, passive_verdict.c.decision_id == decision.c.id)
        .join(position, position.c.id == episode.c.position_id)
        .join(site, site.c.id == position.c.site_id)
        .where(
            scope.covers(episode.c.organisation_id),
            episode.c.cleared_at.is_(None),
            or_(
                and_(
                    decision.c.state == "pending",
                    func.coalesce(decision.c.outcome, "") != "task",  # its task stands here
                ),
                decision.c.outcome == "shadow",
            ),
        )
    )
    for row in rows:
        yield OpenThing(
            kind=Kind.FAULT,
            id=row.position_id,
            site_id=row.site_id,
            site_name=row.site_name,
            device_name=row.name or row.device_id,
            code=row.code,
            what=fault_name(row.code),
            since=row.onset_at,
            state="shadow" if row.outcome == "shadow" else "pending",
            verdict_id=row.verdict_id or 0,
        )


def _unknown_devices(db: Connection, scope: Scope) -> Iterator[OpenThing]:
    """Unknown devices, save those of which an open incident already says so."""
    known = (
        select(incident_member.c.position_id)
        .join(incident, incident.c.id == incident_member.c.incident_id)
        .where(incident.c.closed_at.is_(None), incident_member.c.back_at.is_(None))
    )
    rows = db.execute(
        select(position, site.c.name.label("site_name"))
        .join(site, site.c.id == position.c.site_id)
        .where(
            scope.covers(position.c.organisation_id),
            position.c.standing == "unknown",
            position.c.id.not_in(known),
        )
    )
    for row in rows:
        yield OpenThing(
            kind=Kind.UNKNOWN,
            id=row.id,
            site_id=row.site_id,
            site_name=row.site_name,
            device_name=row.name or row.device_id,
            code="",
            what=Words(en=row.standing_reason, zh=row.standing_reason),
            since=row.standing_at,
        )
