"""Rows of profile_ruling: what engineers said of the readings that unproven profiles extracted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, insert, select, update

from collector.claims.profiles import Confirmed, ProfileKey, Vote
from collector.store.profiles import Extracted
from collector.store.tables import finding, profile_ruling


def add_ruling(
    db: Connection,
    found: Extracted,
    key: ProfileKey,
    *,
    said: Confirmed,
    note: str,
    actor: str,
    now: datetime,
) -> None:
    """Append what an engineer said; from now on it holds for every line with this fault."""
    db.execute(
        insert(profile_ruling).values(
            episode_id=found.episode_id,
            organisation_id=found.organisation_id,
            profile_id=key.id,
            profile_hash=key.hash,
            profile_status=found.status,
            model=key.model,
            firmware=key.firmware,
            position_id=found.position_id,
            ruling=said.value,
            note=note,
            actor=actor,
            at=now,
        )
    )
    db.execute(
        update(finding)
        .where(finding.c.episode_id == found.episode_id)
        .values(profile_ruled=said.value)
    )


def newest_ruling(db: Connection, episode_id: int) -> tuple[Confirmed, str, str] | None:
    """What holds of this fault, the note and who said it; None while nobody has."""
    row = db.execute(
        select(profile_ruling)
        .where(profile_ruling.c.episode_id == episode_id)
        .order_by(profile_ruling.c.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else (Confirmed(row.ruling), row.note, row.actor)


def votes(db: Connection, key: ProfileKey | None = None) -> dict[ProfileKey, list[Vote]]:
    """The rulings that hold, in their order, by key; of one when it is named."""
    newest = select(func.max(profile_ruling.c.id)).group_by(profile_ruling.c.episode_id)
    query = select(profile_ruling).where(profile_ruling.c.id.in_(newest))
    if key is not None:
        query = query.where(_is_of(key))
    found: dict[ProfileKey, list[Vote]] = {}
    for row in db.execute(query.order_by(profile_ruling.c.id)):
        of = ProfileKey(
            id=row.profile_id, hash=row.profile_hash, model=row.model, firmware=row.firmware
        )
        vote = Vote(device=row.position_id, engineer=row.actor, said=Confirmed(row.ruling))
        found.setdefault(of, []).append(vote)
    return found


def _is_of(key: ProfileKey) -> ColumnElement[bool]:
    table = profile_ruling.c
    return and_(
        table.profile_id == key.id,
        table.profile_hash == key.hash,
        table.model == key.model,
        table.firmware == key.firmware,
    )
