"""How often a device may be visited at most, and for what: polling has emptied solar cameras."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from agent.budget import Budget
from agent.camera.port import DeviceInformation
from agent.camera.profiles.match import choose
from agent.camera.profiles.profile import Profile
from agent.config import Device, budget_of
from shared.device import DeviceFacts

_DAY: Final = timedelta(days=1)
_VISIT_MS: Final = 15_000
"""Of a visit in which most probes are due; a shorter one leaves charge over."""


def least_interval(
    device: Device, facts: DeviceFacts | None, *, budget: Budget, profiles: Sequence[Profile]
) -> timedelta:
    """The least time between two scheduled visits of a device; zero when nothing restrains them.

    The operator's own figure stands above everything. Otherwise a device on a battery, by the
    configuration or by its firmware profile, keeps the profile's ``min_poll_interval_s``, and
    its wake-ups and the charge of the day are spread over it, so that none is left dark in the
    evening.
    What the collector ordered can only lengthen all this.
    """
    return max(_by_itself(device, facts, budget=budget, profiles=profiles), device.ordered_poll)


def _by_itself(
    device: Device, facts: DeviceFacts | None, *, budget: Budget, profiles: Sequence[Profile]
) -> timedelta:
    if device.min_poll is not None:
        return device.min_poll
    profile = profile_of(device, facts, profiles)
    if not device.is_battery and not (profile and profile.power.battery_powered):
        return timedelta(0)
    spread = _DAY / budget.wakeups_per_day if budget.wakeups_per_day else timedelta(0)
    if budget.draw and budget.mah_per_day:
        visit_mah = budget.draw.mah(awake_ms=_VISIT_MS, wakeups=1)
        spread = max(spread, _DAY * (visit_mah / budget.mah_per_day))
    return max(spread, timedelta(seconds=profile.power.min_poll_interval_s if profile else 0))


def profile_of(
    device: Device, facts: DeviceFacts | None, profiles: Sequence[Profile]
) -> Profile | None:
    """The profile that the operator named, else the one that fits what the device said it is."""
    if device.profile:
        return next((profile for profile in profiles if profile.id == device.profile), None)
    if facts is None:
        return None
    said = DeviceInformation(
        manufacturer=facts.manufacturer,
        model=facts.model,
        firmware=facts.firmware,
        serial=None,
        hardware_id=facts.hardware_id,
    )
    return choose(profiles, said).profile


class Restraint:
    """The least interval of every device, kept up to date with what the devices say they are."""

    def __init__(
        self,
        devices: Iterable[Device],
        *,
        budgets: Mapping[str, Budget],
        profiles: Sequence[Profile],
        known: Iterable[DeviceFacts],
    ) -> None:
        """``known`` are the facts of earlier runs."""
        self._devices = {device.device_id: device for device in devices}
        self._budgets = dict(budgets)
        self._profiles = profiles
        self._facts: dict[str, DeviceFacts] = {}
        self._budgets |= {device_id: self._budget(device_id) for device_id in self._devices}
        self._least = {device_id: self._of(device_id) for device_id in self._devices}
        for facts in known:
            self.note(facts)

    def of(self, device_id: str) -> timedelta:
        """The least interval of a device; zero for one that is not known here."""
        return self._least.get(device_id, timedelta(0))

    @property
    def budgets(self) -> Mapping[str, Budget]:
        """What each device may cost a day; follows what the devices say they are."""
        return self._budgets

    def is_on_battery(self, device_id: str) -> bool:
        """True when the configuration or the device's firmware profile says so."""
        device = self._devices.get(device_id)
        if device is None:
            return False
        profile = profile_of(device, self._facts.get(device_id), self._profiles)
        return device.is_battery or bool(profile and profile.power.battery_powered)

    def note(self, facts: DeviceFacts) -> None:
        """Take in what a device said it is."""
        if facts.device_id in self._devices and self._facts.get(facts.device_id) != facts:
            self._facts[facts.device_id] = facts
            self._budgets[facts.device_id] = self._budget(facts.device_id)
            self._least[facts.device_id] = self._of(facts.device_id)

    def _budget(self, device_id: str) -> Budget:
        """A device on a battery gets a battery's limits, though the configuration said mains.

        What it draws while awake is its owner's word, else its profile's, else the default.
        """
        device = self._devices[device_id]
        profile = profile_of(device, self._facts.get(device_id), self._profiles)
        if profile is None or not self.is_on_battery(device_id):
            return self._budgets[device_id]
        power = profile.power
        if device.is_battery and power.awake_ma is None and power.wake_s is None:
            return self._budgets[device_id]
        battery = device.battery.or_else(awake_ma=power.awake_ma, wake_s=power.wake_s)
        return budget_of(replace(device, is_battery=True, battery=battery))

    def _of(self, device_id: str) -> timedelta:
        return least_interval(
            self._devices[device_id],
            self._facts.get(device_id),
            budget=self._budgets[device_id],
            profiles=self._profiles,
        )
