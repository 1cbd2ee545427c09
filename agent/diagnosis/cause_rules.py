"""Faults that the login doctor named: one rule a code, and each cleared by what shows it gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from agent.diagnosis.rule import Finding, Persistence, Rule, View
from agent.diagnosis.verdicts import fault, healthy, no_verdict, not_read
from agent.doctor.cause import MEANINGS, LoginCause

CAUSE: Final = "login.cause"
SIDE: Final = "login.cause_side"
SHOWN: Final = "login.shown"  # services whose login was accepted in this pass
LOCK_LEFT: Final = "login.lock_remaining"
NONE: Final = "none"
_OUTCOME: Final = "login.outcome"
# These three have rules of their own, which look at the login's outcome itself.
_ELSEWHERE: Final = frozenset(
    {"login.firmware_refuses_method", "login.wrong_password", "login.locked_out"}
)
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


def _judge(code: str) -> Callable[[View], Finding]:
    causes = {cause: one for cause, one in MEANINGS.items() if one.code == code}
    by_name = {cause.value: one for cause, one in causes.items()}
    shown_by = frozenset(service.value for one in causes.values() for service in one.shown_by)

    def judge(view: View) -> Finding:
        """The doctor's word opens it; a login accepted where it was refused clears it."""
        cause = view.text(CAUSE)
        if cause in by_name:
            meaning = by_name[cause]
            return fault(code, view, meaning.what.en, meaning.what.zh, *_BECAUSE)
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


_CODES: Final = tuple(dict.fromkeys(MEANINGS[cause].code for cause in LoginCause))
RULES: Final = tuple(
    Rule(
        code=code,
        needs=(CAUSE, _OUTCOME) if code in _WITHOUT_ONVIF else (CAUSE,),
        judge=_judge(code),
        persistence=_TWICE,
        judges_unreachable=code in _WITHOUT_ONVIF,
    )
    for code in _CODES
    if code not in _ELSEWHERE
)
