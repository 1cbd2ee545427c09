"""What the agent is configured with: the facts that its file says, and the budget of a device."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from agent.budget import Budget
from agent.camera.port import LoginKind, Target
from agent.config_consent import NOBODY_ASKED, Consented
from agent.config_inbox import Push, Ways
from agent.config_power import NOTHING_SAID, Battery
from agent.config_recorder import NOTHING_SAID as RECORDER_UNSAID
from agent.config_recorder import Recorder
from agent.config_tunable import Judgement, Pace
from agent.delivery.publisher import Broker
from agent.gateway import DeviceKind
from agent.radio.classes import DEFAULT_SCHEME
from agent.sun import Site
from agent.topology import BUDGETS, Topology, topology_of
from agent.uplink_budget import DataPlan

UPLINKS: Final = ("wired", "metered")
TEST_WRITES_PER_DAY: Final = 24
"""Where an owner allows active tests: one is two or four writes, and where something passes it is
tried up to five times; none is kept by the camera."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Key files; without the collector's command key every command is refused."""

    evidence: Path
    command: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IrCut:
    """The owner's word on the infrared filter of a camera."""

    allow_test: bool = False  # an active test may change its mode for a moment
    allow_test_on_battery: bool = False  # on a battery too
    is_fitted: bool | None = None  # None: nobody has said
    is_outdoor: bool = False  # daylight falls on what it sees


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One position and the device that is meant to hang there."""

    device_id: str
    name: str
    target: Target
    label_serial: str
    is_battery: bool
    is_metered: bool
    profile: str  # id of the firmware profile to use; '' to choose by what the device says
    budget: Mapping[str, int]  # keys of BUDGET_KEYS that replace the default
    min_poll: timedelta | None = None  # instead of what power and firmware profile ask for
    ordered_poll: timedelta = timedelta(0)  # at least this, by an order from the collector
    ir_cut: IrCut = IrCut()
    site: str = ""  # its name; cameras of the same one are each other's control; '' the agent's
    place: Site | None = None  # where that site is, when the file says
    battery: Battery = NOTHING_SAID  # what its owner knows of it
    kind: DeviceKind = DeviceKind.CAMERA
    gateway: str = ""  # id of the gateway that this camera hangs on; '' when nobody has said
    power_from: str = ""  # the supply that it shares with others; '' when nobody has said
    consent: Consented = NOBODY_ASKED  # what its owner allows
    data_plan_bytes: float | None = None  # a month, of a SIM of its own; None: nobody has said

    @property
    def is_channel(self) -> bool:
        """Whether it is one camera of a recorder: what the recorder is, it is not."""
        return bool(self.target.channel or self.target.video_source)

    @property
    def topology(self) -> Topology:
        """How it is powered and reached, which decides its default limits."""
        return topology_of(
            battery=self.is_battery,
            metered=self.is_metered,
            hub=bool(self.site),
            channel=self.is_channel,
        )

    wake_window: timedelta | None = None  # for which silence may be sleep; None: by its power
    push: Push | None = None  # it sends by itself; None: it is visited

    @property
    def is_visited(self) -> bool:
        """Whether the schedule calls it: what pushes only where the operator set an interval."""
        return self.push is None or self.min_poll is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that a file says; paths are absolute or relative to the working directory."""

    agent_id: str
    data_dir: Path
    uplink: str  # one of UPLINKS
    plan: DataPlan
    outbox_mib: int  # bound of the agent database and its log together
    recorder_firmware: str
    recorder_login: LoginKind
    recording_dir: Path | None
    profiles_dir: Path | None
    broker: Broker
    keys: Keys
    pace: Pace
    judgement: Judgement
    devices: tuple[Device, ...] = field(default=())
    ways: Ways | None = None  # ``[inbox]``; None: nothing listens
    recorder_speaks: frozenset[LoginKind] = frozenset()  # kinds of login; empty: nobody has said
    signal_classes: str = DEFAULT_SCHEME  # whose words signals are told in
    recorder: Recorder = RECORDER_UNSAID  # ``[recorder]``: what is promised of this host


class Mates(Mapping[str, tuple[str, ...]]):
    """By camera, the others of the same site in the order of their names.

    Put together when asked: written out, a hub's 600 would be a table of 360,000.
    """

    def __init__(self, devices: Sequence[Device]) -> None:
        cameras = (one for one in devices if one.kind is DeviceKind.CAMERA)
        self._site_of = {camera.device_id: camera.site for camera in cameras}
        by_site: dict[str, list[str]] = {}
        for device_id in sorted(self._site_of):
            by_site.setdefault(self._site_of[device_id], []).append(device_id)
        self._at = {site: tuple(names) for site, names in by_site.items()}

    def __getitem__(self, device_id: str) -> tuple[str, ...]:
        """The neighbours of a camera; KeyError for what is none, or not configured."""
        return tuple(one for one in self._at[self._site_of[device_id]] if one != device_id)

    def __iter__(self) -> Iterator[str]:
        """All cameras."""
        return iter(self._site_of)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._site_of)


def budget_of(device: Device) -> Budget:
    """The default budget of the device's topology, with what its operator set."""
    default = BUDGETS[device.topology]
    if device.ir_cut.allow_test:
        default = replace(default, writes_per_day=TEST_WRITES_PER_DAY)
    if default.draw is not None:
        default = replace(default, draw=device.battery.over(default.draw))
    return default.limited(device.budget)
