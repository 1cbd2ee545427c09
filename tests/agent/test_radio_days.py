"""Months on the air through the agent's own path: readings in, faults out, on a real database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.camera.port import LoginKind
from agent.config import Device, Mates
from agent.cycle import record_readings
from agent.delivery import fault_store
from agent.delivery.database import Database
from agent.delivery.evidence import Signer
from agent.delivery.outbox import Outbox
from agent.delivery.salvage import open_or_salvage
from agent.diagnosis import rules_with
from agent.diagnosis.levels import Levels
from agent.episodes import Author
from agent.gateway import DeviceKind
from agent.recording import Settings
from shared.fault import FaultState
from shared.reading import Quality, Reading, Value
from tests.agent.test_cycle import DEVICE, KEY

START = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
EVERY = timedelta(hours=8)
NEAR, FAR, THIRD = (
    replace(DEVICE, device_id=name, site="farm") for name in ("near", "far", "third")
)
Says = Callable[[Device, int], Mapping[str, Value]]


class Site:
    """Cameras of one agent, visited three times a day."""

    def __init__(self, folder: Path) -> None:
        self.database: Database
        self.database, _ = open_or_salvage(folder / "agent.db", now=START)
        self.database.connection.execute("PRAGMA synchronous=OFF")
        self.outbox = Outbox(self.database)
        author = Author(agent_id="a", version="1", recorder_firmware="", signer=Signer(KEY))
        self.settings = Settings(
            rules=rules_with(opens=(3, 5), clears=(5, 5)),
            levels=Levels(),
            watch_seconds=1.0,
            recorder_login=LoginKind.NONE,
            author=author,
        )
        self.now = START
        self.told: dict[str, list[Reading]] = {}

    def live(self, days: int, says: Says, *devices: Device) -> None:
        """Visit every camera for so many days; a day counts from 0 in each call."""
        self.settings = replace(self.settings, mates=Mates(devices))
        for step in range(days * 3):
            for device in devices:
                values = says(device, step // 3)
                outcome = record_readings(
                    device,
                    [_reading(name, value, self.now) for name, value in values.items()],
                    settings=self.settings,
                    database=self.database,
                    outbox=self.outbox,
                    now=self.now,
                )
                self.told.setdefault(device.device_id, []).extend(outcome.readings)
            self.now += EVERY

    def faults(self, device: Device = NEAR, *, state: FaultState = FaultState.OPEN) -> list[str]:
        """What is open, or in another state."""
        memories = fault_store.read_memories(self.database.connection, device.device_id)
        return sorted(one.code for one in memories.values() if one.state is state)

    def daily(self, name: str, device: Device = NEAR) -> list[Value]:
        """The daily readings of a name."""
        return [one.value for one in self.told[device.device_id] if one.name == name]


def _reading(name: str, value: Value, at: datetime) -> Reading:
    return Reading(name, value, "", at, Quality.UNKNOWN if value is None else Quality.GOOD)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.database.close()


def on_air(rsrp: float, cell: str = "A", band: str = "B3", **more: Value) -> dict[str, Value]:
    """What a modem says that is well."""
    own: dict[str, Value] = {
        "sim": "ready", "registered": True, "rsrp": rsrp, "rsrq": -11.0, "sinr": 9.0,
        "cell": cell, "band": band, "session": True,
    }  # fmt: skip
    return {f"cellular.{name}": value for name, value in {**own, **more}.items()}


def falls_by(loss: float, who: Sequence[Device] = (NEAR,)) -> Says:
    """From day 16 on these lose so many dB."""
    levels = {"near": -88.0, "far": -93.0, "third": -86.0}
    return lambda device, day: on_air(
        levels[device.device_id] - (loss if device in who and day >= 16 else 0.0)
    )


def test_antenna(site: Site) -> None:
    """20 dB below its own two weeks while its siblings hold: open after a week, and not before."""
    site.live(22, falls_by(20.0), NEAR, FAR, THIRD)
    early = site.faults()
    site.live(4, lambda device, _: falls_by(20.0)(device, 20), NEAR, FAR, THIRD)

    assert (early, site.faults(), site.faults(FAR)) == ([], ["cellular.antenna_fault"], [])
    assert site.daily("radio.own_drop")[-1] == 20.0
    assert site.daily("radio.sibling_drop")[-1] == 20.0


def test_antenna_of_a_weak_place_is_one_fault(site: Site) -> None:
    """Weak it is as well: what is told is the cause alone."""
    site.live(26, falls_by(26.0), NEAR, FAR, THIRD)

    assert site.faults() == ["cellular.antenna_fault"]


def test_a_cell_that_fell_for_all_is_siting(site: Site) -> None:
    """Nobody's antenna: all lost the same."""
    site.live(26, falls_by(26.0, (NEAR, FAR, THIRD)), NEAR, FAR, THIRD)

    assert site.faults() == ["cellular.signal_weak"]
    assert site.faults(FAR) == ["cellular.signal_weak"]


