"""Which kinds of login the device accepts and refuses with the configured password."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from agent.camera.port import Camera, CameraError, Cause, LoginKind
from agent.probes.failure import LOGIN_CAUSES, failed
from agent.probes.probe import Cost, Observation, Pass, Probe, good, missing
from shared.reading import Quality, Reading

NAMES: Final = ("login.outcome", "login.accepted", "login.refused")
REFUSAL_HOLDS: Final = timedelta(hours=24)
"""How long a refusal is taken as known when the kind that works is asked first: asking the
refused kind again in every visit would count towards a lock-out."""
_OUTCOME_OF: Final = {
    Cause.LOGIN_REFUSED: "refused",
    Cause.LOGIN_METHOD: "method",
    Cause.LOGIN_LOCKED: "locked",
    Cause.LOGIN_NO_CREDENTIALS: "no credentials",
}


async def read(camera: Camera, visit: Pass) -> Observation:
    """Log in once and say what came of it.

    ``login.outcome`` is "accepted", "open" (the device wants no login), "refused", "method",
    "locked" or "no credentials"; failed when the exchange failed for another reason.
    ``login.accepted`` and ``login.refused`` name kinds (comma separated).
    """
    try:
        await visit.information(camera)
    except CameraError as error:
        if error.cause not in LOGIN_CAUSES and error.cause not in _SPOKE_AFTER_LOGIN:
            return Observation(readings=tuple(failed(n, error, at=visit.now) for n in NAMES))
        if error.cause in LOGIN_CAUSES:
            return Observation(readings=_refused(camera, visit, error))
    kind = camera.login
    outcome = "open" if kind is LoginKind.NONE else "accepted"
    return Observation(
        readings=(
            good("login.outcome", outcome, at=visit.now),
            good("login.accepted", kind.value, at=visit.now),
            _refusals(camera, visit, accepted=kind),
        )
    )


# The device let us in and then lacked the operation: that is no failure of the login.
_SPOKE_AFTER_LOGIN: Final = frozenset(
    {Cause.ONVIF_UNSUPPORTED, Cause.ONVIF_MISSING, Cause.ONVIF_UNPARSABLE}
)


def _refused(camera: Camera, visit: Pass, error: CameraError) -> tuple[Reading, ...]:
    outcome = Reading(
        "login.outcome",
        _OUTCOME_OF[error.cause],
        "",
        visit.now,
        Quality.GOOD,
        cause=error.cause.value,
        detail=error.detail[:300],
    )
    kinds = ",".join(kind.value for kind in camera.refused_logins)
    return (
        outcome,
        missing("login.accepted", at=visit.now, detail="no login was accepted"),
        good("login.refused", kinds, at=visit.now),
    )


def _refusals(camera: Camera, visit: Pass, *, accepted: LoginKind) -> Reading:
    """What was refused now, or what is known to be refused from an earlier visit.

    ``raw`` keeps when the refusal was really seen.
    """
    kinds = [kind.value for kind in camera.refused_logins]
    if kinds:
        return Reading(
            "login.refused",
            ",".join(kinds),
            "",
            visit.now,
            Quality.GOOD,
            raw=visit.now.isoformat(),
        )
    kept = visit.previous.get("login.refused")
    before = visit.previous.get("login.accepted")
    if kept is None or before is None or not kept.good or not kept.value or not kept.raw:
        return good("login.refused", "", at=visit.now)
    seen_at = type(visit.now).fromisoformat(kept.raw)
    same_login = before.good and before.value == accepted.value
    if not same_login or visit.now - seen_at > REFUSAL_HOLDS:
        return good("login.refused", "", at=visit.now)
    return Reading(
        "login.refused",
        kept.value,
        "",
        visit.now,
        Quality.GOOD,
        raw=kept.raw,
        detail=f"not asked again since {kept.raw}",
    )


PROBE = Probe(
    name="login",
    every=timedelta(hours=1),
    cost=Cost(bytes=12_000, logins=2, wakeups=1),
    read=read,
    deadline_s=25.0,
    names=NAMES,
)
