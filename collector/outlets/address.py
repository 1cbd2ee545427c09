"""What counts as a mail address here: plain ASCII, one @, nothing that could end a header."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 254  # RFC 5321, 4.5.3.1.3
_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)


def is_address(text: str) -> bool:
    """True for an address that mail can be sent to; whether somebody reads it is asked by a code.

    The form is that of HTML's ``<input type="email">``, which leaves out quoted and UTF-8 names.
    """
    return len(text) <= LONGEST and _ADDRESS.fullmatch(text) is not None
