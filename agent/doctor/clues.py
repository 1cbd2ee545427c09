"""What is known when a login fails: frozen facts, gathered at the edge and judged elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from agent.camera.knocked import Knocked
from agent.camera.lock import Lock
from agent.camera.login_facts import Attempt, Met, Offer, Service
from agent.camera.password_traits import PasswordTraits
from agent.camera.port import LoginKind
from agent.wrong import Both

DST_S: Final = 3600.0
DST_TOLERANCE_S: Final = 120.0
"""Clocks that are wrong by an hour drift besides; two minutes are far from any other cause."""
_WSSE_OR_UNKNOWN: Final = (LoginKind.NONE, LoginKind.WSSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """What the configuration says of the recorder; ``speaks`` empty: nobody has said."""

    login: LoginKind = LoginKind.NONE
    speaks: frozenset[LoginKind] = frozenset()

    @property
    def may_sign(self) -> bool:
        """Whether it signs by WS-UsernameToken, as far as anybody knows."""
        return self.login in _WSSE_OR_UNKNOWN

    def lacks(self, kind: LoginKind) -> bool | None:
        """Whether it cannot speak a kind of Digest; None when nobody has said."""
        if self.speaks:
            return kind not in self.speaks
        if self.login in (LoginKind.DIGEST_MD5, LoginKind.DIGEST_SHA256):
            return self.login is not kind
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Where the stream is; ``status`` None when nobody asked."""

    path: str = ""  # as the device states it
    status: int | None = None  # of DESCRIBE there, with the login
    works_at: str = ""  # another path that answers 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """Everything that the doctor judges by."""

    attempts: tuple[Attempt, ...] = ()
    offers: Mapping[Service, tuple[Offer, ...]] = field(default_factory=dict)
    skew_s: float | None = None  # device minus ours
    knocked: Knocked | None = None  # what was asked without credentials
    lock: Lock | None = None
    password: PasswordTraits | None = None
    recorder: Recorder = Recorder()
    stream: Stream = Stream()
    known_issues: tuple[Both, ...] = ()  # of the firmware, in words
    keeps_old_hash: bool = False  # one of them is the MD5 hash that outlives an update
    stopped_by: Both | None = None  # what ended the examination below the login

    def met(
        self, what: Met, *services: Service, own_time: bool = False, kind: LoginKind | None = None
    ) -> tuple[Attempt, ...]:
        """Attempts with this outcome at these services (any when none is named)."""
        return tuple(
            one
            for one in self.attempts
            if one.met is what
            and one.own_time is own_time
            and (not services or one.service in services)
            and (kind is None or one.kind is kind)
        )

    def kinds_offered(self, service: Service) -> tuple[LoginKind, ...]:
        """The kinds of Digest that a service offers, in its order."""
        kinds = (offer.kind for offer in self.offers.get(service, ()))
        return tuple(dict.fromkeys(kind for kind in kinds if kind is not None))

    def has_other(self, refused: Attempt) -> bool:
        """Whether the password is right somewhere, and this service offers another algorithm."""
        others = [kind for kind in self.kinds_offered(refused.service) if kind is not refused.kind]
        return bool(others) and bool(self.met(Met.ACCEPTED))

    def is_shut(self, service: Service) -> bool:
        """Whether every algorithm that a service offers was refused there."""
        refused = {one.kind for one in self.met(Met.REFUSED, service)}
        return bool(refused) and set(self.kinds_offered(service)) <= refused
