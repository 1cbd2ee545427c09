"""The factory's code of the module that a fault is about, as the firmware profile states it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agent.camera.profiles.profile import Profile
from agent.config import Device
from agent.restraint import profile_of
from shared.catalogue import CATALOGUE
from shared.device import DeviceFacts


class Modules:
    """Looks a component up in the profile of the device; '' where nobody states a code."""

    def __init__(self, devices: Iterable[Device], profiles: Sequence[Profile]) -> None:
        self._devices = {device.device_id: device for device in devices}
        self._profiles = profiles

    def code_of(self, facts: DeviceFacts, fault_code: str) -> str:
        """The module code of the component behind a fault of this device."""
        device, entry = self._devices.get(facts.device_id), CATALOGUE.get(fault_code)
        profile = profile_of(device, facts, self._profiles) if device else None
        if profile is None or entry is None:
            return ""
        return profile.parts.get(entry.component.value, "")
