"""Asking a device: each probe within its deadline and the day's budget, one after the other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from agent.budget import Budget, Resource, Spend, allows, awake_left_s, ceiling_of
from agent.camera.port import Camera, CameraError, Cause, Clip, Costs, NoClip, Picture
from agent.camera.transcript import MIDWAY
from agent.probes import login
from agent.probes.failure import SILENT, all_failed
from agent.probes.probe import Attachment, Cost, Observation, Pass, Probe
from shared.reading import Quality, Reading

_LOG = logging.getLogger(__name__)
_SILENT_CAUSES: Final = frozenset(cause.value for cause in SILENT)
_REFUSED_CAUSES: Final = frozenset({Cause.LOGIN_REFUSED.value, Cause.LOGIN_LOCKED.value})
_MAX_IN_VAIN: Final = 2
_HANGS: Final = CameraError(
    Cause.DEADLINE, "not asked: the device left two questions of this visit without an answer"
)
DEFECT: Final = "defect"  # cause of a reading whose probe failed by our own mistake


@dataclass(slots=True)
class Take:
    """What the probes of one pass brought home."""

    ran: list[Probe]
    readings: list[Reading]
    pictures: list[Picture]
    attachments: list[Attachment]
    spend: Spend
    is_silent: bool = False
    mah: float = 0.0  # estimated of the day so far; 0 on the mains
    clip: Clip | NoClip | None = None  # None: no fault waits for one


async def ask(
    probes: Sequence[Probe], camera: Camera, visit: Pass, *, budget: Budget, spend: Spend
) -> Take:
    """Run each probe that the budget allows; a device that is not there is asked no further.

    What a probe costs at most is asked beforehand; what it really costs is counted, and cut off
    where it would go beyond the day's limit: requests, bytes and logins by the camera, the charge
    of a battery by the time that is left for the probe.

    When the day's wake-ups are spent, a probe that can do without is asked for what leaves a
    sleeping camera asleep.

    One that hangs is asked no further either: each further probe would hold the slot for a deadline
    more, and others wait for it. Its other readings fail by the same cause.
    """
    loop = asyncio.get_running_loop()
    take = Take(ran=[], readings=[], pictures=[], attachments=[], spend=spend)
    take.mah = spend.mah(budget.draw)
    woken, in_vain = False, 0
    for probe in probes:
        cost = probe.cost if not woken else awake(probe.cost)
        refusal = allows(budget, take.spend, cost)
        if refusal and refusal.resource is Resource.WAKEUPS and probe.can_let_sleep:
            camera.stay_asleep()
            cost = awake(cost)
            refusal = allows(budget, take.spend, cost)
        take.ran.append(probe)
        if refusal is not None:
            error = CameraError(Cause.BUDGET, str(refusal))
            take.readings += all_failed(_names(probe), error, at=visit.now)
            continue
        if in_vain == _MAX_IN_VAIN:
            take.readings += all_failed(_names(probe), _HANGS, at=visit.now)
            continue
        before, began_s = camera.costs, loop.time()
        camera.keep_within(ceiling_of(budget, take.spend, before))
        left_s = awake_left_s(budget, take.spend, wakeups=cost.wakeups)
        observation = await run_probe(probe, camera, visit, at_most_s=left_s)
        spent = spent_between(
            before, camera.costs, wakeups=cost.wakeups, seconds=loop.time() - began_s
        )
        take.spend = take.spend.plus(spent)
        take.mah = take.spend.mah(budget.draw)
        woken = woken or cost.wakeups > 0
        if camera.costs.requests > before.requests:  # else it heard what another probe was told
            in_vain = in_vain + 1 if _hung(observation.readings) else 0
        take.readings += observation.readings
        take.pictures += observation.pictures
        take.attachments += observation.attachments
        if _says_nobody_answers(observation.readings):
            take.is_silent = True
            break
    return take


def bear_witness(take: Take, witness: Probe | None, camera: Camera, visit: Pass) -> None:
    """Let the login probe speak of what this pass saw refused; the device is not asked again.

    Only when nothing may log in any more: a stream that wants another kind of login says nothing
    about the password. ``login.outcome`` is what holds the logins of later passes.
    """
    if witness is None or not camera.logins_shut:
        return
    refusals = [r for r in take.readings if r.cause in _REFUSED_CAUSES]
    if not refusals or any(reading.name == login.OUTCOME for reading in refusals):
        return
    if witness not in take.ran:
        take.ran.append(witness)
    take.readings += login.testify(camera, refusals[-1], at=visit.now)


def _says_nobody_answers(readings: Sequence[Reading]) -> bool:
    """True when the reachability probe measured it, or a probe got no further than that."""
    for reading in readings:
        if reading.name == "reach.answers" and reading.good:
            return reading.value is False
    nothing = not any(reading.good for reading in readings)
    return nothing and any(reading.cause in _SILENT_CAUSES for reading in readings)


def _hung(readings: Sequence[Reading]) -> bool:
    """True when the probe waited in vain and learnt nothing."""
    nothing = not any(reading.good for reading in readings)
    return nothing and any(reading.cause == Cause.DEADLINE.value for reading in readings)


async def run_probe(
    probe: Probe, camera: Camera, visit: Pass, *, at_most_s: float | None = None
) -> Observation:
    """Run one probe within its deadline; whatever goes wrong becomes failed readings.

    ``at_most_s`` is how long the day's charge still keeps the device awake.
    """
    deadline_s = probe.deadline_s + visit.longer_s
    is_short = at_most_s is not None and at_most_s < deadline_s
    try:
        async with asyncio.timeout(at_most_s if is_short else deadline_s):
            return await probe.read(camera, visit)
    except TimeoutError:
        error = CameraError(Cause.DEADLINE, f"no answer within {deadline_s:g} s")
        if is_short:
            error = CameraError(Cause.BUDGET, MIDWAY.format("mAh"))
        return Observation(readings=all_failed(_names(probe), error, at=visit.now))
    except CameraError as error:
        return Observation(readings=all_failed(_names(probe), error, at=visit.now))
    # A broad except (docs/architecture.md lists them all): a defect in one probe, met on one
    # firmware, must cost neither the other probes nor the other cameras. It is told as failed
    # readings and logged.
    except Exception as error:  # noqa: BLE001
        _LOG.exception("probe %s has a defect", probe.name)
        return Observation(readings=_defect(probe, error, at=visit.now))


def _defect(probe: Probe, error: Exception, *, at: datetime) -> tuple[Reading, ...]:
    detail = f"the probe failed: {type(error).__name__}"
    return tuple(
        Reading(name, None, "", at, Quality.FAILED, cause=DEFECT, detail=detail)
        for name in _names(probe)
    )


def _names(probe: Probe) -> tuple[str, ...]:
    return probe.names or (probe.name,)


def awake(cost: Cost) -> Cost:
    """The cost of a probe on a device that this pass has woken already."""
    return replace(cost, wakeups=0)


def spent_between(before: Costs, after: Costs, *, wakeups: int, seconds: float) -> Cost:
    """What really was spent between two looks at the camera's tally, so many seconds apart."""
    return Cost(
        bytes=after.bytes_sent + after.bytes_received - before.bytes_sent - before.bytes_received,
        logins=after.login_attempts - before.login_attempts,
        wakeups=wakeups,
        writes=after.writes - before.writes,
        requests=after.requests - before.requests,
        awake_ms=round(max(0.0, seconds) * 1000),
    )