def test_weak_since_day_0_is_siting(site: Site) -> None:
    """It always was: no claim, however well its siblings hear."""
    site.live(20, lambda d, _: on_air(-118.0 if d is NEAR else -90.0), NEAR, FAR)

    assert site.faults() == ["cellular.signal_weak"]


def test_alone_on_its_cell_nobody_can_say(site: Site) -> None:
    """Without a witness it is a weak signal, and the antenna is in question."""
    site.live(26, falls_by(26.0), NEAR)

    assert site.faults() == ["cellular.signal_weak"]


def test_another_cell_is_no_fault(site: Site) -> None:
    """It moved to a weaker cell and band: 20 dB less, and nothing to hold it against."""
    site.live(16, lambda _, __: on_air(-84.0), NEAR, FAR)
    site.live(12, lambda d, _: on_air(-104.0, "B", "B7") if d is NEAR else on_air(-84.0), NEAR, FAR)

    assert site.faults() == []


def test_siblings_of_other_sites_bear_witness_on_the_same_cell(site: Site) -> None:
    """A hub's cameras of two sites hear one tower: they are siblings there, elsewhere not."""
    village = replace(FAR, site="village")
    site.live(26, falls_by(20.0), NEAR, village)

    assert site.faults() == ["cellular.antenna_fault"]


def test_a_deaf_port(site: Site) -> None:
    """One port hears nothing while the other one is good: its own word, without a drop."""

    def says(port: float) -> Says:
        return lambda _, __: on_air(-90.0, antenna_1_rsrp=port, antenna_2_rsrp=-93.0)

    site.live(10, says(-90.0), NEAR)
    site.live(9, says(-140.0), NEAR)

    assert site.faults() == ["cellular.antenna_fault"]


def test_a_port_that_hears_again(site: Site) -> None:
    """A device that names no cell has no past to be held against: its ports' word ends it."""

    def says(port: float) -> Says:
        return lambda _, __: on_air(-90.0, "", antenna_1_rsrp=port, antenna_2_rsrp=-93.0)

    site.live(8, says(-90.0), NEAR)
    site.live(9, says(-140.0), NEAR)
    before = site.faults()
    site.live(5, says(-90.0), NEAR)

    assert (before, site.faults()) == (["cellular.antenna_fault"], [])


