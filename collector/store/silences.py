"""Rows of table silence: who asked for quiet, where, for which fault, and until when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Row, func, select, update

from collector.claims import silence as rules
from collector.claims.silence import Place, Silence, SilenceKind, SilenceScope
from collector.store.scope import Scope
from collector.store.sites_lost import SiteLost
from collector.store.tables import organisation, position, silence, site
from collector.store.upsert import insert_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """By which key a program asks, and for what: two hashes of 64 hex digits."""

    key: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSilence:
    """What somebody asks for, checked; a position's ``site_id`` is that of its site."""

    organisation_id: str
    scope: SilenceScope
    site_id: str | None
    position_id: int | None
    code: str
    kind: SilenceKind
    reason: str
    made_by: str
    starts_at: datetime
    ends_at: datetime
    asked: Asked | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRow:
    """A silence with the names of what it is for."""

    silence: Silence
    organisation_name: str
    site_name: str
    zone: str
    device_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a silence can be for, with its names; found within somebody's slice."""

    scope: SilenceScope
    organisation_id: str
    site_id: str | None = None
    position_id: int | None = None
    site_name: str = ""
    device_name: str = ""
    zone: str = "UTC"


def find_target(db: Connection, scope: Scope, told: str) -> Target | None:
    """What 'organisation:ID', 'site:ID' or 'position:NUMBER' names; None outside the slice.

    A silence of a site or position belongs to whoever the site belongs to.
    """
    word, _, name = told.partition(":")
    if word == SilenceScope.ORGANISATION.value and name in scope.organisation_ids:
        return Target(scope=SilenceScope.ORGANISATION, organisation_id=name)
    places = select(site.c.id, site.c.organisation_id, site.c.name, site.c.zone).where(
        scope.covers(site.c.organisation_id)
    )
    if word == SilenceScope.SITE.value:
        row = db.execute(places.where(site.c.id == name)).one_or_none()
        return row and Target(
            scope=SilenceScope.SITE,
            organisation_id=row.organisation_id,
            site_id=row.id,
            site_name=row.name,
            zone=row.zone,
        )
    if word == SilenceScope.POSITION.value and name.isdecimal() and len(name) < 19:
        row = db.execute(
            places.add_columns(
                position.c.id.label("position_id"),
                position.c.name.label("called"),
                position.c.device_id,
            )
            .join(position, position.c.site_id == site.c.id)
            .where(position.c.id == int(name))
        ).one_or_none()
        return row and Target(
            scope=SilenceScope.POSITION,
            organisation_id=row.organisation_id,
            site_id=row.id,
            position_id=row.position_id,
            site_name=row.name,
            device_name=row.called or row.device_id,
            zone=row.zone,
        )
    return None


def exists(db: Connection, scope: Scope, *, silence_id: int) -> bool:
    """Whether there is such a silence in the slice, over or not."""
    query = select(silence.c.id).where(
        silence.c.id == silence_id, scope.covers(silence.c.organisation_id)
    )
    return db.execute(query).one_or_none() is not None


def add(db: Connection, wanted: NewSilence, *, now: datetime) -> int:
    """Keep it; the caller has checked scope, reason and window. Returns its id."""
    return insert_row(
        db,
        silence,
        organisation_id=wanted.organisation_id,
        scope=wanted.scope.value,
        site_id=wanted.site_id,
        position_id=wanted.position_id,
        code=wanted.code,
        kind=wanted.kind.value,
        reason=wanted.reason,
        made_by=wanted.made_by,
        made_at=now,
        starts_at=wanted.starts_at,
        ends_at=wanted.ends_at,
        asked_key=wanted.asked.key if wanted.asked else None,
        asked_digest=wanted.asked.digest if wanted.asked else "",
    )


def find_asked(db: Connection, scope: Scope, key: str) -> tuple[int, str] | None:
    """``(id, digest)`` of the silence that was asked for by this key; None for a new one."""
    row = db.execute(
        select(silence.c.id, silence.c.asked_digest).where(
            scope.covers(silence.c.organisation_id), silence.c.asked_key == key
        )
    ).one_or_none()
    return None if row is None else (row.id, row.asked_digest)


