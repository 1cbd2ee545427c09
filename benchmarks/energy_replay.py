"""The figures of outages: ``energy.replay_*``, one site of 64 cameras through what must raise
nothing, and one power cut that must raise one incident."""

from __future__ import annotations

import contextlib
import functools
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Engine, func, select

from benchmarks.crowd import MOSQUITTO, Crowd, crowd
from benchmarks.figure import Bound, Figure, Measurement, Size
from collector.store import tables as t
from collector.store.engine import open_engine, reader, sqlite_url
from simulator.demo.files import write_agent, write_collector
from simulator.demo.processes import free_port, wait_for_port

CAMERAS: Final = 64
HALF_A_YEAR_S: Final = 183 * 86_400.0
SETTLE_S: Final = {Size.SHORT: 8.0, Size.FULL: 60.0}
DARK_S: Final = {Size.SHORT: 10.0, Size.FULL: 120.0}
SWEEP_S: Final = {Size.SHORT: 45.0, Size.FULL: 60.0}  # pictures of all cameras once in this time
RARE_S: Final = {Size.SHORT: 300.0, Size.FULL: 60.0}
# What is true of the machine itself is no extra: its clock was wrong, and a laboratory is busy.
OF_THE_HOST: Final = ("host.clock_wrong", "agent.overloaded")
PATIENCE_S: Final = 600.0
HEALTH_S: Final = 10.0  # a busy laboratory starts an agent in less than 2.5 times this
POLICY: Final = """\
passive_opens_drafts = true
tick_s = 0.5
recheck_s = 1.0
[hold_s]
"*" = 8.0
"device.unreachable" = 30.0
"login.clock_skew" = 150.0
"login.firmware_refuses_method" = 150.0
"login.wrong_password" = 150.0
"clock.wrong" = 150.0
[site_loss]
margin_s = 2.0
together_s = 60.0
reopen_s = 60.0
recovery_s = 60.0
[liveness]
factor = 2.5
default_promise_s = 10.0
"""
AGENT, COLLECTOR, BROKER = "agent-crowd", "collector", "mosquitto"


@dataclass(slots=True)
class Replay:
    """What was done, and what came of it."""

    steps: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    missing: int = 0
    seconds: float = 0.0