def test_a_port_without_an_antenna_is_no_fault(site: Site) -> None:
    """A device that is sold with one antenna has a deaf port from its first day on."""
    site.live(20, lambda _, __: on_air(-90.0, antenna_1_rsrp=-90.0, antenna_2_rsrp=-140.0), NEAR)

    assert site.faults() == []


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"cellular.sim": "missing", "cellular.registered": False}, "cellular.sim_missing"),
        ({"cellular.sim": "error", "cellular.registered": False}, "cellular.modem_dead"),
        ({"cellular.registered": False, "cellular.session": False}, "cellular.not_registered"),
        ({"cellular.session": False, "cellular.plan_bytes": 1e9}, "cellular.apn_wrong"),
        (
            {"cellular.registered": False, "cellular.reject_cause": 27.0},
            "cellular.apn_wrong",
        ),
        (
            {
                "cellular.session": False,
                "cellular.bytes_month": 2e9,
                "cellular.plan_bytes": 1e9,
            },
            "cellular.data_used_up",
        ),
    ],
)
def test_one_cause_is_told(site: Site, values: Mapping[str, Value], code: str) -> None:
    """What stands below explains all above it, also when the day closes with its drops."""
    site.live(3, lambda _, __: on_air(-88.0), NEAR, FAR)
    site.live(6, lambda d, __: on_air(-88.0) | (dict(values) if d is NEAR else {}), NEAR, FAR)

    assert site.faults() == [code]
    assert site.faults(FAR) == []


def test_the_owners_plan_counts_where_the_device_knows_none(site: Site) -> None:
    """data_plan_mb of a device with a SIM of its own."""
    device = replace(NEAR, data_plan_bytes=1e9)
    site.live(2, lambda _, day: on_air(-88.0, bytes_month=6e8 * (day + 1)), device)

    assert site.faults() == ["cellular.data_used_up"]
    assert site.daily("radio.plan_left") == [4e8]


def test_a_plan_begins_anew_with_the_month(site: Site) -> None:
    """The counter falls, and the fault ends."""
    device = replace(NEAR, data_plan_bytes=1e9)
    site.live(2, lambda _, __: on_air(-88.0, bytes_month=1.1e9), device)
    site.live(3, lambda _, __: on_air(-88.0, bytes_month=1e6), device)

    assert site.faults() == []
    assert site.faults(state=FaultState.CLEARED) == ["cellular.data_used_up"]


def test_unstable(site: Site) -> None:
    """A dozen sessions begun anew each day are a fault; its end is one too."""
    count = iter(range(0, 10_000, 5))
    site.live(5, lambda _, __: on_air(-95.0, reconnects=float(next(count))), NEAR)

    assert site.faults() == ["cellular.unstable"]
    assert site.daily("radio.reconnects")[-1] == 15.0


def test_repair_clears(site: Site) -> None:
    """Days at its own level end the fault; silence before them did not."""
    site.live(26, falls_by(20.0), NEAR, FAR)
    site.now += timedelta(days=20)
    before = site.faults()
    site.live(6, lambda device, _: falls_by(0.0)(device, 0), NEAR, FAR)

    assert before == ["cellular.antenna_fault"]
    assert site.faults() == []


def test_wifi(site: Site) -> None:
    """Three days of a weak link; bars that a device calls dBm are never a figure."""
    site.live(5, lambda d, _: {"wifi.rssi": -86.0 if d is NEAR else 3.0}, NEAR, FAR)

    assert site.faults() == ["wifi.signal_weak"]
    assert site.faults(FAR) == [] and site.daily("radio.wifi_day", FAR) == []


def test_a_slow_stream_behind_a_weak_gateway_is_told_once(site: Site) -> None:
    """The gateway's fault explains what its camera lacks, where that is reached through it."""
    gateway = replace(DEVICE, device_id="gw", kind=DeviceKind.GATEWAY)
    camera = replace(NEAR, gateway="gw", is_metered=True)
    wired = replace(FAR, gateway="gw")
    slow: dict[str, Value] = {"stream.plays": True, "stream.fps": 3.0, "stream.fps_limit": 25.0}
    fine: dict[str, Value] = {**slow, "stream.fps": 25.0}
    site.live(5, lambda d, _: on_air(-118.0) if d is gateway else fine, gateway, camera, wired)
    site.live(3, lambda d, _: on_air(-118.0) if d is gateway else slow, gateway, camera, wired)

    assert site.faults(gateway) == ["cellular.signal_weak"]
    assert site.faults(wired) == ["stream.low_rate"]
    assert site.faults(camera) == []
