"""Firmware profiles for people: what rests on which, and what engineers confirmed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Integer, Row, case, func, select

from collector.claims.profiles import ProfileKey, Standing
from collector.store.profiles import IS_GATED
from collector.store.scope import Scope
from collector.store.tables import claim_line, episode, finding, profile_ruling
from shared.profile import UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingRow:
    """What an engineer said of the readings of a fault."""

    ruling: str
    note: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRow:
    """The profile behind a finding; the newest ruling, which holds, comes first."""

    id: str
    hash: str
    status: str
    names: frozenset[str]  # of the readings that it extracted
    standing: Standing
    rulings: tuple[RulingRow, ...] = ()

    @property
    def waits(self) -> bool:
        """True while an engineer has not compared the readings with the device."""
        return self.standing is Standing.UNPROVEN

    @property
    def may_be_ruled(self) -> bool:
        """True for what an unproven profile read."""
        return self.standing is not Standing.FREE


@dataclass(frozen=True, slots=True, kw_only=True)
class UseRow:
    """A profile on a model with a firmware, as findings in the slice have it."""

    key: ProfileKey
    status: str
    findings: int
    waiting: int  # in lines that are open
    next_line: int | None  # the oldest that waits


def read_profile(row: Row[Any], rulings: tuple[RulingRow, ...]) -> ProfileRow | None:
    """The profile behind an episode joined with its finding; None where none extracted it."""
    if not row.profile_status and not row.is_gated:
        return None
    ruled = Standing(row.profile_ruled) if row.profile_ruled else Standing.UNPROVEN
    return ProfileRow(
        id=row.profile_id,
        hash=row.profile_hash,
        status=row.profile_status or UNKNOWN,
        names=frozenset(msgspec.json.decode(row.profile_names, type=tuple[str, ...])),
        standing=ruled if row.is_gated else Standing.FREE,
        rulings=rulings,
    )


def list_rulings(
    db: Connection, scope: Scope, episodes: Iterable[int]
) -> dict[int, tuple[RulingRow, ...]]:
    """What was said of each of these faults, the newest first."""
    rows = db.execute(
        select(profile_ruling)
        .where(
            scope.covers(profile_ruling.c.organisation_id),
            profile_ruling.c.episode_id.in_(list(episodes)),
        )
        .order_by(profile_ruling.c.id.desc())
    )
    found: dict[int, tuple[RulingRow, ...]] = {}
    for row in rows:
        told = RulingRow(ruling=row.ruling, note=row.note, actor=row.actor, at=row.at)
        found[row.episode_id] = (*found.get(row.episode_id, ()), told)
    return found


def list_uses(db: Connection, scope: Scope) -> tuple[UseRow, ...]:
    """Every profile that findings in the slice rest on, those that wait first."""
    waits = IS_GATED & (finding.c.profile_ruled == "") & claim_line.c.closed_at.is_(None)
    waiting = func.sum(case((waits, 1), else_=0)).cast(Integer)
    newest = select(func.max(profile_ruling.c.id)).group_by(profile_ruling.c.episode_id)
    ruled = (
        select(profile_ruling.c.episode_id, profile_ruling.c.model)
        .where(profile_ruling.c.id.in_(newest))
        .subquery()
    )
    model = func.coalesce(ruled.c.model, claim_line.c.model)
    key = (
        episode.c.profile_id,
        episode.c.profile_hash,
        episode.c.profile_status,
        model,
        episode.c.firmware,
    )
    rows = db.execute(
        select(
            *key[:3],
            model.label("model"),
            episode.c.firmware,
            func.count().label("findings"),
            waiting.label("waiting"),
            func.min(case((waits, claim_line.c.id))).label("next_line"),
        )
        .select_from(finding)
        .join(episode, episode.c.id == finding.c.episode_id)
        .join(claim_line, claim_line.c.id == finding.c.line_id)
        .outerjoin(ruled, ruled.c.episode_id == episode.c.id)
        .where(scope.covers(finding.c.organisation_id), episode.c.profile_status != "")
        .group_by(*key)
        .order_by(waiting.desc(), *key)
    )
    return tuple(
        UseRow(
            key=ProfileKey(
                id=row.profile_id, hash=row.profile_hash, model=row.model, firmware=row.firmware
            ),
            status=row.profile_status,
            findings=row.findings,
            waiting=row.waiting,
            next_line=row.next_line,
        )
        for row in rows
    )
