"""A fault names the factory's module as the device's firmware profile calls it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.camera.profiles.profile_file import load_profiles
from agent.modules import Modules
from shared.device import DeviceFacts
from tests.agent.test_cycle import DEVICE

CAMHI = DeviceFacts(DEVICE.device_id, manufacturer="Camhi Example", model="SC-4G", firmware="1.4.2")


@pytest.mark.parametrize(
    ("facts", "fault_code", "module"),
    [
        pytest.param(CAMHI, "battery.not_charging", "CX-BAT-52", id="battery"),
        pytest.param(CAMHI, "ircut.stuck_open", "CX-IRC-20", id="filter"),
        pytest.param(CAMHI, "login.wrong_password", "", id="no module"),
        pytest.param(CAMHI, "made.up", "", id="unknown fault"),
        pytest.param(
            DeviceFacts(DEVICE.device_id, manufacturer="Nobody"), "battery.low", "", id="no profile"
        ),
        pytest.param(
            DeviceFacts("elsewhere", manufacturer="Camhi Example", firmware="1.4.2"),
            "battery.low",
            "",
            id="not ours",
        ),
    ],
)
def test_the_module_is_the_profiles(facts: DeviceFacts, fault_code: str, module: str) -> None:
    """The component's code where the profile states one; nothing is made up elsewhere."""
    assert Modules([DEVICE], load_profiles()).code_of(facts, fault_code) == module


def test_the_operators_profile_counts() -> None:
    """A profile that the configuration names is taken whatever the device says it is."""
    named = replace(DEVICE, profile="example.vendor")
    unsaid = DeviceFacts(DEVICE.device_id)
    assert Modules([named], load_profiles()).code_of(unsaid, "battery.low") == "CX-BAT-52"
