"""HTTP Digest access authentication (RFC 7616 and RFC 2617), shared by HTTP and RTSP."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agent.camera.login_facts import KINDS
from agent.camera.port import Credentials, LoginKind

_HASHES = {LoginKind.DIGEST_MD5: hashlib.md5, LoginKind.DIGEST_SHA256: hashlib.sha256}
_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_SCHEME = re.compile(rf"\s*,?\s*({_TOKEN})(?=\s|,|$)(?!\s*=)")
_PARAMETER = re.compile(rf'\s*,?\s*({_TOKEN})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))')
_MAX_HEADER_CHARS = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """One Digest challenge that we can answer."""

    kind: LoginKind
    algorithm: str | None  # as the device wrote it, to be echoed; None when it wrote none
    realm: str
    nonce: str
    opaque: str | None
    qop_auth: bool
    stale: bool

    @property
    def session(self) -> bool:
        """Whether the -sess form is asked for."""
        return (self.algorithm or "").lower().endswith("-sess")


def read_schemes(headers: Iterable[str]) -> list[tuple[str, dict[str, str]]]:
    """Split WWW-Authenticate headers into (scheme in lower case, parameters).

    Several challenges may share one header or come in one each; what follows the first
    unreadable character of a header is ignored.
    """
    found: list[tuple[str, dict[str, str]]] = []
    for header in headers:
        found.extend(_split(header[:_MAX_HEADER_CHARS]))
    return found


def _split(header: str) -> Iterator[tuple[str, dict[str, str]]]:
    at = 0
    while (scheme := _SCHEME.match(header, at)) is not None:
        at = scheme.end()
        parameters: dict[str, str] = {}
        while (parameter := _PARAMETER.match(header, at)) is not None:
            quoted, bare = parameter.group(2), parameter.group(3)
            value = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else bare
            parameters.setdefault(parameter.group(1).lower(), value)
            at = parameter.end()
        yield scheme.group(1).lower(), parameters


def read_challenges(headers: Iterable[str]) -> tuple[Challenge, ...]:
    """Find the Digest challenges we can answer, SHA-256 before MD5.

    An absent or empty algorithm means MD5 (RFC 2617, and firmware seen in public threads).
    A challenge that offers only ``auth-int`` is left out.
    """
    challenges = []
    for scheme, parameters in read_schemes(headers):
        kind = KINDS.get((parameters.get("algorithm") or "md5").lower())
        qop = {word.strip().lower() for word in parameters.get("qop", "").split(",")} - {""}
        if scheme != "digest" or kind is None or "nonce" not in parameters:
            continue
        if qop and "auth" not in qop:
            continue
        challenges.append(
            Challenge(
                kind=kind,
                algorithm=parameters.get("algorithm") or None,
                realm=parameters.get("realm", ""),
                nonce=parameters["nonce"],
                opaque=parameters.get("opaque"),
                qop_auth="auth" in qop,
                stale=parameters.get("stale", "").lower() == "true",
            )
        )
    return tuple(sorted(challenges, key=lambda c: c.kind is not LoginKind.DIGEST_SHA256))


def answer(
    challenge: Challenge,
    credentials: Credentials,
    *,
    method: str,
    uri: str,
    cnonce: str,
    nonce_count: int,
) -> str:
    """Compute the Authorization header for one request (RFC 7616 section 3.4.1).

    ``uri`` must be the request target exactly as sent. The password is hashed, never shown.
    """
    digest = _HASHES[challenge.kind]

    def hashed(text: str) -> str:
        return digest(text.encode()).hexdigest()

    count = f"{nonce_count:08x}"
    ha1 = hashed(f"{credentials.user}:{challenge.realm}:{credentials.password}")
    if challenge.session:
        ha1 = hashed(f"{ha1}:{challenge.nonce}:{cnonce}")
    ha2 = hashed(f"{method}:{uri}")
    middle = [challenge.nonce, count, cnonce, "auth"] if challenge.qop_auth else [challenge.nonce]
    response = hashed(":".join([ha1, *middle, ha2]))
    fields = [
        ("username", _quote(credentials.user)),
        ("realm", _quote(challenge.realm)),
        ("nonce", _quote(challenge.nonce)),
        ("uri", _quote(uri)),
        ("response", _quote(response)),
    ]
    if challenge.algorithm is not None:
        fields.append(("algorithm", challenge.algorithm))
    if challenge.qop_auth:
        fields += [("qop", "auth"), ("nc", count)]
    if challenge.qop_auth or challenge.session:
        fields.append(("cnonce", _quote(cnonce)))
    if challenge.opaque is not None:
        fields.append(("opaque", _quote(challenge.opaque)))
    return "Digest " + _joined(fields)


def _joined(fields: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{name}={value}" for name, value in fields)


def _quote(text: str) -> str:
    """Quote a header value; line ends cannot occur in it, or a device could add headers."""
    clean = re.sub(r"[\x00-\x1f\x7f]", "", text)
    return '"' + re.sub(r'(["\\])', r"\\\1", clean) + '"'
