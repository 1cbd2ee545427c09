"""What is asked of both clients, and what came of it: the seam between parent and child."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import msgspec

MOST_PROFILES = 16  # of a recorder with many channels
ANSWER_CAP_BYTES = 512 * 1024  # what the child may say


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Where and how the child asks; goes over its standard input, never over its arguments."""

    services: Mapping[str, str]  # namespace to URL on the device itself
    user: str
    password: str = field(repr=False)
    kind: str  # how our own login worked: "wsse", "digest-md5", "digest-sha256", "none"
    offset_s: float  # the device's clock minus ours
    fingerprint: str  # of its certificate, "sha256:..."; '' where none is pinned
    ca: str
    profile: str  # token of the media profile that we watch
    video_source: str

    def packed(self) -> bytes:
        """As the child reads it."""
        return msgspec.json.encode(asdict(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What one client read, by field; what it could not read has a reason."""

    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)  # operation to reason
    requests: int = 0
    refusals: int = 0  # logins that were refused: the child stops at the first


def read_question(packed: bytes) -> Question:
    """The parent's question."""
    return msgspec.json.decode(packed, type=Question)


def read_opinion(packed: bytes) -> Opinion:
    """The child's answer; msgspec.ValidationError or DecodeError when it is none."""
    return msgspec.json.decode(packed, type=Opinion)


def text_of(value: Any) -> str | None:
    """One value as both sides write it; None for what is absent."""
    if value is None or value == "":
        return None
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value).strip() or None
