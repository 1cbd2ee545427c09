"""HTTP Digest (RFC 7616) as a server checks it: nonces, counts, MD5 and SHA-256."""

from __future__ import annotations

import enum
import hashlib
import re
import secrets
from collections import OrderedDict

from simulator.spec import LoginKind

REALM = "camera"
_MAX_NONCES = 4096
_PARAMETER = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_ALGORITHMS = {"md5": LoginKind.DIGEST_MD5, "sha-256": LoginKind.DIGEST_SHA256}
_WIRE_NAMES = {LoginKind.DIGEST_MD5: "MD5", LoginKind.DIGEST_SHA256: "SHA-256"}
_HASHES = {LoginKind.DIGEST_MD5: hashlib.md5, LoginKind.DIGEST_SHA256: hashlib.sha256}


class DigestResult(enum.Enum):
    """What became of one Authorization header."""

    OK = "ok"
    WRONG = "wrong"  # user or password
    STALE = "stale"  # unknown nonce or a count seen before: ask again, no wrong attempt
    BROKEN = "broken"  # unreadable, another realm or URI, an algorithm not offered


class DigestDoor:
    """Hands out nonces and checks answers; each nonce count is accepted once."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, int] = OrderedDict()
        self._opaque = secrets.token_hex(8)

    def challenges(
        self,
        kinds: tuple[LoginKind, ...],
        *,
        stale: bool = False,
        with_qop: bool = True,
        named: bool = True,
    ) -> tuple[str, ...]:
        """WWW-Authenticate values, SHA-256 first; all share one fresh nonce.

        ``with_qop`` is off for RTSP: RFC 2326 servers offer the RFC 2069 form, and some players
        know no other. Not ``named``: no algorithm, and over RTSP an empty one.
        """
        nonce = secrets.token_hex(16)
        self._counts[nonce] = 0
        while len(self._counts) > _MAX_NONCES:
            self._counts.popitem(last=False)
        tail = (', qop="auth"' if with_qop else "") + (", stale=true" if stale else "")
        unnamed = "" if with_qop else ', algorithm=""'
        return tuple(
            f'Digest realm="{REALM}", nonce="{nonce}", opaque="{self._opaque}"'
            + (f", algorithm={_WIRE_NAMES[kind]}" if named else unnamed)
            + tail
            for kind in sorted(kinds, key=lambda kind: kind is LoginKind.DIGEST_MD5)
        )

    def check(
        self,
        header: str,
        *,
        method: str,
        uri: str,
        user: str,
        password: str,
        kinds: tuple[LoginKind, ...],
    ) -> tuple[DigestResult, LoginKind]:
        """Check an Authorization header made for ``method`` and ``uri``."""
        said = read_parameters(header)
        algorithm = (said.get("algorithm") or "MD5").lower()
        kind = _ALGORITHMS.get(algorithm, LoginKind.DIGEST_MD5)
        named = algorithm in _ALGORITHMS
        if not named or kind not in kinds or said.get("realm") != REALM:
            return DigestResult.BROKEN, kind
        if said.get("uri") != uri or said.get("qop", "auth") != "auth":
            return DigestResult.BROKEN, kind
        nonce = said.get("nonce", "")
        if nonce not in self._counts:
            return DigestResult.STALE, kind
        expected = answer(said, method=method, user=user, password=password, kind=kind)
        right = secrets.compare_digest(expected, said.get("response", "").lower())
        if said.get("username") != user or not right:
            return DigestResult.WRONG, kind
        if "qop" in said and not self._take_count(nonce, said.get("nc", "")):
            return DigestResult.STALE, kind
        return DigestResult.OK, kind

    def _take_count(self, nonce: str, text: str) -> bool:
        """Whether this nonce count is new; then it is used up."""
        try:
            count = int(text, 16)
        except ValueError:
            return False
        if count <= self._counts[nonce]:
            return False
        self._counts[nonce] = count
        return True


def read_parameters(header: str) -> dict[str, str]:
    """Split ``Digest a="b", c=d``; empty when it is not Digest."""
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() != "digest":
        return {}
    return {
        match[1].lower(): match[3] if match[2] is None else re.sub(r"\\(.)", r"\1", match[2])
        for match in _PARAMETER.finditer(rest)
    }


def answer(said: dict[str, str], *, method: str, user: str, password: str, kind: LoginKind) -> str:
    """The response that a client who knows the password gives: RFC 7616, section 3.4.1."""

    def h(text: str) -> str:
        return _HASHES[kind](text.encode()).hexdigest()

    ha1 = h(f"{user}:{said.get('realm', '')}:{password}")
    ha2 = h(f"{method}:{said.get('uri', '')}")
    if "qop" in said:
        parts = (said.get("nonce"), said.get("nc"), said.get("cnonce"), said["qop"])
        return h(":".join((ha1, *(part or "" for part in parts), ha2)))
    return h(f"{ha1}:{said.get('nonce', '')}:{ha2}")
