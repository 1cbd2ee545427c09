"""Which logins a device has refused lately: a second run does not try them again and lock it.

Of a password only a salted scrypt hash is kept, in a file that its owner alone can read.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from agent.camera.port import Credentials
from shared.moment import Moment

FILE: Final = "secrets/refused.json"
REST: Final = timedelta(hours=1)
"""As long as the agent itself leaves an account alone after a first refusal."""
MOST_REFUSALS: Final = 3
"""Of one device within ``REST``, whatever the logins: many lock after five, and the owner's own
recorder may have used up some."""
_MOST: Final = 4096
_COST: Final = 2**12  # of scrypt; a few milliseconds


class Refused(msgspec.Struct, frozen=True):
    """One refusal."""

    address: str
    user: str
    salt: str
    hash: str
    at: Moment


class Refusals:
    """The refusals of a configuration's folder; a file that cannot be read counts as none."""

    def __init__(
        self,
        path: Path,
        *,
        write: Callable[[Path, str], None],
        again: bool = False,
    ) -> None:
        """With ``again`` a person says: try all the same."""
        self._path = path
        self._write = write
        self._again = again
        self._known = _read(path)
        self._here = 0  # how many of them this run has noted

    def is_spent(self, address: str, *, now: datetime) -> bool:
        """Whether the device has refused so many logins that one more could lock the account."""
        counted = self._known[len(self._known) - self._here :] if self._again else self._known
        fresh = [one for one in counted if one.address == address and _is_fresh(one, now)]
        return len(fresh) >= MOST_REFUSALS

    def rests_until(
        self, address: str, credentials: Credentials, *, now: datetime
    ) -> datetime | None:
        """Until when this login is not tried there; None when it may be."""
        if self._again:
            return None
        for one in self._known:
            is_of_it = (one.address, one.user) == (address, credentials.user)
            if (
                is_of_it
                and _is_fresh(one, now)
                and one.hash == _hash(credentials.password, one.salt)
            ):
                return one.at + REST
        return None

    def note(self, address: str, credentials: Credentials, *, now: datetime) -> None:
        """Remember a refusal, at once: a run that is stopped has made it all the same."""
        salt = secrets.token_hex(16)
        one = Refused(
            address=address,
            user=credentials.user,
            salt=salt,
            hash=_hash(credentials.password, salt),
            at=now,
        )
        fresh = [known for known in self._known if _is_fresh(known, now)]
        self._known = (*fresh, one)[-_MOST:]
        self._here = min(self._here + 1, len(self._known))
        self._write(self._path, msgspec.json.encode(self._known).decode() + "\n")


def _is_fresh(one: Refused, now: datetime) -> bool:
    return timedelta(0) <= now - one.at < REST


def _hash(password: str, salt: str) -> str:
    return hashlib.scrypt(password.encode(), salt=bytes.fromhex(salt), n=_COST, r=8, p=1).hex()


def _read(path: Path) -> tuple[Refused, ...]:
    try:
        found = msgspec.json.decode(path.read_bytes(), type=tuple[Refused, ...])
        return tuple(one for one in found if bytes.fromhex(one.salt))
    except (OSError, ValueError, msgspec.MsgspecError):
        return ()
