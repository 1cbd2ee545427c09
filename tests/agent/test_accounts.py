"""Channels of a recorder share an account: what locks it is counted once for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

pytest.importorskip("simulator.recorder", reason="the simulator is not here")

from agent.accounts import Accounts, account_of
from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.port import Camera, Credentials, Target
from agent.config import Device
from agent.probes import PROBES
from simulator.recorder import SimulatedRecorder
from simulator.spec import CameraSpec, Kind
from tests.agent.fakes import FakeCamera
from tests.agent.test_rounds import WIRED_MAINS, Refusing, Site, device, site

__all__ = ["site"]
WRONG = Credentials(user="admin", password="wrong")
CHANNELS = ("one", "two", "three", "four")


def channel_of(address: str, credentials: Credentials = WRONG) -> Callable[[str], Device]:
    """Devices by name on one recorder, a channel each."""

    def make(name: str) -> Device:
        number = CHANNELS.index(name) + 1
        target = Target(address=address, credentials=credentials, channel=number)
        return replace(device(name), target=target)

    return make


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Target(address="192.0.2.9:80", credentials=WRONG, channel=2), True),
        (Target(address="192.0.2.9", credentials=replace(WRONG, password="new")), True),
        (Target(address="192.0.2.9:8080", credentials=WRONG), False),
        (Target(address="192.0.2.9", credentials=replace(WRONG, user="view")), False),
        (Target(address="192.0.2.8", credentials=WRONG), False),
    ],
)
def test_an_account_is_user_and_place(other: Target, same: bool) -> None:
    """The same user at the same host and port; behind one NAT address each port is a device."""
    first = replace(device("a"), target=Target(address="192.0.2.9", credentials=WRONG))

    assert (account_of(first) == account_of(replace(device("b"), target=other))) is same


def test_devices_without_a_login_share_nothing() -> None:
    """Where nothing logs in nothing can be locked."""
    accounts = Accounts([device("a"), device("b")])

    assert accounts.are_free("a", ["b"])
    assert accounts.of("a") != accounts.of("b")


async def test_four_channels_try_a_wrong_password_as_often_as_one(site: Site) -> None:
    """A day with a wrong password: no more attempts than a camera alone makes."""
    tally: list[int] = []
    cameras = {name: lambda: Refusing(site.clock, tally=tally) for name in CHANNELS}
    rounds = site.rounds(cameras, make=channel_of("192.0.2.9"))
    await site.live(rounds, hours=24)

    assert 2 <= len(tally) <= 8
    assert {outcome.facts.device_id for outcome in site.outcomes} == set(CHANNELS)


async def test_a_second_password_is_left_alone_on_all_channels(site: Site) -> None:
    """RTSP with a password of its own: its refusals are counted for the account, not a channel."""
    tally: list[int] = []
    rtsp = frozenset({"PLAY"})
    cameras = {n: lambda: Refusing(site.clock, tally=tally, asks_login=rtsp) for n in CHANNELS}
    rounds = site.rounds(cameras, make=channel_of("192.0.2.9"))
    await site.live(rounds, hours=24)

    assert 2 <= len(tally) <= 16


async def test_channels_are_visited_one_after_the_other(site: Site) -> None:
    """Two at once would try a wrong password twice before either has learnt of it."""
    at_once, most = 0, 0

    class Counted(FakeCamera):
        async def connect_tcp(self) -> None:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.01)
            at_once -= 1

    rounds = site.rounds(
        {name: lambda: Counted(site.clock) for name in CHANNELS},
        make=channel_of("192.0.2.9"),
        concurrency=4,
    )
    await asyncio.gather(*(rounds.visit(name) for name in CHANNELS))
    assert most == 1
    assert list(rounds.due_now()) == []


async def test_the_days_logins_are_one_budget(site: Site) -> None:
    """What one channel has logged in is gone for the others."""
    budget = replace(WIRED_MAINS, logins_per_day=3)
    cameras: dict[str, Callable[[], Camera]] = {
        name: lambda: FakeCamera(site.clock) for name in CHANNELS
    }
    rounds = site.rounds(cameras, make=channel_of("192.0.2.9"), budget=budget)
    spent = (await rounds.visit("one")).spend.logins
    alone = site.rounds({"one": cameras["one"]}, make=channel_of("192.0.2.9"), budget=budget)

    assert spent > 0
    assert rounds.budget_of("two").logins_per_day == 3 - spent
    assert rounds.budget_of("one").logins_per_day == 3
    assert alone.budget_of("one").logins_per_day == 3


@pytest.fixture
async def recorder() -> AsyncIterator[SimulatedRecorder]:
    """A recorder that locks an account after five wrong logins."""
    spec = CameraSpec(
        serial="NVR-1", kind=Kind.RECORDER, channels=4, user="admin", password="right"
    )
    async with SimulatedRecorder(spec) as running:
        yield running


async def test_a_recorder_is_not_locked_by_its_own_channels(
    site: Site, recorder: SimulatedRecorder
) -> None:
    """Over the network, by its own count: hours of visits to four channels lock nothing."""
    http, decoder, make = CameraHttp(), Decoder(), channel_of(recorder.address)

    def camera(name: str) -> Camera:
        return NetworkCamera(
            make(name).target, http=http, decoder=decoder, profiles=(), clock=site.clock
        )

    rounds = site.rounds({n: lambda n=n: camera(n) for n in CHANNELS}, make=make)  # type: ignore[misc]
    until = site.clock.now + timedelta(hours=2)
    while site.clock.now < until:
        while due := rounds.due_now():
            name, probes = next(iter(due.items()))
            await rounds.visit(name, probes)
        site.clock.pass_by(minutes=10)
    await decoder.close()
    await http.close()
    refused = sum(recorder.requests.logins_refused.values())

    assert 2 <= refused <= 5
    assert not recorder.state.login.locked
    clock_readings = [r for o in site.outcomes for r in o.readings if r.name.startswith("clock.")]
    assert clock_readings == []  # the recorder's clock is not the camera's
    assert "clock" in {probe.name for probe in PROBES}
