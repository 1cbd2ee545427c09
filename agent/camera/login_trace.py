"""What one pass saw of logging in, by service: offers, attempts, a lock; no secret is in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from agent.camera.digest import read_schemes
from agent.camera.lock import Lock
from agent.camera.login_facts import Attempt, Met, Offer, Service
from agent.camera.port import LoginKind

_MAX_ATTEMPTS: Final = 32
_MAX_OFFERS: Final = 8
_SAID_CHARS: Final = 160


def read_offers(headers: Iterable[str]) -> tuple[Offer, ...]:
    """The challenges of WWW-Authenticate headers, in the device's order."""
    found = [
        Offer(scheme=scheme[:20], algorithm=said.get("algorithm"))
        for scheme, said in read_schemes(headers)
    ]
    return tuple(dict.fromkeys(found))[:_MAX_OFFERS]


@dataclass(slots=True)
class Trace:
    """Collects them; ``offers`` are kept from pass to pass, for they cost nothing to know."""

    offers: dict[Service, tuple[Offer, ...]] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    seen: set[Service] = field(default_factory=set)  # whose offers were seen in this pass
    lock: Lock | None = None

    def note_offers(self, service: Service, headers: Iterable[str]) -> None:
        """Remember what a 401 offers; one without any challenge says nothing."""
        found = read_offers(headers)
        if found:
            self.offers[service] = found
            self.seen.add(service)

    def note(
        self,
        service: Service,
        kind: LoginKind,
        met: Met,
        *,
        status: int | None = None,
        said: str = "",
    ) -> None:
        """Remember an attempt; the same twice is one."""
        said = " ".join(said.split())[:_SAID_CHARS]
        attempt = Attempt(service=service, kind=kind, met=met, status=status, said=said)
        if attempt not in self.attempts and len(self.attempts) < _MAX_ATTEMPTS:
            self.attempts.append(attempt)