class Stage:
    """Agent, broker and collector over a crowd of cameras; each can be ended and started."""

    def __init__(self, crowd: Crowd, size: Size) -> None:
        self.crowd, self.size = crowd, size
        self.clocks = {name: crowd.folder.root / f"{name}.clock" for name in (AGENT, COLLECTOR)}
        self.web_port = free_port()
        self._write()
        self.engine: Engine = open_engine(sqlite_url(crowd.folder.root / "collector"))

    def _write(self) -> None:
        crowd, folder = self.crowd, self.crowd.folder
        folder.keys.mkdir(exist_ok=True)
        crowd.processes.run(["preclaim-agent", "keygen", str(folder.keys / "agent-crowd.pem")])
        crowd.processes.run(["preclaim-agent", "keygen", str(folder.keys / "command.pem")])
        rare = ("clock", "identity", "login", "stream", "imaging", "vendor")
        write_agent(
            folder,
            "crowd",
            crowd.cast,
            addresses=dict(crowd.addresses),
            broker_port=crowd.broker_port,
            every_s={
                "reachability": 5.0,
                "picture": SWEEP_S[self.size],
                **dict.fromkeys(rare, RARE_S[self.size]),
            },
            watch_seconds=0.5,
            health_every_s=HEALTH_S,
        )
        write_collector(
            folder,
            crowd.cast,
            broker_port=crowd.broker_port,
            web_port=self.web_port,
            embedded=False,
        )
        folder.policy.write_text(POLICY, encoding="utf-8")

    def start(self, name: str) -> None:
        """Start a part, for the first time or again."""
        folder = self.crowd.folder
        if name == BROKER:
            self.crowd.processes.start(
                name, [str(MOSQUITTO), "-c", str(folder.root / "mosquitto.conf")]
            )
            return
        clock = str(self.clocks[name])
        ours = ["python", "-m", "benchmarks.set_clock", clock]
        file = folder.agent("crowd") if name == AGENT else folder.collector
        verb = ["agent", "run"] if name == AGENT else ["collector", "serve"]
        self.crowd.processes.start(name, [*ours, *verb, "-c", str(file)])
        if name == COLLECTOR:
            wait_for_port(self.web_port, timeout_s=60, processes=self.crowd.processes)

    def restart(self, name: str) -> None:
        """Kill a part as a power cut would, and start it again."""
        self.crowd.processes.kill(name)
        self.start(name)

    def set_clock(self, name: str, off_s: float) -> None:
        """Set the wall clock of a running part."""
        self.clocks[name].write_text(str(off_s))

    def power(self, *, on: bool) -> None:
        """The power of the whole site: without it there is no agent either."""
        self.crowd.control.post("/control/sites/crowd/power", {"on": on})
        if on:
            self.start(AGENT)
        else:
            time.sleep(4)  # a battery keeps the recorder alive for a moment
            self.crowd.processes.kill(AGENT)

    def wait_until(self, what: str, holds: Callable[[], bool]) -> None:
        """Wait for a state of the store; TimeoutError names it."""
        until = time.monotonic() + PATIENCE_S
        while not holds():
            if time.monotonic() > until:
                raise TimeoutError(f"not within {PATIENCE_S:.0f} s: {what}; {self.told()}")
            self.crowd.processes.check()
            time.sleep(0.5)

    def count(self, query: object) -> int:
        """A number from the store."""
        with reader(self.engine) as db:
            return int(db.execute(query).scalar_one())  # type: ignore[call-overload]

    def standing(self, standing: str) -> int:
        """How many of the cameras stand so."""
        of = t.position.c.device_id.like("camera-%")
        return self.count(
            select(func.count())
            .select_from(t.position)
            .where(t.position.c.standing == standing, of)
        )

    def told(self) -> list[str]:
        """Everything that came of faults and that people would read."""
        with reader(self.engine) as db:
            incidents = db.execute(select(t.incident).order_by(t.incident.c.id)).all()
            others = db.execute(
                select(t.episode.c.code, t.decision.c.outcome, func.count().label("n"))
                .join(t.decision, t.decision.c.episode_id == t.episode.c.id)
                .group_by(t.episode.c.code, t.decision.c.outcome)
            ).all()
            how = (t.position.c.standing, t.position.c.standing_reason)
            standings = db.execute(select(*how, func.count().label("n")).group_by(*how)).all()
        lines = [
            f"incident {row.id}: {row.cause} {row.text_en}"
            + ("" if row.closed_at else " (open)")
            + (f" (part of {row.merged_into})" if row.merged_into else "")
            for row in incidents
        ]
        lines += [f"{row.n} x {row.code}: {row.outcome}" for row in others]
        return lines + [f"{row.n} {row.standing}: {row.standing_reason}" for row in standings]

    def opened(self) -> dict[str, int]:
        """What people would see: incidents, tasks, lines, firmware cases."""
        seen = t.incident.c.merged_into.is_(None)
        rows = {
            "incident": select(func.count()).select_from(t.incident).where(seen),
            "task": select(func.count())
            .select_from(t.task)
            .where(t.task.c.code.not_in(OF_THE_HOST)),
            "line": select(func.count()).select_from(t.claim_line),
            "firmware_case": select(func.count()).select_from(t.firmware_case),
        }
        return {name: self.count(query) for name, query in rows.items()}


@contextlib.contextmanager
def _running(size: Size) -> Iterator[Stage]:
    with crowd(CAMERAS, width=320, height=180, views=4) as cameras:
        stage = Stage(cameras, size)
        for name in (COLLECTOR, AGENT):
            stage.set_clock(name, 0.0)
            stage.start(name)
        stage.wait_until("all cameras are well", lambda: stage.standing("ok") == CAMERAS)
        yield stage
        stage.engine.dispose()


def _before_the_cut(stage: Stage) -> Iterator[tuple[str, Callable[[], None]]]:
    """What must raise nothing, and leaves all cameras well."""
    for name in (BROKER, COLLECTOR, AGENT):
        yield f"restart of the {name}", functools.partial(stage.restart, name)
    yield from _clock_steps(stage, COLLECTOR)
    light = "/control/sites/crowd/light"
    yield "dusk", functools.partial(stage.crowd.control.post, light, {"light": "night_ir"})


