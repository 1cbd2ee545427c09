"""One request, with all that a page needs to answer it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from aiohttp import web

from collector.store.scope import Scope
from collector.web.house import House
from collector.web.visitor import Visitor
from collector.web.voice import Voice

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request after the gate: who asks is known, and the language is chosen."""

    request: web.Request
    house: House
    visitor: Visitor | None
    voice: Voice
    now: datetime

    @property
    def known(self) -> Visitor:
        """The visitor of a route that admits nobody unknown."""
        if self.visitor is None:
            raise web.HTTPUnauthorized
        return self.visitor

    @property
    def scope(self) -> Scope:
        """The slice of the store that this visitor sees."""
        return self.known.scope

    @property
    def address(self) -> str:
        """Where the visitor is, as far as the configured proxies may say."""
        return self.house.proxies.client_of(
            self.request.remote or "", self.request.headers.getall("X-Forwarded-For", [])
        )

    def asked(self, name: str, *, longest: int = 120) -> str:
        """A query parameter, cut to a sane length; '' when absent."""
        return self.request.query.get(name, "").strip()[:longest]

    def number(self, name: str) -> int:
        """A number of the path; 404 when no database could hold it."""
        text = self.request.match_info[name]
        value = int(text) if len(text) <= 10 else 2**31  # Python reads no endless number
        if value >= 2**31:
            raise web.HTTPNotFound
        return value


def found(thing: T | None) -> T:
    """The thing, or 404: what lies outside the slice does not exist for this visitor."""
    if thing is None:
        raise web.HTTPNotFound
    return thing
