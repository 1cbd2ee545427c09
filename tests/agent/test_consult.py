"""The login doctor in the running agent: one cause, one fault, at no cost to the account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("simulator.camera", reason="the simulator is not here")

from agent import cycle
from agent.asking import Take
from agent.budget import Budget
from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.login_facts import Attempt, Met, Service
from agent.camera.port import Camera, Credentials, LoginKind, Target
from agent.consult import consult
from agent.delivery import fault_store
from agent.delivery.database import Database
from agent.delivery.evidence import Signer
from agent.delivery.outbox import Outbox
from agent.delivery.salvage import open_or_salvage
from agent.diagnosis import RULES
from agent.diagnosis.cause_rules import CAUSE, LOCK_LEFT, SIDE
from agent.diagnosis.levels import Levels
from agent.episodes import Author
from agent.probes import PROBES
from agent.probes.probe import Pass
from agent.recording import Outcome, Settings
from agent.topology import WIRED_MAINS
from simulator.camera import SimulatedCamera
from simulator.faults import Fault
from simulator.spec import CameraSpec
from tests.agent.fakes import Clock, FakeCamera
from tests.agent.test_cycle import DEVICE, KEY

WSSE, MD5 = LoginKind.WSSE, LoginKind.DIGEST_MD5
LOOKED_AT = ("reachability", "login", "identity", "stream", "clock")
MINE = tuple(probe for probe in PROBES if probe.name in LOOKED_AT)


class Hours:
    """The present, moved on by the test."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Post:
    """An agent beside one simulated camera; a visit an hour."""

    def __init__(self, folder: Path, camera: SimulatedCamera, clock: Hours, kind: LoginKind):
        self.database: Database
        self.database, _ = open_or_salvage(folder / "agent.db", now=clock())
        self.outbox = Outbox(self.database)
        self.clock = clock
        self.http, self.decoder = CameraHttp(), Decoder()
        target = Target(
            address=camera.address,
            credentials=Credentials(user="admin", password=camera.spec.password),
            rtsp_port=camera.rtsp_port,
        )
        self.device = replace(DEVICE, target=target)
        self.settings = Settings(
            rules=[rule for rule in RULES if rule.code.startswith(("login", "stream", "device"))],
            levels=Levels(),
            watch_seconds=0.3,
            recorder_login=kind,
            author=Author(agent_id="a", version="1", recorder_firmware="", signer=Signer(KEY)),
            clip_seconds=0,
        )

    async def visit(self, *, minutes: float = 60.1) -> Outcome:
        """One pass; then time moves on."""
        camera = NetworkCamera(
            self.device.target,
            http=self.http,
            decoder=self.decoder,
            profiles=(),
            clock=self.clock,
        )

        async def counted(take: Take, patient: Camera, visit: Pass, *, budget: Budget) -> None:
            before = camera.costs.login_attempts
            await consult(take, patient, visit, budget=budget)
            self.attempts_of_doctor = camera.costs.login_attempts - before

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(cycle, "consult", counted)
            outcome = await cycle.run_pass(
                self.device,
                camera,
                MINE,
                budget=WIRED_MAINS,
                settings=self.settings,
                database=self.database,
                outbox=self.outbox,
                clock=self.clock,
            )
        self.clock.ahead += timedelta(minutes=minutes)
        self.exchanges = camera.exchanges
        return outcome

    def open_codes(self) -> set[str]:
        """Which faults stand open."""
        memories = fault_store.read_memories(self.database.connection, self.device.device_id)
        return {code for code, memory in memories.items() if memory.is_open}

    async def close(self) -> None:
        await self.decoder.close()
        await self.http.close()
        self.database.close()


CASES = [
    pytest.param(Fault.CLOCK_OFF_DAY, WSSE, "login.clock_skew", id="clock"),
    pytest.param(Fault.CLOCK_OFF_HOUR, WSSE, "login.dst_error", id="an hour"),
    pytest.param(Fault.LOGIN_WSSE_REFUSED, WSSE, "login.firmware_refuses_method", id="wsse"),
    pytest.param(Fault.LOGIN_SHA256_ONLY, MD5, "login.recorder_lacks_sha256", id="sha256"),
    pytest.param(Fault.LOGIN_DIGEST_CONFUSED, MD5, "login.digest_confusion", id="confused"),
    pytest.param(Fault.LOGIN_DIGEST_CONFUSED, WSSE, "login.digest_confusion", id="confused RTSP"),
    pytest.param(Fault.ONVIF_OFF, WSSE, "login.onvif_off", id="onvif off"),
    pytest.param(Fault.HTTPS_ONLY, WSSE, "login.https_only", id="https"),
    pytest.param(Fault.USER_LEVEL, WSSE, "login.user_level", id="level"),
    pytest.param(Fault.PASSWORD_CHARACTERS, WSSE, "login.password_characters", id="characters"),
    pytest.param(Fault.RTSP_PATH_CHANGED, WSSE, "stream.path_changed", id="path"),
    pytest.param(Fault.LOCKED_OUT, WSSE, "login.locked_out", id="locked"),
    pytest.param(Fault.WRONG_PASSWORD, WSSE, "login.wrong_password", id="password"),
]


