"""Who may send what: from a user with a password, a token or a topic to one device; pure.

Only digests are kept, and they are compared in constant time. An unknown user costs the same
comparison as a known one.
"""

from __future__ import annotations

from collections.abc import Iterable

from agent.config import Device
from agent.secret_digest import fits


class Senders:
    """The devices of this agent that push, by what they are known by."""

    def __init__(self, devices: Iterable[Device]) -> None:
        pushing = [(device.device_id, device.push) for device in devices if device.push]
        self._by_user = {
            push.user: (push.password_sha256, name) for name, push in pushing if push.user
        }
        self._by_token = [(push.token_sha256, name) for name, push in pushing if push.token_sha256]
        self._by_topic = {push.topic_name: name for name, push in pushing if push.topic_name}

    def of_login(self, user: str, password: str) -> str | None:
        """The device that this login is of."""
        kept, name = self._by_user.get(user, (None, None))
        return name if fits(kept, password) else None

    def of_token(self, token: str) -> str | None:
        """The device that this token is of; every token is compared, whichever fits."""
        found = None
        for kept, name in self._by_token:
            if fits(kept, token):
                found = name
        return found

    def of_topic(self, name: str) -> str | None:
        """The device that this level of a topic names; who may write it is the broker's word."""
        return self._by_topic.get(name)

    def logins(self) -> tuple[tuple[str, bytes, str], ...]:
        """User, digest and device, for the process that serves FTP."""
        return tuple((user, digest, name) for user, (digest, name) in self._by_user.items())
