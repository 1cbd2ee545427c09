"""Rows of incident and incident_member: one open incident per site and cause."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select, update

from collector.claims.outage import Root
from collector.claims.problem import Both
from collector.store.tables import decision, incident, incident_member
from collector.store.upsert import insert_into, insert_row

_LOSSES_KEPT: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Covering:
    """An open incident of a site, for a decision about one of its positions."""

    id: int
    root: str
    began_at: datetime
    text_en: str
    text_zh: str
    away: frozenset[int]  # positions that are lost with it now


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What an incident is about now, in a stored word and in both languages."""

    cause: str
    text: Both


def open_(
    db: Connection,
    root: Root,
    *,
    organisation_id: str,
    site_id: str,
    telling: Telling,
    now: datetime,
) -> int:
    """Open an incident; IntegrityError when the site has one of this root. Returns its id."""
    incident_id = insert_row(
        db,
        incident,
        organisation_id=organisation_id,
        site_id=site_id,
        cause=telling.cause,
        text_en=telling.text.en,
        text_zh=telling.text.zh,
        opened_at=now,
        level=root.node.level.value,
        root=str(root.node),
        began_at=root.since,
        losses_json=json.dumps([now.isoformat()]),
    )
    add_members(db, root.lost, incident_id=incident_id, organisation_id=organisation_id)
    return incident_id


def restate(db: Connection, root: Root, *, incident_id: int, telling: Telling) -> None:
    """The same outage is known better now, or a smaller part of it is left."""
    db.execute(
        update(incident)
        .where(incident.c.id == incident_id)
        .values(
            level=root.node.level.value,
            root=str(root.node),
            cause=telling.cause,
            text_en=telling.text.en,
            text_zh=telling.text.zh,
        )
    )


def flap(db: Connection, *, incident_id: int, telling: Telling) -> None:
    """It comes and goes: from now on it stays open until it is calm."""
    db.execute(
        update(incident)
        .where(incident.c.id == incident_id)
        .values(
            is_flapping=True,
            cause=telling.cause,
            text_en=telling.text.en,
            text_zh=telling.text.zh,
        )
    )


def reopen(db: Connection, *, incident_id: int) -> None:
    """It was not over: what came back is lost again."""
    db.execute(update(incident).where(incident.c.id == incident_id).values(closed_at=None))


def note_loss(db: Connection, *, incident_id: int, now: datetime) -> None:
    """It began once more."""
    known = db.execute(
        select(incident.c.losses_json).where(incident.c.id == incident_id)
    ).scalar_one()
    kept = [*json.loads(known), now.isoformat()][-_LOSSES_KEPT:]
    db.execute(
        update(incident).where(incident.c.id == incident_id).values(losses_json=json.dumps(kept))
    )


def losses_of(told: str) -> list[datetime]:
    """When an incident began, each time."""
    return [datetime.fromisoformat(moment) for moment in json.loads(told)]


def losses_since(db: Connection, *, site_id: str, root: str, since: datetime) -> int:
    """How often this cause was lost at the site since then, in whichever incident."""
    rows = db.execute(
        select(incident.c.losses_json).where(incident.c.site_id == site_id, incident.c.root == root)
    ).scalars()
    return sum(moment >= since for told in rows for moment in losses_of(told))


def add_members(
    db: Connection, lost: Mapping[int, datetime], *, incident_id: int, organisation_id: str
) -> None:
    """These positions are lost with it, since then; one that was back is lost again."""
    if not lost:
        return
    made = insert_into(db, incident_member)
    db.execute(
        made.on_conflict_do_update(
            index_elements=["incident_id", "position_id"],
            set_={"lost_at": made.excluded.lost_at, "back_at": None},
            where=incident_member.c.lost_at.is_(None) | incident_member.c.back_at.is_not(None),
        ),
        [
            {
                "incident_id": incident_id,
                "organisation_id": organisation_id,
                "position_id": position_id,
                "lost_at": since,
            }
            for position_id, since in lost.items()
        ],
    )


def note_back(db: Connection, positions: Iterable[int], *, incident_id: int, now: datetime) -> None:
    """These positions are heard again."""
    db.execute(
        update(incident_member)
        .where(
            incident_member.c.incident_id == incident_id,
            incident_member.c.position_id.in_(list(positions)),
            incident_member.c.back_at.is_(None),
        )
        .values(back_at=now)
    )


def name_episode(
    db: Connection, *, incident_id: int, organisation_id: str, position_id: int, episode_id: int
) -> None:
    """The episode of a member that says so; one that was not counted as lost becomes a member."""
    made = insert_into(db, incident_member).values(
        incident_id=incident_id,
        organisation_id=organisation_id,
        position_id=position_id,
        episode_id=episode_id,
    )
    db.execute(
        made.on_conflict_do_update(
            index_elements=["incident_id", "position_id"], set_={"episode_id": episode_id}
        )
    )


def merge(db: Connection, *, incident_id: int, into: int, now: datetime) -> None:
    """A higher cause explains it: it ends in that one, with its members and what it decided."""
    known = db.execute(
        select(incident_member).where(incident_member.c.incident_id == incident_id)
    ).all()
    for row in known:
        made = insert_into(db, incident_member).values(
            incident_id=into,
            organisation_id=row.organisation_id,
            position_id=row.position_id,
            episode_id=row.episode_id,
            lost_at=row.lost_at,
            back_at=row.back_at,
        )
        db.execute(made.on_conflict_do_nothing(index_elements=["incident_id", "position_id"]))
    db.execute(
        update(decision).where(decision.c.incident_id == incident_id).values(incident_id=into)
    )
    db.execute(
        update(incident).where(incident.c.id == incident_id).values(closed_at=now, merged_into=into)
    )


def close(db: Connection, *, incident_id: int, now: datetime) -> None:
    """The outage is over."""
    db.execute(update(incident).where(incident.c.id == incident_id).values(closed_at=now))


def open_at(db: Connection, *, site_id: str) -> tuple[Covering, ...]:
    """The incidents open at the site, the oldest first; storms are of no single site."""
    rows = db.execute(
        select(incident)
        .where(
            incident.c.site_id == site_id,
            incident.c.closed_at.is_(None),
            incident.c.level != "storm",
        )
        .order_by(incident.c.id)
    ).all()
    away: dict[int, set[int]] = {}
    for member in db.execute(
        select(incident_member.c.incident_id, incident_member.c.position_id).where(
            incident_member.c.incident_id.in_([row.id for row in rows]),
            incident_member.c.back_at.is_(None),
        )
    ):
        away.setdefault(member.incident_id, set()).add(member.position_id)
    return tuple(
        Covering(
            id=row.id,
            root=row.root,
            began_at=row.began_at or row.opened_at,
            text_en=row.text_en,
            text_zh=row.text_zh,
            away=frozenset(away.get(row.id, ())),
        )
        for row in rows
    )