@pytest.fixture
def clock() -> Iterator[Hours]:
    """One clock for the agent and the camera."""
    return Hours()


@pytest.mark.parametrize(("fault", "recorder", "code"), CASES)
async def test_one_cause_opens_one_fault_and_ends_with_it(
    tmp_path: Path, clock: Hours, fault: Fault, recorder: LoginKind, code: str
) -> None:
    """Of all login, stream and device faults the exact one opens, alone; repaired, it clears. In
    the steady state the doctor itself logs in nowhere."""
    spec = CameraSpec(serial="SN-2401-0001", password="Sim#Pass 1", width=64, height=64)
    async with SimulatedCamera(spec, clock=clock) as camera:
        post = Post(tmp_path, camera, clock, recorder)
        camera.inject(fault)
        await camera.settle()
        for _ in range(4):
            await post.visit()
        assert post.open_codes() == {code}
        assert post.attempts_of_doctor == 0

        camera.clear(fault)
        clock.ahead += timedelta(hours=24)  # an algorithm that refused is not tried for a day
        for _ in range(5):
            await post.visit()
        assert post.open_codes() == set()
        await post.close()


async def test_a_camera_that_is_well_costs_nothing_more(tmp_path: Path, clock: Hours) -> None:
    """Without a fault the doctor knocks nowhere, tries nothing, and says that there is no cause."""
    spec = CameraSpec(serial="SN-2401-0001", password="Sim#Pass 1", width=64, height=64)
    async with SimulatedCamera(spec, clock=clock) as camera:
        post = Post(tmp_path, camera, clock, WSSE)
        outcome = await post.visit()
        before = camera.requests.per_operation.copy()
        outcome = await post.visit()
        assert post.open_codes() == set()
        await post.close()
    asked = camera.requests.per_operation - before

    assert {r.name: r.value for r in outcome.readings}[CAUSE] == "none"
    assert asked["GetDeviceInformation"] == 1
    assert camera.requests.logins_refused.total() == 0


async def test_a_clock_that_stays_wrong_is_tried_once(tmp_path: Path, clock: Hours) -> None:
    """The login in the recorder's own time is made when the clock is newly off, then never."""
    spec = CameraSpec(serial="SN-2401-0001", password="Sim-Pass-1", width=64, height=64)
    async with SimulatedCamera(spec, clock=clock) as camera:
        camera.inject(Fault.CLOCK_OFF_DAY)
        post = Post(tmp_path, camera, clock, WSSE)
        for _ in range(6):
            await post.visit()
        assert post.open_codes() == {"login.clock_skew"}
        await post.close()

    assert camera.requests.logins_refused.total() == 1


async def test_a_locked_account_is_told_with_its_time(tmp_path: Path, clock: Hours) -> None:
    """The reading has the device's own seconds, and the account's side."""
    spec = CameraSpec(serial="SN-2401-0001", password="Sim-Pass-1", width=64, height=64)
    async with SimulatedCamera(spec, clock=clock) as camera:
        camera.inject(Fault.LOCKED_OUT)
        post = Post(tmp_path, camera, clock, WSSE)
        told = {r.name: r.value for r in (await post.visit()).readings}
        await post.close()

    assert (told[CAUSE], told[SIDE], told[LOCK_LEFT]) == ("locked_out", "account", 1800)


async def test_what_needs_no_login_is_asked_once_an_hour(tmp_path: Path, clock: Hours) -> None:
    """While ONVIF is off, a visit every ten minutes knocks at the device's ports once an hour."""
    spec = CameraSpec(serial="SN-2401-0001", password="Sim-Pass-1", width=64, height=64)
    async with SimulatedCamera(spec, clock=clock) as camera:
        camera.inject(Fault.ONVIF_OFF)
        post = Post(tmp_path, camera, clock, WSSE)
        knocks = []
        for _ in range(8):
            outcome = await post.visit(minutes=10)
            knocks.append(sum(one.kind == "login" for one in post.exchanges))
            assert {r.name: r.value for r in outcome.readings}[CAUSE] == "onvif_off"
        await post.close()

    assert knocks == [1, 0, 0, 0, 0, 0, 1, 0]


def test_attempts_of_a_pass_are_facts() -> None:
    """The same login twice is told once."""
    camera = FakeCamera(Clock())
    for _ in range(2):
        camera.desk.trace.note(Service.ONVIF, WSSE, Met.REFUSED)

    assert camera.desk.trace.attempts == [
        Attempt(service=Service.ONVIF, kind=WSSE, met=Met.REFUSED)
    ]
