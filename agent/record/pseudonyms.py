"""Other values of the same form, the same ones everywhere in a recording and in no other one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote

from agent.record.fields import PSEUDONYMS, Private

MASK: Final = "***"
_SHORTEST: Final = 4  # shorter originals are masked where they stand, not wherever they occur
_LONG: Final = 8
_IN_THEIR_FIELDS: Final = (Private.PERSON, Private.CELL)  # an area code may also be millivolts
_MAC_BYTES: Final = 6


class Pseudonyms:
    """What has been replaced by what; its key is thrown away with it."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        """``known`` secrets are masked wherever they stand, in each form that devices use."""
        self._key = secrets.token_bytes(16)
        self._replaced: dict[str, str] = {}
        self._ours = {MASK}
        self.counts: dict[Private, int] = {}
        for secret in known:
            for form in forms_of(secret):
                if len(form) >= _SHORTEST:
                    self._replaced[form] = MASK

    def replace(self, kind: Private, original: str) -> str:
        """The other value; remembered, so that it is found wherever else it stands."""
        if original in self._ours:
            return original
        self.counts[kind] = self.counts.get(kind, 0) + 1
        made = self._made(kind, original)
        self._ours.add(made)
        if _is_telling(original) and kind not in _IN_THEIR_FIELDS:
            self._replaced.setdefault(original, made)
        return made

    def replace_everywhere(self, text: str) -> str:
        """The text without any original that has been replaced somewhere."""
        for original in sorted(self._replaced, key=len, reverse=True):
            if original.casefold() in text.casefold():
                made = self._replaced[original].replace("\\", "\\\\")
                text = re.sub(re.escape(original), made, text, flags=re.IGNORECASE)
        return text

    def originals(self) -> tuple[str, ...]:
        """All that must not be left, longest first; what was replaced by itself is not among it."""
        left = (one for one, made in self._replaced.items() if one.casefold() != made.casefold())
        return tuple(sorted(left, key=len, reverse=True))

    def _made(self, kind: Private, original: str) -> str:
        if kind not in PSEUDONYMS:
            return MASK
        if kind is Private.MAC:
            return self._mac(original)
        if kind is Private.ADDRESS:
            return f"192.0.2.{self._bytes(kind, original)[0] % 250 + 1}"
        if kind is Private.CELL:
            return "".join(self._digits(original))
        return "".join(self._letters(original))

    def _mac(self, original: str) -> str:
        """One that nobody owns (locally administered), written as the original is."""
        digits = re.sub(r"[^0-9A-Fa-f]", "", original).lower()
        made = "02" + self._bytes(Private.MAC, digits)[: _MAC_BYTES - 1].hex()
        made = made if original == original.lower() else made.upper()
        separator = next((sign for sign in ":-." if sign in original), "")
        return separator.join(made[i : i + 2] for i in range(0, 2 * _MAC_BYTES, 2))

    def _letters(self, original: str) -> Iterator[str]:
        """Digits for digits and letters for letters, so that paths and types stay true."""
        stream = self._bytes(Private.SERIAL, original)
        for index, sign in enumerate(original):
            number = stream[index % len(stream)] ^ (index // len(stream))
            if sign.isdigit():
                yield str(number % 9 + 1)
            elif sign in string.ascii_lowercase:
                yield string.ascii_lowercase[number % 26]
            elif sign.isalpha():
                yield string.ascii_uppercase[number % 26]
            else:
                yield sign

    def _digits(self, original: str) -> Iterator[str]:
        """A digit for each letter or digit: as good decimal as hexadecimal, and as long."""
        stream = self._bytes(Private.CELL, original)
        for index, sign in enumerate(original):
            yield str(stream[index % len(stream)] % 9 + 1) if sign.isalnum() else sign

    def _bytes(self, kind: Private, original: str) -> bytes:
        return hmac.digest(self._key, f"{kind.name}:{original}".encode(), "sha256")


def _is_telling(original: str) -> bool:
    """Whether a value names something so clearly that it is not an ordinary word elsewhere."""
    has_digit = any(sign.isdigit() for sign in original)
    return len(original) >= _LONG or (has_digit and len(original) >= _SHORTEST)


def forms_of(secret: str) -> Iterator[str]:
    """A secret as it is, and as devices and logins write it."""
    raw = secret.encode()
    yield secret
    yield quote(secret, safe="")
    yield base64.b64encode(raw).decode()
    yield base64.b64encode(raw).decode().rstrip("=")
    for algorithm in ("md5", "sha1", "sha256"):
        yield hashlib.new(algorithm, raw).hexdigest()
