"""What became of logins at a device; frozen facts, and no secret is in them."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from agent.camera.port import LoginKind

KINDS: Final = {
    "md5": LoginKind.DIGEST_MD5,
    "md5-sess": LoginKind.DIGEST_MD5,
    "sha-256": LoginKind.DIGEST_SHA256,
    "sha-256-sess": LoginKind.DIGEST_SHA256,
}
"""Algorithms of Digest by their name in lower case; an absent one means MD5 (RFC 2617)."""


class Service(enum.Enum):
    """Which server of the device asked for the login; each may have accounts of its own."""

    ONVIF = "onvif"
    HTTP = "http"  # the vendor's pages, snapshots
    RTSP = "rtsp"


class Met(enum.Enum):
    """What became of a login."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    FORBIDDEN = "forbidden"  # the login works, this user may not do that
    LOCKED = "locked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One challenge as the device wrote it; ``algorithm`` None when it wrote none."""

    scheme: str  # in lower case
    algorithm: str | None = None

    @property
    def kind(self) -> LoginKind | None:
        """The kind of Digest; None for another scheme or an algorithm that we do not know."""
        return KINDS.get((self.algorithm or "md5").lower()) if self.scheme == "digest" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One login and what became of it."""

    service: Service
    kind: LoginKind
    met: Met
    own_time: bool = False  # WS-UsernameToken signed by this recorder's clock, not the device's
    status: int | None = None  # of HTTP or RTSP
    said: str = ""  # the device's words, or the operation that was forbidden
