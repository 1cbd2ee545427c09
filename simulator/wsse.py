"""WS-UsernameToken as firmware checks it: digest only, in the camera's time, each nonce once."""

from __future__ import annotations

import base64
import binascii
import enum
import hashlib
import secrets
from collections import OrderedDict
from datetime import UTC, datetime, timedelta

from lxml import etree

_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
WSSE = f"{_OASIS}-wssecurity-secext-1.0.xsd"
WSU = f"{_OASIS}-wssecurity-utility-1.0.xsd"
_DIGEST_TYPE = "#PasswordDigest"
_MAX_NONCES = 4096

WINDOW = timedelta(seconds=300)


class WsseResult(enum.Enum):
    """What became of one UsernameToken."""

    OK = "ok"
    WRONG = "wrong"  # user or password
    OUTSIDE_WINDOW = "outside window"  # made more than WINDOW from the camera's clock
    REPLAYED = "replayed"
    BROKEN = "broken"  # plain text, or a part is missing


class WsseDoor:
    """Checks tokens and remembers their nonces."""

    def __init__(self) -> None:
        self._seen: OrderedDict[bytes, None] = OrderedDict()

    def check(
        self, token: etree._Element, *, user: str, password: str, device_now: datetime
    ) -> WsseResult:
        """Check a UsernameToken element against the camera's clock."""
        stated = token.find(f"{{{WSSE}}}Password")
        created_text = token.findtext(f"{{{WSU}}}Created", "").strip()
        created = _read_time(created_text)
        try:
            nonce = base64.b64decode(token.findtext(f"{{{WSSE}}}Nonce", ""), validate=True)
        except (binascii.Error, ValueError):
            nonce = b""
        if stated is None or not stated.get("Type", "").endswith(_DIGEST_TYPE):
            return WsseResult.BROKEN
        if created is None or not nonce:
            return WsseResult.BROKEN
        expected = password_digest(nonce=nonce, created=created_text, password=password)
        right = secrets.compare_digest(
            expected.encode(), (stated.text or "").strip().encode("utf-8", "replace")
        )
        if token.findtext(f"{{{WSSE}}}Username", "").strip() != user or not right:
            return WsseResult.WRONG
        if abs(created - device_now) > WINDOW:
            return WsseResult.OUTSIDE_WINDOW
        if nonce in self._seen:
            return WsseResult.REPLAYED
        self._seen[nonce] = None
        while len(self._seen) > _MAX_NONCES:
            self._seen.popitem(last=False)
        return WsseResult.OK


def password_digest(*, nonce: bytes, created: str, password: str) -> str:
    """Base64(SHA-1(nonce + created + password)): UsernameToken Profile 1.0, section 3.1."""
    digest = hashlib.sha1(nonce + created.encode() + password.encode()).digest()
    return base64.b64encode(digest).decode()


def find_token(envelope: etree._Element) -> etree._Element | None:
    """The UsernameToken of a SOAP envelope; None when the client showed none."""
    return next(envelope.iter(f"{{{WSSE}}}UsernameToken"), None)


def _read_time(text: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo is not None else read.replace(tzinfo=UTC)
