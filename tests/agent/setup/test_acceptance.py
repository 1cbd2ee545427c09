"""Who is accepted side by side with whom."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from agent.camera.port import Target
from agent.setup.acceptance import groups
from tests.agent.test_cycle import DEVICE


@given(st.lists(st.integers(1, 4), max_size=30))
def test_each_device_is_accepted_once_and_channels_one_after_the_other(hosts: list[int]) -> None:
    """Any recorders and cameras: nobody left out or taken twice, one visit at an address."""
    devices = [
        replace(DEVICE, device_id=f"d{index}", target=Target(address=f"192.0.2.{host}"))
        for index, host in enumerate(hosts)
    ]
    found = list(groups(devices))

    assert sorted(d.device_id for group in found for d in group) == sorted(
        d.device_id for d in devices
    )
    for group in found:
        assert len({device.target.address for device in group}) == len(group) <= 4
