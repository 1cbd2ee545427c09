"""What somebody asks for by a form or by the API, checked: a silence that can be kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from collector.claims.silence import SilenceKind, SilenceProblem, check_wish
from collector.store.silences import NewSilence, Target
from collector.web.call import Call
from shared.catalogue import CATALOGUE

LONGEST_REASON: Final = 200
_WRONG: Final = {
    SilenceProblem.REASON: "silence.wrong.reason",
    SilenceProblem.OVER: "silence.wrong.over",
    SilenceProblem.BACKWARDS: "silence.wrong.over",
    SilenceProblem.LONG: "silence.wrong.long",
}


class RefusedError(ValueError):
    """The wish cannot be kept; the text is a key of the catalogue."""

    def say(self, call: Call) -> str:
        """Why, in the visitor's language."""
        return call.voice.t(str(self), days=call.house.policy.longest_silence.days)


def check(
    call: Call,
    target: Target | None,
    *,
    kind: str,
    code: str,
    reason: str,
    starts_at: datetime,
    hours: float,
) -> NewSilence:
    """The silence in the visitor's name; RefusedError says what is wrong with it.

    ``target`` None: there is none such in the visitor's slice.
    """
    kinds = {one.value: one for one in SilenceKind}
    if target is None or kind not in kinds or (code and code not in CATALOGUE):
        raise RefusedError("silence.wrong.target")
    try:
        ends_at = starts_at + timedelta(hours=hours)
    except OverflowError as error:
        raise RefusedError("silence.wrong.long") from error
    wrong = check_wish(
        reason=reason,
        starts_at=starts_at,
        ends_at=ends_at,
        longest=call.house.policy.longest_silence,
        now=call.now,
    )
    if wrong is not None:
        raise RefusedError(_WRONG[wrong])
    return NewSilence(
        organisation_id=target.organisation_id,
        scope=target.scope,
        site_id=target.site_id,
        position_id=target.position_id,
        code=code,
        kind=kinds[kind],
        reason=reason[:LONGEST_REASON],
        made_by=call.known.name,
        starts_at=starts_at,
        ends_at=ends_at,
    )
