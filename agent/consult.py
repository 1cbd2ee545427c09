"""Whether a pass needs the login doctor; where all is well it is not even loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from agent.asking import Take
from agent.budget import Budget
from agent.camera.login_facts import Met, Offer, Service
from agent.camera.login_trace import Trace
from agent.camera.port import Camera, Cause, LoginKind
from agent.camera.wanted import WORTH_S
from agent.diagnosis.cause_rules import CAUSE, NONE, SHOWN
from agent.probes import login
from agent.probes.probe import Pass, good
from shared.reading import Quality, Reading

_FAILED_OUTCOMES: Final = frozenset({"refused", "method", "locked"})
_NO_ONVIF: Final = frozenset(
    cause.value
    for cause in (Cause.TCP_REFUSED, Cause.HTTP_STATUS, Cause.HTTP_REDIRECT, Cause.HTTP_NOT_XML)
)
NO_STREAM: Final = ("RTSP 404", "RTSP 454")


async def consult(take: Take, camera: Camera, visit: Pass, *, budget: Budget) -> None:
    """Add ``login.cause`` and what goes with it to the readings of a pass.

    Told when the login was looked at, when something was refused, and until it is well again.
    What needs no credentials is asked at most once an hour, and only when something failed.
    Logins: none, but for one signed in this recorder's own time when a camera's clock is newly
    off and the recorder signs (see ``LoginDesk.try_own_time``).
    """
    before, trace = visit.previous.get(CAUSE), camera.desk.trace
    stands = before is not None and (before.quality is Quality.UNKNOWN or before.value != NONE)
    is_asked = any(one.name == login.OUTCOME and one.good for one in take.readings)
    is_troubled = _is_troubled(take.readings, trace)
    if not (is_asked or is_troubled or (stands and trace.attempts)):
        return
    if not is_troubled and not stands and _is_well(trace, visit, camera.desk.skew_s):
        take.readings += [good(SHOWN, shown(trace), at=visit.now), good(CAUSE, NONE, at=visit.now)]
        return
    from agent.doctor.visit import name_cause  # noqa: PLC0415  # rarely needed

    await name_cause(
        take,
        camera,
        visit,
        budget=budget,
        is_troubled=is_troubled,
        is_there=_is_there(take.readings),
    )


def shown(trace: Trace) -> str:
    """The services that let us in during this pass, in words of ``login.shown``."""
    accepted = {one.service.value for one in trace.attempts if one.met is Met.ACCEPTED}
    return ",".join(sorted(accepted))


def _is_troubled(readings: Sequence[Reading], trace: Trace) -> bool:
    """Whether something failed that the account, the ports or the stream's path may explain."""
    for one in readings:
        if one.name == login.OUTCOME and one.value in _FAILED_OUTCOMES:
            return True
        if one.name == "stream.plays" and one.value is False and says_no_stream(one):
            return True
    return _is_there(readings) is False or any(
        one.met is Met.FORBIDDEN or (one.met is Met.REFUSED and one.service is not Service.ONVIF)
        for one in trace.attempts
    )


def _is_there(readings: Sequence[Reading]) -> bool | None:
    """Whether ONVIF answers where it is configured; None when this pass does not say."""
    for one in readings:
        if one.name == login.OUTCOME and one.good:
            return True
        if one.name == login.OUTCOME and one.cause in _NO_ONVIF:
            return False
        if one.name == "reach.answers" and one.value is False and one.cause in _NO_ONVIF:
            return False
    return None


def _is_well(trace: Trace, visit: Pass, skew_s: float | None) -> bool:
    """Whether nothing that was seen could be a cause, for the recorder either."""
    signs = visit.recorder_login is LoginKind.WSSE and abs(skew_s or 0.0) >= WORTH_S
    refused = any(one.met is not Met.ACCEPTED for one in trace.attempts)
    return not signs and not refused and trace.lock is None and not _may_shut_out(trace.offers)


def _may_shut_out(offers: Mapping[Service, tuple[Offer, ...]]) -> bool:
    """Whether a service offers Digest and no MD5."""
    kinds = [{offer.kind for offer in found} - {None} for found in offers.values()]
    return any(found and LoginKind.DIGEST_MD5 not in found for found in kinds)


def says_no_stream(reading: Reading) -> bool:
    """Whether RTSP has no such stream, rather than none at all."""
    return any(word in reading.detail for word in NO_STREAM)
