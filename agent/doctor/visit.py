"""Naming the cause of what a pass saw refused, in the same visit."""

from __future__ import annotations

import asyncio
from typing import Final

from agent.asking import Take, spent_between
from agent.budget import Budget, allows, awake_left_s, ceiling_of
from agent.camera.knocked import Knocked
from agent.camera.login_facts import Met, Service
from agent.camera.login_trace import Trace
from agent.camera.port import Camera, CameraError, LoginKind
from agent.consult import NO_STREAM, says_no_stream, shown
from agent.diagnosis.cause_rules import CAUSE, LOCK_LEFT, NONE, SHOWN, SIDE
from agent.doctor.clues import Recorder, Stream
from agent.doctor.diagnosis import Judgement, Outcome
from agent.doctor.examine import find_path, gather
from agent.doctor.judge import judge
from agent.probes.probe import Cost, Pass, good, unknown
from shared.reading import Reading

KNOCK: Final = Cost(bytes=24_000, requests=30, awake_ms=20_000)
"""Some twelve connections and up to fifteen small requests, none with a login."""
OWN_TIME: Final = Cost(bytes=3_000, logins=1, requests=1, awake_ms=2_000)
PATHS: Final = Cost(bytes=16_000, requests=18, awake_ms=10_000)
_MOST_S: Final = 20.0


async def name_cause(
    take: Take,
    camera: Camera,
    visit: Pass,
    *,
    budget: Budget,
    is_troubled: bool,
    is_there: bool | None,
) -> None:
    """Ask what is free, judge, and add the readings; every cost is counted and within the day's.

    ``is_there``: whether this pass saw ONVIF answer, None when it did not look.
    """
    desk, before, loop = camera.desk, camera.costs, asyncio.get_running_loop()
    recorder = Recorder(login=visit.recorder_login, speaks=visit.recorder_speaks)
    began_s, left_s = loop.time(), awake_left_s(budget, take.spend, wakeups=0)
    camera.keep_within(ceiling_of(budget, take.spend, before))
    knocked, stream = None, Stream()
    try:
        async with asyncio.timeout(_MOST_S if left_s is None else min(_MOST_S, left_s)):
            if is_troubled and _allowed(budget, take, KNOCK):
                knocked = await _knock(camera, is_there=is_there)
            if recorder.login is LoginKind.WSSE and _allowed(budget, take, OWN_TIME):
                await desk.try_own_time()
            stream = await _find_stream(take, camera, budget=budget)
    except (CameraError, TimeoutError):
        pass  # what is not known is not told
    spent = spent_between(before, camera.costs, wakeups=0, seconds=loop.time() - began_s)
    take.spend = take.spend.plus(spent)
    take.mah = take.spend.mah(budget.draw)
    desk.recall_confused()
    clues = gather(desk, recorder=recorder, knocked=knocked, stream=stream)
    for one in clues.met(Met.REFUSED):
        if one.kind in clues.kinds_offered(one.service) and clues.has_other(one):
            desk.note_confused(one.service, one.kind)
    judgement = judge(clues)
    take.readings += _readings(judgement, desk.trace, visit)


async def _knock(camera: Camera, *, is_there: bool | None) -> Knocked:
    """What is free to ask, from within the hour unless it has changed since."""
    knocked = await camera.desk.knock()
    if is_there is not None and (knocked.onvif is None) is not is_there:
        knocked = await camera.desk.knock(anew=True)
    return knocked


def _allowed(budget: Budget, take: Take, cost: Cost) -> bool:
    return allows(budget, take.spend, cost) is None


async def _find_stream(take: Take, camera: Camera, *, budget: Budget) -> Stream:
    """Where the stream is, when RTSP let us in and has none at the stated path."""
    plays = next((one for one in take.readings if one.name == "stream.plays"), None)
    if plays is None or plays.value is not False or not says_no_stream(plays):
        return Stream()
    accepted = [
        one
        for one in camera.desk.trace.attempts
        if one.met is Met.ACCEPTED and one.service is Service.RTSP
    ]
    if not accepted or not _allowed(budget, take, PATHS):
        return Stream()
    works_at = await find_path(camera.desk, kind=accepted[0].kind)
    status = 404 if NO_STREAM[0] in plays.detail else 454
    return Stream(path=await camera.stream_path(), status=status, works_at=works_at)


def _readings(judgement: Judgement, trace: Trace, visit: Pass) -> list[Reading]:
    at, first = visit.now, judgement.first
    told = [good(SHOWN, shown(trace), at=at)]
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
