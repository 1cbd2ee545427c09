"""Which kinds of characters a password has: enough to name a cause, too little to guess it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_UNRESERVED: Final = re.compile(r"[A-Za-z0-9._~-]*")
"""What a URL holds as it is (RFC 3986, section 2.3)."""
_DAHUA_FORBIDS: Final = frozenset("'\";:&")
_REOLINK_LONGEST: Final = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordTraits:
    """Facts about a password; never the password, nor its length."""

    is_empty: bool
    is_long: bool  # beyond the 31 characters that Reolink takes
    is_special: bool  # has characters that a URL must escape
    is_forbidden: bool  # has one of those that Dahua forbids: ' " ; : &
    is_foreign: bool  # has characters outside ASCII
    has_edge_space: bool  # begins or ends with white space

    @property
    def may_trouble(self) -> bool:
        """Whether some firmware or recorder is known to stumble over such a password."""
        return (
            self.is_long
            or self.is_special
            or self.is_forbidden
            or self.is_foreign
            or self.has_edge_space
        )


def traits_of(password: str) -> PasswordTraits:
    """The traits of a password."""
    return PasswordTraits(
        is_empty=not password,
        is_long=len(password) > _REOLINK_LONGEST,
        is_special=_UNRESERVED.fullmatch(password) is None,
        is_forbidden=not _DAHUA_FORBIDS.isdisjoint(password),
        is_foreign=not password.isascii(),
        has_edge_space=password != password.strip(),
    )
