"""Takes rights away: a person may no longer sign in, a token opens nothing, sessions end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from collector.store.scope import Scope
from collector.store.tables import api_token, organisation, person, session


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """One API token as administrators see it; the token itself is never kept."""

    token_hash: str
    prefix: str
    name: str
    role: str
    organisation_name: str
    created_at: datetime


def list_tokens(db: Connection, scope: Scope) -> tuple[TokenRow, ...]:
    """The tokens of the slice that still open something, by name."""
    rows = db.execute(
        select(api_token, organisation.c.name.label("organisation_name"))
        .join(organisation, organisation.c.id == api_token.c.organisation_id)
        .where(scope.covers(api_token.c.organisation_id), api_token.c.revoked_at.is_(None))
        .order_by(api_token.c.name, api_token.c.created_at)
    )
    return tuple(
        TokenRow(
            token_hash=row.token_hash,
            prefix=row.prefix,
            name=row.name,
            role=row.role,
            organisation_name=row.organisation_name,
            created_at=row.created_at,
        )
        for row in rows
    )


def revoke_token(db: Connection, scope: Scope, *, token_hash: str, now: datetime) -> str | None:
    """Revoke a token; its name, or None when the slice has no such token."""
    return db.execute(
        update(api_token)
        .where(
            scope.covers(api_token.c.organisation_id),
            api_token.c.token_hash == token_hash,
            api_token.c.revoked_at.is_(None),
        )
        .values(revoked_at=now)
        .returning(api_token.c.name)
    ).scalar_one_or_none()


def end_person(db: Connection, scope: Scope, *, person_id: int, now: datetime) -> str | None:
    """Let a person sign in no more and end all their sessions; the name, or None when unknown."""
    name = db.execute(
        update(person)
        .where(
            scope.covers(person.c.organisation_id),
            person.c.id == person_id,
            person.c.ended_at.is_(None),
        )
        .values(ended_at=now)
        .returning(person.c.name)
    ).scalar_one_or_none()
    if name is not None:
        db.execute(delete(session).where(session.c.person_id == person_id))
    return name


def end_sessions(db: Connection, *, person_id: int) -> None:
    """End every session of a person, as after a new password."""
    db.execute(delete(session).where(session.c.person_id == person_id))
