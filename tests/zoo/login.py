"""Logins that are harvested, downgraded, never satisfied, or used against the account."""

from __future__ import annotations

import itertools
from typing import Any, Final

from tests.zoo import honest
from tests.zoo.behaviour import BEHIND_SOAP, Asked, Behaviour, Told, http_reply, on_soap

_NO: Final = "401 Unauthorized"
_PASSWORD: Final = "login.wrong_password"
_LOCKED: Final = "login.locked_out"
_COUNTER = itertools.count(1)


def _challenge(*offers: str) -> bytes:
    return http_reply("", status=_NO, headers=[f"WWW-Authenticate: {one}" for one in offers])


def _demands(*offers: str, after: bool = True) -> Any:
    """Refuse everything but the clock; without ``after`` a Digest answer is let in."""

    def twist(asked: Asked) -> bytes:
        if asked.operation == "GetSystemDateAndTime":
            return asked.honest
        if not after and "authorization" in asked.headers:
            return asked.honest
        return _challenge(*offers)

    return twist


def _fresh(*, stale: bool) -> Any:
    """Another nonce with each refusal."""
    word = ", stale=true" if stale else ""

    def twist(asked: Asked) -> bytes:
        if asked.operation == "GetSystemDateAndTime":
            return asked.honest
        return _challenge(f'Digest realm="zoo", nonce="n{next(_COUNTER)}", qop="auth"{word}')

    return twist


def _says(text: str, *, status: str = _NO) -> Any:
    def twist(asked: Asked) -> bytes:
        if asked.operation == "GetSystemDateAndTime":
            return asked.honest
        return http_reply(text, status=status)

    return twist


def _animal(
    name: str, does: str, stands_for: str, twist: Any, cause: str, *, fault: str = "", **more: Any
) -> Behaviour:
    known: dict[str, Any] = {
        "http": on_soap(twist),
        "spoils": tuple(part for part in BEHIND_SOAP if part not in ("clock.", "login.")),
        "causes": frozenset({cause}),
        "faults": frozenset({fault} if fault else ()),
    }
    return Behaviour(name=name, does=does, stands_for=stands_for, **(known | more))


def _rtsp_demands(*offers: str) -> Any:
    def twist(told: Told) -> bytes | None:
        if told.method != "DESCRIBE":
            return None
        lines = [f"WWW-Authenticate: {one}" for one in offers]
        return honest.rtsp_text("401 No", f"CSeq: {told.headers.get('cseq', '')}", *lines)

    return twist


_BASIC: Final = 'Basic realm="zoo"'
_INT: Final = 'Digest realm="zoo", nonce="n", qop="auth-int"'
_UNKNOWN: Final = 'Digest realm="zoo", nonce="n", qop="auth", algorithm=SHA-512-256'
_INJECTION: Final = 'Digest realm="a\\"\\, x=\\"b\tX-Evil: 1", nonce="n\x0bX-Evil: 1", qop="auth"'
_ELSEWHERE: Final = f'{honest.DIGEST}, domain="http://127.66.66.66:8066/"'
_FAULT: Final = honest.fault("NotAuthorized", "Sender not Authorized")

BEHAVIOURS: Final = (
    _animal(
        "basic_only", "offers Basic alone", "a downgrade that shows the password",
        _demands(_BASIC), "login.method",
    ),
    _animal(
        "basic_after_digest", "refuses Digest and then offers Basic", "a downgrade in two steps",
        lambda asked: (
            _challenge(_BASIC) if "authorization" in asked.headers
            else _demands(honest.DIGEST, _BASIC)(asked)
        ),
        "login.refused", fault=_PASSWORD,
    ),
    _animal(
        "refuses_for_ever", "answers 401 whatever is sent", "a wrong password",
        _demands(honest.DIGEST), "login.refused", fault=_PASSWORD,
    ),
    _animal(
        "nonce_for_each_refusal", "gives another nonce with each refusal",
        "a collection of answers to crack", _fresh(stale=False), "login.refused",
        fault=_PASSWORD,
    ),
    _animal(
        "stale_for_ever", "calls each nonce stale", "a loop without end", _fresh(stale=True),
        "login.refused", fault=_PASSWORD,
    ),
    _animal(
        "auth_int_only", "offers Digest with auth-int alone", "hardened firmware",
        _demands(_INT), "login.method",
    ),
    _animal(
        "unknown_algorithm", "offers an algorithm that nobody has", "hardened firmware",
        _demands(_UNKNOWN), "login.method",
    ),
    _animal(
        "challenge_without_offer", "answers 401 without a word", "a web server in front",
        _demands(), "login.refused", fault=_PASSWORD,
    ),
    _animal(
        "thousand_challenges", "offers four hundred kinds of login", "a slow header parser",
        _demands(*[f'Digest realm="{n}", nonce="{n}"' for n in range(60)], ", " * 2000),
        "login.refused", fault=_PASSWORD,
    ),
    _animal(
        "realm_injection", "puts a header into its realm and nonce", "request splitting",
        _demands(_INJECTION, after=False), "", spoils=(), causes=frozenset(),
    ),
    _animal(
        "digest_for_another_host", "states a protection space on another host",
        "harvesting of logins", _demands(_ELSEWHERE, after=False), "", spoils=(),
        causes=frozenset(),
    ),
    _animal(
        "proxy_login", "answers 407", "a proxy on the way",
        lambda asked: http_reply(
            "", status="407 Proxy", headers=(f"Proxy-Authenticate: {_BASIC}",)
        ),
        "http.status", spoils=BEHIND_SOAP,
    ),
    _animal(
        "not_authorized_with_200", "refuses the login in a fault with status 200",
        "real firmware", _says(_FAULT, status="200 OK"), "login.refused", fault=_PASSWORD,
    ),
    _animal(
        "locked_with_time", "says that the account is locked", "a lock-out",
        _says("Account locked, try again after 1800 seconds"), "login.locked", fault=_LOCKED,
    ),
    _animal(
        "locked_423", "answers 423", "a lock-out", _says("", status="423 Locked"),
        "login.locked", fault=_LOCKED,
    ),
    Behaviour(
        name="rtsp_basic_only",
        does="offers Basic alone for its stream",
        stands_for="a downgrade that shows the password",
        rtsp=_rtsp_demands(_BASIC),
        spoils=("stream.",),
        causes=frozenset({"login.method"}),
    ),
    Behaviour(
        name="rtsp_stale_for_ever",
        does="calls each nonce of its stream stale",
        stands_for="a loop without end",
        rtsp=_rtsp_demands(f"{honest.DIGEST}, stale=true"),
        spoils=("stream.", "picture."),
        causes=frozenset({"login.refused", "rtsp.status"}),
        faults=frozenset({"stream.none"}),
    ),
)  # fmt: skip
