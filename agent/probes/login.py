"""Which kinds of login the device accepts and refuses with the configured password."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from agent.camera.port import Camera, CameraError, Cause, LoginKind
from agent.probes.failure import LOGIN_CAUSES, failed
from agent.probes.probe import DEADLINE_S, Cost, Observation, Pass, Probe, good, missing
from shared.reading import Quality, Reading

OUTCOME: Final = "login.outcome"
NAMES: Final = (OUTCOME, "login.accepted", "login.refused")
CERTIFICATE: Final = "login.certificate"
_CERTIFICATE_OF: Final = {Cause.TLS_UNPINNED: "unpinned", Cause.TLS_CHANGED: "changed"}
_OUTCOME_OF: Final = {
    Cause.LOGIN_REFUSED: "refused",
    Cause.LOGIN_METHOD: "method",
    Cause.LOGIN_LOCKED: "locked",
    Cause.LOGIN_NO_CREDENTIALS: "no credentials",
}


async def read(camera: Camera, visit: Pass) -> Observation:
    """Log in once, by the recorder's kind first, and say what came of it.

    The recorder's kind is offered first every time this probe is due: firmware that refuses it
    lets the agent in by another kind, and only asking tells.

    ``login.outcome`` is "accepted", "open" (the device wants no login), "refused", "method",
    "locked" or "no credentials"; failed when the exchange failed for another reason.
    ``login.accepted`` and ``login.refused`` name kinds (comma separated). Where no login was sent
    because of the certificate, ``login.certificate`` is "unpinned" or "changed"; else it is absent.
    """
    if visit.recorder_login is not LoginKind.NONE:
        camera.ask_first(visit.recorder_login)
    try:
        await visit.information(camera)
    except CameraError as error:
        if error.cause not in LOGIN_CAUSES and error.cause not in _SPOKE_AFTER_LOGIN:
            unread = tuple(failed(n, error, at=visit.now) for n in NAMES)
            return Observation(readings=(*unread, *_certificate(error, at=visit.now)))
        if error.cause in LOGIN_CAUSES:
            return Observation(readings=_refused(camera, visit, error))
    kind = camera.login
    outcome = "open" if kind is LoginKind.NONE else "accepted"
    return Observation(
        readings=(
            good("login.outcome", outcome, at=visit.now),
            good("login.accepted", kind.value, at=visit.now),
            good("login.refused", _kinds(camera), at=visit.now),
        )
    )


# The device let us in and then lacked the operation: that is no failure of the login. A reply
# that is broken says nothing of the login: whoever sends it may not have looked at ours.
_SPOKE_AFTER_LOGIN: Final = frozenset({Cause.ONVIF_UNSUPPORTED, Cause.ONVIF_MISSING})


def _certificate(error: CameraError, *, at: datetime) -> tuple[Reading, ...]:
    """That the certificate kept the login back is measured; other causes say nothing of it."""
    value = _CERTIFICATE_OF.get(error.cause)
    if value is None:
        return ()
    said = error.detail[:300]
    return (
        Reading(CERTIFICATE, value, "", at, Quality.GOOD, cause=error.cause.value, detail=said),
    )


def _refused(camera: Camera, visit: Pass, error: CameraError) -> tuple[Reading, ...]:
    return _outcome(camera, error.cause, error.detail, at=visit.now)


def testify(camera: Camera, refusal: Reading, *, at: datetime) -> tuple[Reading, ...]:
    """The readings of this probe from a refusal that another one met; nothing is asked.

    ``refusal.cause`` must be one of LOGIN_CAUSES.
    """
    return _outcome(camera, Cause(refusal.cause), refusal.detail, at=at)


def _outcome(camera: Camera, cause: Cause, detail: str, *, at: datetime) -> tuple[Reading, ...]:
    outcome = Reading(
        OUTCOME,
        _OUTCOME_OF[cause],
        "",
        at,
        Quality.GOOD,
        cause=cause.value,
        detail=detail[:300],
    )
    return (
        outcome,
        missing("login.accepted", at=at, detail="no login was accepted"),
        good("login.refused", _kinds(camera), at=at),
    )


def _kinds(camera: Camera) -> str:
    return ",".join(kind.value for kind in camera.refused_logins)


PROBE = Probe(
    name="login",
    every=timedelta(hours=1),
    cost=Cost(bytes=12_000, logins=2, wakeups=1, requests=6, awake_ms=2_000),
    read=read,
    deadline_s=DEADLINE_S,
    names=NAMES,
)
