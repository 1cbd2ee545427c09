"""The visiting process: every probe at every animal, through a real camera and decoder.

Reads goals as JSON from stdin, writes a ``Tour`` to stdout. It is a process of its own, so that
its memory is what an agent's would be.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from agent.asking import DEFECT, run_probe
from agent.camera.address import Place, place_of
from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.port import Camera, CameraError, Credentials, Target
from agent.camera.profiles.dvrip.session import DvripSession, Question
from agent.doctor.clues import Recorder
from agent.doctor.examine import examine
from agent.probes import PROBES
from agent.probes.failure import all_failed
from agent.probes.probe import DEADLINE_S, Cost, Observation, Pass, Probe, Read, good
from agent.second_opinion.ask import ask_both
from tests.zoo.dvrip import READING
from tests.zoo.honest import PASSWORD, USER
from tests.zoo.sighting import Goal, Seen, Sighting, Tour

AT_ONCE: Final = 40
_WATCH_S: Final = 1.0
_CHARGE: Final = Question(message=1610, name="OPTUpData", wanted="Dev.ElectCapacity")


async def _snapshot(camera: Camera, visit: Pass) -> Observation:
    shot = await camera.snapshot()
    return Observation(readings=(good("zoo.snapshot", len(shot.body), at=visit.now),))


async def _system_log(camera: Camera, visit: Pass) -> Observation:
    log = await camera.system_log()
    return Observation(readings=(good("zoo.system_log", len(log), at=visit.now),))


async def _events(camera: Camera, visit: Pass) -> Observation:
    assert isinstance(camera, NetworkCamera)
    async with camera.events() as subscription:
        told = await subscription.pull(wait_s=1)
    return Observation(readings=(good("zoo.events", len(told), at=visit.now),))


async def _dvrip(camera: Camera, visit: Pass) -> Observation:
    """One question by DVRIP; a device that speaks none is passed over."""
    assert isinstance(camera, NetworkCamera)
    door = camera._door
    if door.target.vendor_port is None:
        return Observation(readings=())
    place = Place(host=place_of(door.target).host, port=door.target.vendor_port)
    session = DvripSession(place, login=door.login, tally=door.transcript.tally)
    try:
        answer = await session.ask(_CHARGE)
    except CameraError as error:
        return Observation(readings=all_failed((READING,), error, at=visit.now))
    finally:
        await session.close()
    return Observation(readings=(good(READING, len(answer), at=visit.now),))


async def _doctor(camera: Camera, visit: Pass) -> Observation:
    """The login doctor, which raises nothing that a camera can cause."""
    assert isinstance(camera, NetworkCamera)
    found = await examine(camera, recorder=Recorder())
    return Observation(readings=(good("zoo.doctor", found.attempts, at=visit.now),))


async def _second_opinion(camera: Camera, visit: Pass) -> Observation:
    """What onvif-zeep makes of the device, in its own process and under our limits."""
    assert isinstance(camera, NetworkCamera)
    let_in = (
        good("login.outcome", "accepted", at=visit.now),
        good("login.accepted", "wsse", at=visit.now),
    )
    both = await ask_both(camera._door.target, visited=let_in)
    return Observation(readings=(good("zoo.second_opinion", len(both.rows), at=visit.now),))


def _extra(name: str, read: Read) -> Probe:
    return Probe(
        name=name, every=timedelta(hours=1), cost=Cost(bytes=0), deadline_s=DEADLINE_S, read=read
    )


EXTRAS: Final = (
    _extra("zoo.snapshot", _snapshot),
    _extra("zoo.system_log", _system_log),
    _extra("zoo.events", _events),
    _extra(READING, _dvrip),
    _extra("zoo.doctor", _doctor),
)
"""What no probe asks and other parts of the agent do."""


SECOND_OPINION: Final = _extra("zoo.second_opinion", _second_opinion)


class _Visitor:
    """Visits with one HTTP client and one decoder, as an agent does."""

    def __init__(self) -> None:
        from tests.zoo.firmware import shipped_profiles  # noqa: PLC0415

        self._profiles = shipped_profiles()
        self._http = CameraHttp()
        self._decoder = Decoder()
        self.child_mb = 0.0
        self.pids: set[int] = set()
        self.sightings: list[Sighting] = []

    async def visit(self, goal: Goal, probe: Probe) -> None:
        """One probe in a pass of its own."""
        target = Target(
            address=goal.address,
            credentials=Credentials(user=USER, password=PASSWORD),
            rtsp_port=goal.rtsp_port,
            allow_events=True,
            tls=goal.tls,
            vendor_port=goal.dvrip_port or None,
            tls_fingerprints=(goal.pin,) if goal.pin else (),
        )
        camera = NetworkCamera(
            target,
            http=self._http,
            decoder=self._decoder,
            profiles=self._profiles,
            clock=lambda: datetime.now(UTC),
        )
        visit = Pass(now=datetime.now(UTC), watch_seconds=_WATCH_S)
        began, escaped = time.monotonic(), ""
        observation = Observation(readings=())
        try:
            observation = await run_probe(probe, camera, visit)
        except Exception as error:  # noqa: BLE001  # whatever escapes is what the zoo looks for
            escaped = repr(error)[:300]
        self._look_at_children()
        self.sightings.append(
            Sighting(
                animal=goal.name,
                probe=probe.name,
                seconds=time.monotonic() - began,
                escaped=escaped or _defect(observation),
                readings=[
                    Seen(
                        name=one.name,
                        value=one.value,
                        quality=one.quality.value,
                        cause=one.cause or "",
                        detail=one.detail,
                    )
                    for one in observation.readings
                ],
                login_attempts=camera.costs.login_attempts,
            )
        )

    def _look_at_children(self) -> None:
        for pid in self._decoder.child_pids:
            self.pids.add(pid)
            with contextlib.suppress(OSError):
                self.child_mb = max(self.child_mb, _status_mb("VmHWM", pid))

    async def close(self) -> None:
        """End client and decoder."""
        await self._http.close()
        await self._decoder.close()


def _defect(observation: Observation) -> str:
    found = [one.detail for one in observation.readings if one.cause == DEFECT]
    return f"{DEFECT}: {found[0]}" if found else ""


def _status_mb(field: str, pid: int | str = "self") -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no {field} of process {pid}")


class _Scales:
    """How much the process grew at most since they were set up."""

    def __init__(self) -> None:
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        self._before_mb = _status_mb("VmRSS")

    def growth_mb(self) -> float:
        return max(0.0, _status_mb("VmHWM") - self._before_mb)


async def tour(goals: Sequence[Goal]) -> Tour:
    """Visit the first goal to warm up, heavy ones alone, and the others side by side."""
    visitor = _Visitor()
    growth: dict[str, float] = {}
    probes = (*PROBES, *EXTRAS)
    try:
        for probe in (*probes, SECOND_OPINION):
            await visitor.visit(goals[0], probe)
        for goal in (one for one in goals[1:] if one.is_heavy):
            scales = _Scales()
            for probe in _of(goal, probes):
                await visitor.visit(goal, probe)
            growth[goal.name] = scales.growth_mb()
        light = [goal for goal in goals[1:] if not goal.is_heavy]
        scales = _Scales()
        await _side_by_side(
            visitor, [(goal, probe) for goal in light for probe in _of(goal, probes)]
        )
        growth[""] = scales.growth_mb()
    finally:
        await visitor.close()
    return Tour(
        sightings=visitor.sightings,
        growth_mb=growth,
        child_mb=visitor.child_mb,
        children_lost=max(0, len(visitor.pids) - 1),
    )


def _of(goal: Goal, probes: Sequence[Probe]) -> Sequence[Probe]:
    return (*probes, SECOND_OPINION) if goal.second_opinion else probes


async def _side_by_side(visitor: _Visitor, pairs: Sequence[tuple[Goal, Probe]]) -> None:
    waiting = iter(pairs)

    async def walk() -> None:
        for goal, probe in waiting:
            await visitor.visit(goal, probe)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(walk())


def main() -> None:
    """Read goals, visit, write the tour."""
    goals = msgspec.json.decode(sys.stdin.buffer.read(), type=list[Goal])
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(tour(goals))))


if __name__ == "__main__":
    main()
