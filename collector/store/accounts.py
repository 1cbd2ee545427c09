"""Persons, sessions, API tokens and the setup link; secrets come here only as hashes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from collector.store.scope import Role, Scope
from collector.store.tables import api_token, audit, organisation, person, session, setup_link


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may sign in."""

    id: int
    name: str
    role: Role
    organisation_id: str
    organisation_name: str
    language: str
    password_hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A session that has not expired, and whose it is."""

    person: Person
    csrf: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An API token as it is kept: never the token itself."""

    name: str
    role: Role
    organisation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An organisation that a person may be put into."""

    id: str
    name: str
    kind: str
    parent_id: str | None


def hash_secret(secret: str) -> str:
    """SHA-256 in hex; for random tokens of at least 128 bits, never for passwords."""
    return hashlib.sha256(secret.encode()).hexdigest()


_PERSON = (
    person.c.id,
    person.c.name,
    person.c.role,
    person.c.organisation_id,
    person.c.language,
    person.c.password_hash,
    organisation.c.name.label("organisation_name"),
)
_FROM = person.join(organisation, organisation.c.id == person.c.organisation_id)


def _read_person(row: Row[*tuple[Any, ...]], *, with_hash: bool = False) -> Person:
    return Person(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        organisation_id=row.organisation_id,
        organisation_name=row.organisation_name,
        language=row.language,
        password_hash=row.password_hash if with_hash else "",
    )


def find_person(db: Connection, name: str) -> Person | None:
    """The person of that name, with the password hash; None when nobody may sign in so."""
    row = db.execute(
        select(*_PERSON)
        .select_from(_FROM)
        .where(person.c.name == name, person.c.ended_at.is_(None))
    ).first()
    return None if row is None else _read_person(row, with_hash=True)


def count_people(db: Connection) -> int:
    """How many persons exist; 0 means that the setup link is still needed."""
    return db.execute(select(func.count()).select_from(person)).scalar_one()


def list_people(db: Connection, scope: Scope) -> tuple[Person, ...]:
    """The persons of the slice, by name."""
    rows = db.execute(
        select(*_PERSON)
        .select_from(_FROM)
        .where(scope.covers(person.c.organisation_id), person.c.ended_at.is_(None))
        .order_by(person.c.name)
    )
    return tuple(_read_person(row) for row in rows)


def list_organisations(db: Connection, scope: Scope) -> tuple[Organisation, ...]:
    """The organisations of the slice, by name."""
    rows = db.execute(
        select(organisation).where(scope.covers(organisation.c.id)).order_by(organisation.c.name)
    )
    return tuple(
        Organisation(id=r.id, name=r.name, kind=r.kind, parent_id=r.parent_id) for r in rows
    )


def find_roots(db: Connection) -> tuple[Organisation, ...]:
    """The organisations without a parent: where the first administrator belongs."""
    rows = db.execute(
        select(organisation).where(organisation.c.parent_id.is_(None)).order_by(organisation.c.id)
    )
    return tuple(
        Organisation(id=r.id, name=r.name, kind=r.kind, parent_id=r.parent_id) for r in rows
    )


def add_person(
    db: Connection,
    *,
    name: str,
    password_hash: str,
    role: Role,
    organisation_id: str,
    language: str,
) -> bool:
    """Add a person; False when the name is taken."""
    if db.execute(select(person.c.id).where(person.c.name == name)).first() is not None:
        return False
    db.execute(
        insert(person).values(
            name=name,
            password_hash=password_hash,
            role=role.value,
            organisation_id=organisation_id,
            language=language,
        )
    )
    return True


def set_password_hash(db: Connection, *, person_id: int, password_hash: str) -> None:
    """Replace the hash, as when its cost parameters have become too cheap."""
    db.execute(update(person).where(person.c.id == person_id).values(password_hash=password_hash))


def add_session(
    db: Connection, *, token: str, person_id: int, csrf: str, now: datetime, expires_at: datetime
) -> None:
    """Keep a session under the hash of its cookie."""
    db.execute(
        insert(session).values(
            token_hash=hash_secret(token),
            person_id=person_id,
            csrf=csrf,
            created_at=now,
            expires_at=expires_at,
        )
    )


def find_session(db: Connection, *, token: str, now: datetime) -> OpenSession | None:
    """The session of that cookie; None when unknown or expired."""
    row = db.execute(
        select(*_PERSON, session.c.csrf)
        .select_from(_FROM.join(session, session.c.person_id == person.c.id))
        .where(
            session.c.token_hash == hash_secret(token),
            session.c.expires_at > now,
            person.c.ended_at.is_(None),
        )
    ).first()
    return None if row is None else OpenSession(person=_read_person(row), csrf=row.csrf)


def end_session(db: Connection, *, token: str) -> None:
    """Forget the session of that cookie."""
    db.execute(delete(session).where(session.c.token_hash == hash_secret(token)))


def drop_expired_sessions(db: Connection, *, now: datetime) -> None:
    """Forget sessions that nobody can use any more."""
    db.execute(delete(session).where(session.c.expires_at <= now))


def add_token(
    db: Connection, *, token: str, name: str, role: Role, organisation_id: str, now: datetime
) -> None:
    """Keep an API token as a hash and a prefix by which a leaked one can be found."""
    db.execute(
        insert(api_token).values(
            token_hash=hash_secret(token),
            prefix=token[:12],
            name=name,
            role=role.value,
            organisation_id=organisation_id,
            created_at=now,
        )
    )


def find_token(db: Connection, *, token: str) -> Token | None:
    """What a bearer token may do; None when unknown."""
    row = db.execute(
        select(api_token).where(
            api_token.c.token_hash == hash_secret(token), api_token.c.revoked_at.is_(None)
        )
    ).first()
    if row is None:
        return None
    return Token(name=row.name, role=Role(row.role), organisation_id=row.organisation_id)


def add_setup_link(db: Connection, *, token: str, expires_at: datetime) -> None:
    """Allow one person to be made without a login."""
    db.execute(insert(setup_link).values(token_hash=hash_secret(token), expires_at=expires_at))


def setup_link_holds(db: Connection, *, token: str, now: datetime) -> bool:
    """True while the link is unused, unexpired, and no person exists."""
    found = db.execute(
        select(setup_link.c.token_hash).where(
            setup_link.c.token_hash == hash_secret(token),
            setup_link.c.expires_at > now,
            setup_link.c.used_at.is_(None),
        )
    ).first()
    return found is not None and count_people(db) == 0


def use_setup_link(db: Connection, *, token: str, now: datetime) -> bool:
    """Take the link; False when another request was first or it no longer holds."""
    if not setup_link_holds(db, token=token, now=now):
        return False
    taken = db.execute(
        update(setup_link)
        .where(setup_link.c.token_hash == hash_secret(token), setup_link.c.used_at.is_(None))
        .values(used_at=now)
    )
    return taken.rowcount == 1


def record(db: Connection, *, at: datetime, actor: str, action: str, detail: str) -> None:
    """Append to the audit log; ``detail`` never holds a secret."""
    db.execute(insert(audit).values(at=at, actor=actor, action=action, detail=detail))
