"""Faults that the login doctor names: one rule a code, and each cleared by what shows it gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from agent.diagnosis.rule import Finding, Persistence, Rule, View
from agent.diagnosis.verdicts import fault, healthy, no_verdict, not_read
from shared.catalogue import CATALOGUE

CAUSE: Final = "login.cause"
SIDE: Final = "login.cause_side"
SHOWN: Final = "login.shown"  # services whose login was accepted in this pass
LOCK_LEFT: Final = "login.lock_remaining"
NONE: Final = "none"
_OUTCOME: Final = "login.outcome"
_ONVIF, _RTSP = "onvif", "rtsp"
CODES: Final[Mapping[str, tuple[str, frozenset[str]]]] = {
    "https_only": ("login.https_only", frozenset({_ONVIF})),
    "onvif_off": ("login.onvif_off", frozenset({_ONVIF})),
    "dst_error": ("login.dst_error", frozenset({_ONVIF})),
    "clock_skew": ("login.clock_skew", frozenset({_ONVIF})),
    "digest_confusion": ("login.digest_confusion", frozenset({_ONVIF, _RTSP})),
    "onvif_account": ("login.onvif_account", frozenset({_ONVIF, _RTSP})),
    "user_level": ("login.user_level", frozenset({_ONVIF, _RTSP})),
    "password_characters": ("login.password_characters", frozenset({_ONVIF, _RTSP})),
    "path_changed": ("stream.path_changed", frozenset({_ONVIF, _RTSP})),
    "sha256_only": ("login.recorder_lacks_sha256", frozenset({_RTSP})),
}
"""By cause, as ``agent.doctor.cause`` has them: the fault, and the services that show it gone.

The refused method, the wrong password and the lock have rules of their own (``login_rules``).
"""
_WITHOUT_ONVIF: Final = frozenset({"login.onvif_off", "login.https_only"})
_BECAUSE: Final = (
    CAUSE,
    SIDE,
    SHOWN,
    _OUTCOME,
    "login.accepted",
    "login.refused",
    "clock.offset",
    "identity.firmware",
)
# As the other login rules: twice the same is certain, and asking costs the account something.
_TWICE: Final = Persistence(open_n=2, open_m=2, clear_n=2, clear_m=2)


def _judge(own: str) -> Callable[[View], Finding]:
    code, shown_by = CODES[own]

    def judge(view: View) -> Finding:
        """The doctor's word opens it; a login accepted where it was refused clears it."""
        cause = view.text(CAUSE)
        if cause == own:
            entry = CATALOGUE[code]
            return fault(code, view, entry.text_en, entry.text_zh, *_BECAUSE)
        if code in _WITHOUT_ONVIF and view.text(_OUTCOME) is not None:
            return healthy(code, view, _OUTCOME)
        if cause is None:
            return not_read(code)
        if cause == NONE and shown_by <= set((view.text(SHOWN) or "").split(",")):
            return healthy(code, view, CAUSE, SHOWN)
        return no_verdict(
            code, "this pass did not log in where it shows", "本次未在能够判断之处登录"
        )

    return judge


RULES: Final = tuple(
    Rule(
        code=code,
        needs=(CAUSE, _OUTCOME) if code in _WITHOUT_ONVIF else (CAUSE,),
        judge=_judge(cause),
        persistence=_TWICE,
        judges_unreachable=code in _WITHOUT_ONVIF,
    )
    for cause, (code, _) in CODES.items()
)