def _clock_steps(stage: Stage, name: str) -> Iterator[tuple[str, Callable[[], None]]]:
    for off_s in (HALF_A_YEAR_S, -HALF_A_YEAR_S, 0.0):
        act = functools.partial(stage.set_clock, name, off_s)
        yield f"clock of the {name} set to {off_s / 86_400:+.0f} d", act


@functools.cache
def replay(size: Size) -> Replay:
    """One run, for both rows."""
    done, began = Replay(), time.monotonic()
    with _running(size) as stage:
        for name, act in _before_the_cut(stage):
            act()
            time.sleep(SWEEP_S[size] * 1.25 if name == "dusk" else SETTLE_S[size])
            stage.wait_until("all are well again", lambda: stage.standing("ok") == CAMERAS)
            _note(done, stage, name, expected=0)
        _cut_power(done, stage)
        # Last: cameras refuse logins that are signed half a year off, and are left alone then.
        for name, act in _clock_steps(stage, AGENT):
            act()
            time.sleep(2 * SETTLE_S[size])
            _note(done, stage, name, expected=1)
        lost = select(func.coalesce(func.sum(t.seq_lost.c.last - t.seq_lost.c.first + 1), 0))
        done.missing += stage.count(lost)
    done.seconds = time.monotonic() - began
    print("\n".join((*done.steps, *done.unexpected)), file=sys.stderr)
    return done


def _cut_power(done: Replay, stage: Stage) -> None:
    """One incident, in the dark no camera well or broken, all well and decided after it."""
    stage.power(on=False)
    stage.wait_until("the outage is told", lambda: stage.opened()["incident"] > 0)
    time.sleep(DARK_S[stage.size])
    unknown = stage.standing("unknown")
    stage.power(on=True)
    stage.wait_until("all are well after the cut", lambda: stage.standing("ok") == CAMERAS)
    still = select(func.count()).select_from(t.incident).where(t.incident.c.closed_at.is_(None))
    stage.wait_until("the incident is over", lambda: stage.count(still) == 0)
    pending = select(func.count()).select_from(t.decision).where(t.decision.c.state == "pending")
    stage.wait_until("all is decided", lambda: stage.count(pending) == 0)
    _note(done, stage, "power cut", expected=1)
    done.missing += CAMERAS - unknown


def _note(done: Replay, stage: Stage, step: str, *, expected: int) -> None:
    opened = stage.opened()
    extra = sum(opened.values()) - opened["incident"] + max(0, opened["incident"] - expected)
    done.missing += max(0, expected - opened["incident"])
    done.steps.append(f"{step}: {opened}")
    if extra > len(done.unexpected):
        new = stage.told()
        done.unexpected += [f"after {step}: {line}" for line in new][: extra - len(done.unexpected)]


def _made_by(done: Replay) -> str:
    return f"{len(done.steps)} steps with {CAMERAS} cameras in {done.seconds:.0f} s"


def _missing(size: Size) -> Measurement:
    done = replay(size)
    return Measurement(value=done.missing, made_by=_made_by(done))


def _extra(size: Size) -> Measurement:
    done = replay(size)
    return Measurement(value=len(done.unexpected), made_by=_made_by(done))


_HOW: Final = (
    "preclaim-agent with 64 simulated cameras over ONVIF and RTSP, Mosquitto and preclaim-collector"
    " as processes; kill -9 of each, clocks of agent and collector set by half a year, dusk, and"
    " the power of the whole site; counted in the store"
)

FIGURES: tuple[Figure, ...] = (
    Figure(
        name="energy.replay_missing",
        what="incidents, rows and unknown cameras that were expected and did not come",
        unit="",
        bound=Bound.AT_MOST,
        target=0,
        how=_HOW,
        measure=_missing,
    ),
    Figure(
        name="energy.replay_extra",
        what="incidents, tasks and claims beside the one incident of the power cut",
        unit="",
        bound=Bound.AT_MOST,
        target=0,
        how=_HOW,
        measure=_extra,
    ),
)
