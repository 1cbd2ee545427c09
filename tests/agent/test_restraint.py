"""How often a device on a battery is visited, whatever the schedule says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.budget import Budget
from agent.camera.port import LoginKind
from agent.camera.profiles.profile import Power, Profile
from agent.camera.profiles.profile_file import load_profiles
from agent.charge import Draw
from agent.config import Device
from agent.config_power import Battery
from agent.delivery.database import Database
from agent.delivery.evidence import Signer
from agent.delivery.outbox import Outbox
from agent.delivery.salvage import open_or_salvage
from agent.diagnosis.levels import Levels
from agent.episodes import Author
from agent.login_hold import RETRY
from agent.probes import PROBES
from agent.recording import Outcome, Settings
from agent.restraint import Restraint, least_interval
from agent.rounds import Rounds
from agent.topology import METERED_BATTERY, WIRED_BATTERY, WIRED_MAINS
from shared.device import DeviceFacts
from tests.agent.fakes import NOON, Clock, FakeCamera
from tests.agent.test_cycle import DEVICE, KEY

PROFILES = load_profiles()
BATTERY = replace(DEVICE, is_battery=True)
CAMHI = DeviceFacts("gate-north", manufacturer="Camhi Example", model="SC-4G", firmware="1.4.2")
(EXAMPLE,) = (profile for profile in PROFILES if profile.id == "example.vendor")
SOLAR: Profile = replace(EXAMPLE, power=Power(battery_powered=True, min_poll_interval_s=2400))


@pytest.mark.parametrize(
    ("device", "facts", "budget", "profiles", "least_s"),
    [
        pytest.param(DEVICE, CAMHI, WIRED_MAINS, PROFILES, 0, id="mains"),
        pytest.param(BATTERY, None, WIRED_BATTERY, PROFILES, 900, id="battery"),
        pytest.param(BATTERY, CAMHI, METERED_BATTERY, PROFILES, 1800, id="battery metered"),
        pytest.param(DEVICE, CAMHI, WIRED_MAINS, (SOLAR,), 2400, id="battery by profile"),
        pytest.param(DEVICE, None, WIRED_MAINS, (SOLAR,), 0, id="profile not known yet"),
        pytest.param(
            replace(DEVICE, profile=SOLAR.id), None, WIRED_MAINS, (SOLAR,), 2400, id="named profile"
        ),
        pytest.param(
            replace(BATTERY, min_poll=timedelta(seconds=60)),
            CAMHI,
            WIRED_BATTERY,
            (SOLAR,),
            60,
            id="operator",
        ),
    ],
)
def test_the_least_interval(
    device: Device,
    facts: DeviceFacts | None,
    budget: Budget,
    profiles: tuple[Profile, ...],
    least_s: int,
) -> None:
    """The operator's figure first; else a battery is spared by its budget and its profile."""
    assert least_interval(device, facts, budget=budget, profiles=profiles) == timedelta(
        seconds=least_s
    )


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An agent's database."""
    opened, _ = open_or_salvage(tmp_path / "agent.db", now=NOON)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("min_poll", "most"), [(None, 24), (timedelta(minutes=10), 36), (timedelta(0), 400)]
)
async def test_a_battery_is_visited_no_oftener_than_it_can_bear(
    database: Database, min_poll: timedelta | None, most: int
) -> None:
    """Six hours with every probe due each minute: only the operator's word brings more visits."""
    clock = Clock()
    device = replace(BATTERY, min_poll=min_poll)
    budgets = {device.device_id: WIRED_BATTERY}
    author = Author(agent_id="a", version="1", recorder_firmware="", signer=Signer(KEY))
    visits: list[Outcome] = []
    rounds = Rounds(
        devices=[device],
        budgets=budgets,
        probes=PROBES,
        overrides={probe.name: timedelta(minutes=1) for probe in PROBES},
        concurrency=1,
        settings=Settings(
            rules=(),
            levels=Levels(),
            watch_seconds=1.0,
            recorder_login=LoginKind.NONE,
            author=author,
        ),
        database=database,
        outbox=Outbox(database),
        camera_for=lambda _: FakeCamera(clock),
        clock=clock,
        jitter={},
        on_outcome=visits.append,
        login_retry=RETRY,
        restraint=Restraint([device], budgets=budgets, profiles=PROFILES, known=()),
    )
    for _ in range(6 * 60):
        for name, probes in rounds.due_now().items():
            await rounds.visit(name, probes)
        clock.pass_by(minutes=1)

    assert most * 0.9 <= len(visits) <= most


def test_a_battery_that_only_its_profile_knows_is_spared() -> None:
    """The configuration says mains, the device says what it is: from then on a battery's limits."""
    budgets = {DEVICE.device_id: WIRED_MAINS}
    restraint = Restraint([DEVICE], budgets=budgets, profiles=(SOLAR,), known=())
    live = restraint.budgets
    assert live[DEVICE.device_id] == WIRED_MAINS

    restraint.note(CAMHI)

    assert live[DEVICE.device_id] == WIRED_BATTERY
    named = replace(DEVICE, profile=SOLAR.id)
    at_once = Restraint([named], budgets=budgets, profiles=(SOLAR,), known=())
    assert at_once.budgets[DEVICE.device_id] == WIRED_BATTERY


def test_a_thirsty_camera_is_visited_more_rarely() -> None:
    """4 A awake for 25 s a visit are 27.8 mAh: of 200 mAh a day there are seven visits."""
    budget = replace(WIRED_BATTERY, draw=Draw(awake_ma=4000, wake_s=10))
    least = least_interval(BATTERY, None, budget=budget, profiles=())
    assert timedelta(days=1) / 8 < least < timedelta(days=1) / 7


def test_what_a_profile_knows_of_the_current_counts_and_its_owner_knows_better() -> None:
    """Default, profile, owner: each stands above the one before."""
    power = replace(SOLAR.power, awake_ma=900.0, wake_s=4.0)
    budgets = {BATTERY.device_id: WIRED_BATTERY}
    profiles = (replace(SOLAR, power=power),)
    restraint = Restraint([BATTERY], budgets=budgets, profiles=profiles, known=[CAMHI])
    by_profile = restraint.budgets[BATTERY.device_id].draw
    owned = replace(BATTERY, battery=Battery(awake_ma=700.0))
    by_owner = Restraint([owned], budgets=budgets, profiles=profiles, known=[CAMHI])

    assert by_profile == Draw(awake_ma=900.0, wake_s=4.0)
    assert by_owner.budgets[BATTERY.device_id].draw == Draw(awake_ma=700.0, wake_s=4.0)
