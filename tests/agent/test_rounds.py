"""Who is visited when: no camera waits for a bad one, and no account is worn out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.budget import Budget
from agent.camera.port import Camera, CameraError, Cause, DeviceClock, LoginKind, Target
from agent.config import Device
from agent.config_inbox import Push
from agent.delivery.database import Database
from agent.delivery.evidence import Signer
from agent.delivery.outbox import Outbox
from agent.delivery.salvage import open_or_salvage
from agent.diagnosis import RULES
from agent.diagnosis.levels import Levels
from agent.episodes import Author
from agent.login_hold import RETRY
from agent.probes import PROBES
from agent.probes.probe import Cost, Observation, Pass, Probe, good
from agent.recording import Outcome, Settings
from agent.rounds import Rounds
from agent.topology import WIRED_MAINS
from tests.agent.fakes import NOBODY, NOON, Clock, FakeCamera
from tests.agent.test_cycle import DEVICE, KEY

REFUSED = CameraError(Cause.LOGIN_REFUSED, "the password was refused")
WITHOUT_LOGIN = {"tcp", "GetSystemDateAndTime"}


def device(name: str) -> Device:
    """A camera by name."""
    return replace(DEVICE, device_id=name, name=name, target=Target(address="192.0.2.1"))


@dataclass
class Site:
    """Rounds over a few cameras, each of its own kind."""

    database: Database
    clock: Clock = field(default_factory=Clock)
    outcomes: list[Outcome] = field(default_factory=list)

    def rounds(
        self,
        cameras: dict[str, Callable[[], Camera]],
        *,
        probes: tuple[Probe, ...] = PROBES,
        concurrency: int = 2,
        settle: Callable[[str], Awaitable[object]] | None = None,
        make: Callable[[str], Device] = device,
        budget: Budget = WIRED_MAINS,
    ) -> Rounds:
        """The rounds of an agent that has just started."""
        author = Author(agent_id="a", version="1", recorder_firmware="", signer=Signer(KEY))
        return Rounds(
            devices=[make(name) for name in cameras],
            budgets=dict.fromkeys(cameras, budget),
            probes=probes,
            overrides={},
            concurrency=concurrency,
            settings=Settings(
                rules=RULES,
                levels=Levels(),
                watch_seconds=1.0,
                recorder_login=LoginKind.NONE,
                author=author,
                witness=next((probe for probe in probes if probe.name == "login"), None),
            ),
            database=self.database,
            outbox=Outbox(self.database),
            camera_for=lambda one: cameras[one.device_id](),
            clock=self.clock,
            jitter={},
            on_outcome=self.outcomes.append,
            login_retry=RETRY,
            settle=settle,
        )

    async def live(self, rounds: Rounds, *, hours: float) -> None:
        """Let time pass in steps of a minute, and make every visit that falls due."""
        until = self.clock.now + timedelta(hours=hours)
        while self.clock.now < until:
            for name, probes in rounds.due_now().items():
                await rounds.visit(name, probes)
            self.clock.pass_by(minutes=1)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site without cameras yet."""
    database, _ = open_or_salvage(tmp_path / "agent.db", now=NOON)
    yield Site(database)
    database.close()


@dataclass
class Refusing(FakeCamera):
    """Answers what needs no account; refuses the password twice a pass, as the real edge does."""

    asks_login: frozenset[str] = frozenset()  # the questions it refuses; empty: all
    tally: list[int] = field(default_factory=list)
    attempts: int = 0

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if what in WITHOUT_LOGIN or (self.asks_login and what not in self.asks_login):
            return
        if self.attempts < 2:
            self.attempts += 1
            self.tally.append(1)
        self.logins_shut = not self.asks_login
        raise REFUSED


async def test_a_wrong_password_is_tried_eight_times_a_day_at_most(site: Site) -> None:
    """A day of visits to a camera that refuses us: few logins, and it still counts as answering."""
    tally: list[int] = []
    rounds = site.rounds({"wrong": lambda: Refusing(site.clock, tally=tally)})
    await site.live(rounds, hours=24)

    assert 2 <= len(tally) <= 8
    assert len(site.outcomes) > 200
    assert not any(outcome.is_silent for outcome in site.outcomes)


async def test_a_second_password_is_left_alone_too(site: Site) -> None:
    """ONVIF lets us in and RTSP refuses: the stream rests while everything else is asked."""
    tally: list[int] = []
    rtsp = frozenset({"PLAY"})
    rounds = site.rounds({"two": lambda: Refusing(site.clock, tally=tally, asks_login=rtsp)})
    await site.live(rounds, hours=24)
    ran = [name for outcome in site.outcomes for name in outcome.ran]

    assert 2 <= len(tally) <= 16  # stream and picture each rest by themselves
    assert ran.count("imaging") > 100