def end(
    db: Connection, scope: Scope, *, silence_id: int, actor: str, now: datetime
) -> Silence | None:
    """End it now, or take back one that has not begun; None when it is over, or not in the slice.

    What is returned is the silence as it stands now.
    """
    row = db.execute(
        update(silence)
        .where(
            scope.covers(silence.c.organisation_id),
            silence.c.id == silence_id,
            silence.c.ends_at > now,
        )
        .values(ends_at=now, ended_by=actor)
        .returning(silence)
    ).one_or_none()
    return None if row is None else _read(row)


def covering(
    db: Connection, *, position_id: int | None, site_id: str, code: str, at: datetime
) -> Silence | None:
    """The silence that holds there at ``at`` for longest; None when it is not quiet.

    ``position_id`` None and ``code`` '' ask of the site as a whole.
    """
    found = _lasting_beyond(db, at)
    if not found:
        return None
    return rules.covering(found, place_of(db, site_id, position_id), code=code, at=at)


def met_by(
    db: Connection, *, position_id: int, site_id: str, code: str, since: datetime, now: datetime
) -> tuple[Silence, ...]:
    """Every silence that held at some time for a fault that is open ``since``."""
    found = _lasting_beyond(db, since)
    if not found:
        return ()
    place = place_of(db, site_id, position_id)
    return tuple(one for one in found if one.starts_at <= now and rules.is_for(one, place, code))


def without_silenced(db: Connection, found: SiteLost, *, code: str, at: datetime) -> SiteLost:
    """The site without the positions for which this fault is silenced one by one."""
    holding = [
        one
        for one in _lasting_beyond(db, at)
        if one.starts_at <= at
        and one.scope is SilenceScope.POSITION
        and one.site_id == found.site_id
        and one.code in ("", code)
    ]
    if not holding:
        return found
    quiet = {one.position_id for one in holding}
    return replace(
        found, leaves=tuple(leaf for leaf in found.leaves if leaf.position_id not in quiet)
    )


def place_of(db: Connection, site_id: str, position_id: int | None) -> Place:
    """The site's owner and everybody above it; a loop in the tree ends."""
    parents = {row.id: row.parent_id for row in db.execute(select(organisation))}
    above: str | None = db.execute(
        select(site.c.organisation_id).where(site.c.id == site_id)
    ).scalar_one_or_none()
    chain: set[str] = set()
    while above is not None and above not in chain:
        chain.add(above)
        above = parents.get(above)
    return Place(organisations=frozenset(chain), site_id=site_id, position_id=position_id)


def list_silences(
    db: Connection, scope: Scope, *, now: datetime, before: int = 0, limit: int = 200
) -> tuple[SilenceRow, ...]:
    """Those of the slice, newest first; on the first page what is not over comes at the top."""
    query = (
        select(
            silence,
            organisation.c.name.label("organisation_name"),
            func.coalesce(site.c.name, "").label("site_name"),
            func.coalesce(site.c.zone, "UTC").label("zone"),
            func.coalesce(func.nullif(position.c.name, ""), position.c.device_id, "").label(
                "device_name"
            ),
        )
        .join(organisation, organisation.c.id == silence.c.organisation_id)
        .outerjoin(site, site.c.id == silence.c.site_id)
        .outerjoin(position, position.c.id == silence.c.position_id)
        .where(scope.covers(silence.c.organisation_id))
    )
    if before:
        query = query.where(silence.c.id < before)
    rows = db.execute(query.order_by(silence.c.id.desc()).limit(limit))
    found = [
        SilenceRow(
            silence=_read(row),
            organisation_name=row.organisation_name,
            site_name=row.site_name,
            zone=row.zone,
            device_name=row.device_name,
        )
        for row in rows
    ]
    return tuple(found if before else sorted(found, key=lambda row: row.silence.ends_at <= now))


def _lasting_beyond(db: Connection, moment: datetime) -> list[Silence]:
    """Those that end after ``moment``: few, whatever the fleet's size."""
    return [_read(row) for row in db.execute(select(silence).where(silence.c.ends_at > moment))]


def _read(row: Row[tuple[object, ...]]) -> Silence:
    known = row._mapping
    return Silence(
        id=known["id"],
        organisation_id=known["organisation_id"],
        scope=SilenceScope(known["scope"]),
        site_id=known["site_id"],
        position_id=known["position_id"],
        code=known["code"],
        kind=SilenceKind(known["kind"]),
        reason=known["reason"],
        made_by=known["made_by"],
        starts_at=known["starts_at"],
        ends_at=known["ends_at"],
        ended_by=known["ended_by"],
    )
