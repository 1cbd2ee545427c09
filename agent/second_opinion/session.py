"""An HTTP session for a library that knows no limits: capped, without redirects, to one host."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

REPLY_CAP_BYTES: Final = 1024 * 1024
TIMEOUT_S: Final = 5.0
_CHUNK: Final = 64 * 1024


class TooLarge(Exception):
    """A reply beyond the cap, or compressed although nobody asked for that."""


class Refused(Exception):
    """The device refuses the login that worked for us: nothing more is asked."""


class CappedSession(requests.Session):
    """Counts requests and refusals; ``places`` are the only host:port it speaks to."""

    def __init__(self, places: frozenset[str], *, fingerprint: str, ca: str) -> None:
        super().__init__()
        self.trust_env = False
        self.headers["Accept-Encoding"] = "identity"
        self.headers["Connection"] = "close"
        self.places = places
        self.asked = 0
        self.refusals = 0
        self.verify = ca or not fingerprint
        self.mount("https://", _Adapter(fingerprint))
        self.mount("http://", _Adapter(""))

    def request(self, method: str, url: str, **options: Any) -> Any:  # type: ignore[override]
        """Send a request without following anybody, and read the reply up to the cap."""
        if urlsplit(url).netloc not in self.places:
            raise Refused(f"{urlsplit(url).netloc} is not the camera")
        options |= {"allow_redirects": False, "timeout": TIMEOUT_S}
        self.asked += 1
        reply = super().request(method, url, **options)
        if reply.status_code in (401, 423) or b"NotAuthorized" in reply.content[:65_536]:
            self.refusals += 1
            raise Refused(f"HTTP {reply.status_code}: the login that worked for us is refused")
        return reply


class _Adapter(HTTPAdapter):
    """Reads a reply chunk by chunk, and pins the certificate where one is named."""

    def __init__(self, fingerprint: str) -> None:
        self._pin = fingerprint.removeprefix("sha256:")
        super().__init__(max_retries=0)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """urllib3 compares the fingerprint before it sends anything."""
        if self._pin:
            options |= {"assert_fingerprint": self._pin, "assert_hostname": False}
        super().init_poolmanager(*arguments, **options)

    def send(self, request: Any, **options: Any) -> Any:  # type: ignore[override]
        """Send on a connection of its own; TooLarge as soon as the reply is larger than the cap."""
        options["stream"] = True
        try:
            return _whole(super().send(request, **options))
        finally:
            # Cheap firmware cuts what its reply promised to keep: what follows, be it the second
            # half of a digest login, would be lost in it.
            self.close()


def _whole(reply: Any) -> Any:
    body = bytearray()
    while chunk := reply.raw.read(_CHUNK, decode_content=False):
        body += chunk
        if len(body) > REPLY_CAP_BYTES:
            reply.close()
            raise TooLarge("the reply is larger than 1 MiB")
    if reply.headers.get("Content-Encoding", "identity").lower() not in ("identity", ""):
        raise TooLarge("the reply is compressed although nobody asked for that")
    reply._content = bytes(body)
    reply._content_consumed = True
    return reply
