"""Who asks: a person with a session, a program with a token, or nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from collector.store import accounts
from collector.store.scope import Role, Scope, scope_of

SESSION_COOKIE: Final = "preclaim_session"
_BEARER: Final = "Bearer "


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody known: name, slice, and the form key when it is a person in a browser."""

    name: str
    scope: Scope
    organisation_name: str = ""
    organisation_id: str = ""
    language: str = ""
    csrf: str = ""  # '' for programs: their token is in no cookie, so no form can steal it

    @property
    def role(self) -> Role:
        """What the visitor may do."""
        return self.scope.role


def recognise(db: Connection, request: web.Request, now: datetime) -> Visitor | None:
    """The visitor of this request; None for nobody and for tokens that hold no longer."""
    said = request.headers.get("Authorization", "")
    if said.startswith(_BEARER):
        token = accounts.find_token(db, token=said.removeprefix(_BEARER).strip())
        if token is None:
            return None
        scope = scope_of(db, organisation_id=token.organisation_id, role=token.role)
        return Visitor(name=token.name, scope=scope, organisation_id=token.organisation_id)
    cookie = request.cookies.get(SESSION_COOKIE, "")
    session = accounts.find_session(db, token=cookie, now=now) if cookie else None
    if session is None:
        return None
    person = session.person
    return Visitor(
        name=person.name,
        scope=scope_of(db, organisation_id=person.organisation_id, role=person.role),
        organisation_name=person.organisation_name,
        organisation_id=person.organisation_id,
        language=person.language,
        csrf=session.csrf,
    )
