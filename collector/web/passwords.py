"""Passwords: argon2id with the library's defaults, a few at a time."""

from __future__ import annotations

import asyncio
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# One hash takes 64 MiB and about 150 ms: more at once would let a login storm eat the memory.
AT_ONCE: Final = 4
SHORTEST: Final = 12
LONGEST: Final = 256


class Passwords:
    """Hashes and checks passwords off the event loop."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._nobody = ""

    async def hash(self, password: str) -> str:
        """The argon2id hash, with its salt and parameters."""
        async with self._room:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def holds(self, password_hash: str, password: str) -> bool:
        """True when the password is the one that was hashed.

        An empty hash stands for a person who does not exist: the same work is done, so that the
        time of an answer does not tell which names exist.
        """
        async with self._room:
            if not self._nobody:
                self._nobody = await asyncio.to_thread(self._hasher.hash, "nobody")
            known = await asyncio.to_thread(self._verify, password_hash or self._nobody, password)
        return known and bool(password_hash)

    def outdated(self, password_hash: str) -> bool:
        """True when the hash was made with cheaper parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def fits(password: str) -> bool:
    """True when the password is neither too short nor too long to be hashed."""
    return SHORTEST <= len(password) <= LONGEST