async def test_a_restart_does_not_forget_the_refusal(site: Site) -> None:
    """An agent that is restarted every minute asks no oftener than once in 15 minutes."""
    tally: list[int] = []
    for _ in range(60):
        rounds = site.rounds({"wrong": lambda: Refusing(site.clock, tally=tally)})
        await site.live(rounds, hours=1 / 60)

    assert 2 <= len(tally) <= 2 * 60 / 15


async def test_a_silent_device_is_asked_less_and_less_often(site: Site) -> None:
    """A dead camera is knocked at about every half hour, its neighbour at its own pace."""
    dead: list[FakeCamera] = []

    def make_dead() -> FakeCamera:
        dead.append(FakeCamera(site.clock, failure=NOBODY))
        return dead[-1]

    rounds = site.rounds({"dead": make_dead, "well": lambda: FakeCamera(site.clock)})
    await site.live(rounds, hours=12)
    visits = [outcome.facts.device_id for outcome in site.outcomes]

    assert 20 <= len(dead) <= 40
    assert all(camera.asked == ["tcp"] for camera in dead)
    assert visits.count("well") > 100


async def test_a_returning_device_says_who_it_is_first(site: Site) -> None:
    """After a silence another camera may hang there: its identity is read with the first pass."""
    camera = FakeCamera(site.clock)
    rounds = site.rounds({"one": lambda: camera})
    await rounds.visit("one")
    camera.failure = NOBODY
    await rounds.visit("one")
    camera.failure, camera.serial = None, "SN-2401-0099"
    outcome = await rounds.visit("one", rounds.probe_named("imaging"))

    assert outcome.ran == ("reachability", "identity", "imaging")
    assert outcome.facts.aliases[0].value == "SN-2401-0099"


async def read_slowly(camera: Camera, visit: Pass) -> Observation:
    """A camera whose clock question hangs holds this probe until its deadline."""
    await camera.device_clock()
    return Observation(readings=(good("slow.done", True, at=visit.now),))


@dataclass
class Hanging(FakeCamera):
    """Takes the question and never answers."""

    async def device_clock(self) -> DeviceClock:
        await asyncio.Event().wait()
        raise AssertionError("nobody sets that event")


async def test_hanging_cameras_cost_no_other_its_turn(site: Site) -> None:
    """One place is taken by a camera that hangs; the others are visited before its deadline."""
    slow = Probe(
        name="slow",
        every=timedelta(hours=1),
        cost=Cost(bytes=1),
        read=read_slowly,
        deadline_s=2.0,
        names=("slow.done",),
    )
    cameras: dict[str, Callable[[], Camera]] = {"hangs": lambda: Hanging(site.clock)}
    cameras |= {f"well-{n}": lambda: FakeCamera(site.clock) for n in range(6)}
    task = asyncio.create_task(site.rounds(cameras, probes=(slow,)).run())
    async with asyncio.timeout(15):
        while len(site.outcomes) < 7:  # noqa: ASYNC110 - the rounds tell a list, not an event
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    order = [outcome.facts.device_id for outcome in site.outcomes]
    (late,) = site.outcomes[-1].readings

    assert order[-1] == "hangs"
    assert (late.good, late.cause) == (False, Cause.DEADLINE.value)
    assert all(reading.good for outcome in site.outcomes[:-1] for reading in outcome.readings)


async def test_what_is_owed_is_restored_before_anything_else_is_asked(site: Site) -> None:
    """A camera that a killed experiment left changed is put right first, then visited."""
    order: list[str] = []
    camera = FakeCamera(site.clock)
    camera.asked = order

    async def settle(device_id: str) -> None:
        order.append(f"settle {device_id}")

    await site.rounds({"one": lambda: camera}, settle=settle).visit("one")

    assert order[0] == "settle one"
    assert len(order) > 1


async def test_a_camera_that_pushes_is_visited_only_on_its_owners_word(site: Site) -> None:
    """In a day the schedule never calls it; with an interval of its own it is called by that."""
    camera, push = FakeCamera(site.clock), Push(expect_every=timedelta(days=1))

    def sleeper(name: str) -> Device:
        return replace(device(name), push=push)

    def half_awake(name: str) -> Device:
        return replace(device(name), push=push, min_poll=timedelta(hours=6))

    await site.live(site.rounds({"one": lambda: camera}, make=sleeper), hours=24)
    assert camera.asked == []
    await site.live(site.rounds({"one": lambda: camera}, make=half_awake), hours=1)
    assert camera.asked
