"""What a claim line's origin is asked about: its leading fault, its device, its own past."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from collector.claims.origin.facts import Other
from collector.store import aliases
from collector.store.tables import (
    claim_line,
    episode,
    finding,
    manifest,
    manifest_item,
    position,
    reading_latest,
    telemetry_day,
)
from collector.telemetry.samples import DAY_S, moment_of
from shared.catalogue import CATALOGUE
from shared.device import Alias
from shared.notes import ACCEPTED
from shared.reading import Quality

LOOK_BACK = timedelta(days=60)
# The first day of telemetry is known by its date alone.
_SAME_BEGINNING = timedelta(days=1, hours=12)
_ACCEPTED_UNNAMED = "device: not known then"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The fault that leads the line, and where it is."""

    line_id: int
    organisation_id: str
    site_id: str
    position_id: int
    agent_id: str
    label_serial: str
    model: str
    component: str
    episode_id: int
    code: str
    onset_at: datetime
    proof: str
    firmware: str
    aliases: tuple[Alias, ...]
    hangs_here: bool  # the device of the line is the one at the position now
    serial_since: datetime | None


def read(db: Connection, line_id: int) -> Subject | None:
    """The subject; None for a line without findings. Of its part's faults the first leads."""
    rows = db.execute(
        select(
            claim_line,
            episode.c.id.label("episode_id"),
            episode.c.code,
            episode.c.onset_at,
            episode.c.proof,
            episode.c.firmware,
            episode.c.aliases,
            position.c.agent_id,
            position.c.label_serial.label("serial_here"),
            position.c.serial_since,
        )
        .join(finding, finding.c.line_id == claim_line.c.id)
        .join(episode, episode.c.id == finding.c.episode_id)
        .join(position, position.c.id == claim_line.c.position_id)
        .where(claim_line.c.id == line_id)
        .order_by(episode.c.onset_at, episode.c.id)
    ).all()
    if not rows:
        return None
    row = next((one for one in rows if _component(one.code) == one.component), rows[0])
    return Subject(
        line_id=row.id,
        organisation_id=row.organisation_id,
        site_id=row.site_id,
        position_id=row.position_id,
        agent_id=row.agent_id,
        label_serial=row.label_serial,
        model=row.model,
        component=row.component,
        episode_id=row.episode_id,
        code=row.code,
        onset_at=row.onset_at,
        proof=row.proof,
        firmware=row.firmware,
        aliases=aliases.read(row.aliases),
        hangs_here=row.serial_here == row.label_serial,
        serial_since=row.serial_since,
    )


def _component(code: str) -> str:
    entry = CATALOGUE.get(code)
    return entry.component.value if entry else "none"


def first_seen(db: Connection, subject: Subject) -> datetime | None:
    """When this device was first heard at the position; None when that cannot be told.

    A position that was heard of before its serial was known may have had another device then, or
    the same one whose serial was learnt late: only an earlier serial on record tells a swap.
    """
    if not subject.hangs_here or subject.serial_since is None:
        return None
    traces = [at for at in (_first_day(db, subject), _first_fault(db, subject)) if at is not None]
    earliest = min(traces, default=subject.serial_since)
    if earliest >= subject.serial_since - _SAME_BEGINNING:
        return subject.serial_since
    return subject.serial_since if had_another_device(db, subject) else None


def had_another_device(db: Connection, subject: Subject) -> bool:
    """Whether a fault of another serial is on record at the position."""
    found = select(episode.c.id).where(
        episode.c.position_id == subject.position_id,
        episode.c.label_serial.not_in(("", subject.label_serial)),
        episode.c.onset_at < subject.onset_at,
    )
    return db.execute(found.limit(1)).first() is not None


def _first_day(db: Connection, subject: Subject) -> datetime | None:
    day = db.execute(
        select(func.min(telemetry_day.c.day)).where(
            telemetry_day.c.position_id == subject.position_id
        )
    ).scalar_one_or_none()
    return None if day is None else moment_of(day * DAY_S)


def _first_fault(db: Connection, subject: Subject) -> datetime | None:
    return db.execute(
        select(func.min(episode.c.opened_at, type_=episode.c.opened_at.type)).where(
            episode.c.position_id == subject.position_id
        )
    ).scalar_one_or_none()


def other_faults(
    db: Connection, subject: Subject, *, first_seen_at: datetime | None
) -> tuple[Other, ...]:
    """Other faults of this device here that began in the 60 days before, or since."""
    rows = db.execute(
        select(episode.c.code, episode.c.onset_at)
        .where(
            episode.c.position_id == subject.position_id,
            episode.c.id != subject.episode_id,
            episode.c.label_serial.in_(("", subject.label_serial)),
            episode.c.onset_at >= subject.onset_at - LOOK_BACK,
        )
        .order_by(episode.c.onset_at)
    )
    return tuple(
        Other(
            code=row.code,
            before=subject.onset_at - row.onset_at,
            since_first=None if first_seen_at is None else row.onset_at - first_seen_at,
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DayZero:
    """What is told of a device's acceptance; ``accepted`` None: nothing is."""

    accepted: bool | None = None
    refused_for: str = ""


def day_zero(db: Connection, subject: Subject) -> DayZero:
    """What the acceptance of this device came to before the onset, as the agent told it last.

    Agents of before told it by the accepted picture alone, which goes beside a picture fault.
    """
    row = db.execute(
        select(reading_latest.c.value_json, reading_latest.c.taken_at).where(
            reading_latest.c.position_id == subject.position_id,
            reading_latest.c.name == "acceptance.result",
            reading_latest.c.quality == Quality.GOOD.value,
        )
    ).one_or_none()
    if row is not None and _is_of_this(subject, row.taken_at):
        said = str(json.loads(row.value_json))
        accepted = said == "accepted"
        return DayZero(accepted=accepted, refused_for="" if accepted else said)
    return DayZero(accepted=_was_pictured(db, subject))


def _is_of_this(subject: Subject, at: datetime) -> bool:
    """Said before the onset, and of the device that hangs here since: acceptance comes first."""
    if not subject.hangs_here or subject.serial_since is None:
        return False
    return subject.serial_since - timedelta(days=1) <= at <= subject.onset_at


def _was_pictured(db: Connection, subject: Subject) -> bool | None:
    notes = db.execute(
        select(manifest_item.c.note)
        .join(manifest, manifest.c.id == manifest_item.c.manifest_id)
        .where(
            manifest.c.position_id == subject.position_id,
            manifest_item.c.note.startswith(ACCEPTED, autoescape=True),
            manifest_item.c.taken_at < subject.onset_at,
        )
        .distinct()
    ).scalars()
    named = [alias.value for alias in subject.aliases]
    for note in notes:
        if _ACCEPTED_UNNAMED in note or any(name in note for name in named):
            return True
    return None
