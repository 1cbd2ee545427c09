"""Naming the cause of what a pass saw refused, in the same visit and without credentials."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from agent.asking import Take, spent_between
from agent.budget import Budget, allows, awake_left_s, ceiling_of
from agent.camera.login_facts import Met, Service
from agent.camera.login_trace import Trace
from agent.camera.port import Camera, CameraError, Cause, LoginKind
from agent.diagnosis.cause_rules import CAUSE, LOCK_LEFT, NONE, SHOWN, SIDE
from agent.doctor.cause import LoginCause
from agent.doctor.clues import Recorder, Stream
from agent.doctor.diagnosis import Judgement, Outcome
from agent.doctor.examine import find_path, gather
from agent.doctor.judge import judge
from agent.probes import login
from agent.probes.probe import Cost, Pass, good, unknown
from shared.reading import Quality, Reading

KNOCK: Final = Cost(bytes=24_000, requests=30, awake_ms=20_000)
"""Some twelve connections and up to fifteen small requests, none with a login."""
OWN_TIME: Final = Cost(bytes=3_000, logins=1, requests=1, awake_ms=2_000)
PATHS: Final = Cost(bytes=16_000, requests=18, awake_ms=10_000)
_KNOCK_S: Final = 20.0
_FAILED_OUTCOMES: Final = frozenset({"refused", "method", "locked"})
_NO_ONVIF: Final = frozenset(
    cause.value
    for cause in (Cause.TCP_REFUSED, Cause.HTTP_STATUS, Cause.HTTP_REDIRECT, Cause.HTTP_NOT_XML)
)
_NO_STREAM: Final = ("RTSP 404", "RTSP 454")


async def consult(take: Take, camera: Camera, visit: Pass, *, budget: Budget) -> None:
    """Add ``login.cause`` and what goes with it to the readings of a pass.

    Told when the login was looked at, when something was refused, and until it is well again.
    What needs no credentials is asked at most once an hour, and only when what the probes saw
    does not name the cause by itself. Logins: none, but for one signed in this recorder's own
    time when a camera's clock is newly off and the recorder signs (see ``LoginDesk``).
    """
    before, desk = visit.previous.get(CAUSE), camera.desk
    stands = before is not None and (before.quality is Quality.UNKNOWN or before.value != NONE)
    is_asked = any(one.name == login.OUTCOME and one.good for one in take.readings)
    is_troubled = _is_troubled(take.readings, desk.trace)
    if not (is_asked or is_troubled or (stands and desk.trace.attempts)):
        return
    recorder = Recorder(login=visit.recorder_login, speaks=visit.recorder_speaks)
    before_costs, knocked, stream = camera.costs, None, Stream()
    loop = asyncio.get_running_loop()
    began_s, left_s = loop.time(), awake_left_s(budget, take.spend, wakeups=0)
    camera.keep_within(ceiling_of(budget, take.spend, before_costs))
    try:
        async with asyncio.timeout(_KNOCK_S if left_s is None else min(_KNOCK_S, left_s)):
            if is_troubled and _allowed(budget, take, KNOCK):
                knocked = await desk.knock()
                if (knocked.onvif is None) is not is_asked:  # it has changed since
                    knocked = await desk.knock(anew=True)
            if recorder.login is LoginKind.WSSE and _allowed(budget, take, OWN_TIME):
                await desk.try_own_time()
            stream = await _find_stream(take, camera, budget=budget)
    except (CameraError, TimeoutError):
        pass  # what is not known is not told
    desk.recall_confused()
    spent = spent_between(before_costs, camera.costs, wakeups=0, seconds=loop.time() - began_s)
    take.spend = take.spend.plus(spent)
    take.mah = take.spend.mah(budget.draw)
    judgement = judge(gather(desk, recorder=recorder, knocked=knocked, stream=stream))
    if judgement.first is not None and judgement.first.cause is LoginCause.DIGEST_CONFUSION:
        for one in desk.trace.attempts:
            if one.met is Met.REFUSED and one.kind is not LoginKind.WSSE:
                desk.note_confused(one.kind)
    take.readings += _readings(judgement, desk.trace, visit)


def _is_troubled(readings: Sequence[Reading], trace: Trace) -> bool:
    """Whether something failed that the account, the ports or the stream's path may explain."""
    for one in readings:
        if one.name == login.OUTCOME and (one.value in _FAILED_OUTCOMES or one.cause in _NO_ONVIF):
            return True
        if one.name == "reach.answers" and one.value is False and one.cause in _NO_ONVIF:
            return True
        if one.name == "stream.plays" and one.value is False and _says_no_stream(one):
            return True
    return any(
        one.met is Met.FORBIDDEN or (one.met is Met.REFUSED and one.service is not Service.ONVIF)
        for one in trace.attempts
    )


def _says_no_stream(reading: Reading) -> bool:
    return any(word in reading.detail for word in _NO_STREAM)


def _allowed(budget: Budget, take: Take, cost: Cost) -> bool:
    return allows(budget, take.spend, cost) is None


async def _find_stream(take: Take, camera: Camera, *, budget: Budget) -> Stream:
    """Where the stream is, when RTSP let us in and has none at the stated path."""
    plays = next((one for one in take.readings if one.name == "stream.plays"), None)
    if plays is None or plays.value is not False or not _says_no_stream(plays):
        return Stream()
    accepted = [
        one
        for one in camera.desk.trace.attempts
        if one.met is Met.ACCEPTED and one.service is Service.RTSP
    ]
    if not accepted or not _allowed(budget, take, PATHS):
        return Stream()
    works_at = await find_path(camera.desk, kind=accepted[0].kind, paths=())
    status = 404 if _NO_STREAM[0] in plays.detail else 454
    return Stream(path=await camera.stream_path(), status=status, works_at=works_at)


def _readings(judgement: Judgement, trace: Trace, visit: Pass) -> list[Reading]:
    at, first = visit.now, judgement.first
    accepted = {one.service.value for one in trace.attempts if one.met is Met.ACCEPTED}
    told = [good(SHOWN, ",".join(sorted(accepted)), at=at)]
    if first is not None:
        told.append(good(CAUSE, first.cause.value, at=at, detail=first.reasons[0].en))
        told.append(good(SIDE, first.side.value, at=at))
    elif judgement.outcome is Outcome.WELL:
        told.append(good(CAUSE, NONE, at=at))
    else:
        settle = "; ".join(what.en for what in judgement.settle)
        told.append(unknown(CAUSE, at=at, detail=f"cannot be told; {settle}"))
    if trace.lock is not None and trace.lock.left_s is not None:
        told.append(good(LOCK_LEFT, trace.lock.left_s, at=at, unit="s"))
    return told
