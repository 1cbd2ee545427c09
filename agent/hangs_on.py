"""What each device depends on, from the configuration: power, place, gateway, recorder. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from agent.config import Device
from agent.gateway import DeviceKind
from shared.health import HangsOn


def hang_all(devices: Iterable[Device]) -> dict[str, HangsOn]:
    """By device id; devices that hang on the same things share one value."""
    known = tuple(devices)
    recorders = {device.target.address for device in known if device.is_channel}
    shared: dict[HangsOn, HangsOn] = {}
    found: dict[str, HangsOn] = {}
    for device in known:
        one = _hang(device, recorders)
        found[device.device_id] = shared.setdefault(one, one)
    return found


def _hang(device: Device, recorders: set[str]) -> HangsOn:
    is_gateway = device.kind is DeviceKind.GATEWAY
    address = device.target.address
    return HangsOn(
        power=device.power_from,
        place=device.site[:64],
        gateway=device.device_id if is_gateway else device.gateway[:64],
        recorder=address[:64] if address in recorders else "",
        feed="battery" if device.is_battery else "mains",
        contact=_contact(device),
    )


def _contact(device: Device) -> str:
    """How it is heard: a camera that sleeps or pushes is silent without being dead."""
    if device.push is not None:
        return "pushes"
    return "sleeps" if device.is_battery or device.wake_window is not None else "called"
