"""What can be diagnosed of one configured device: its standpoint, with its own facts; pure."""

from __future__ import annotations

from agent.config import Device
from agent.diagnosable.source import Source
from agent.diagnosable.standpoint import (
    CHANNEL,
    CONSENT,
    GATEWAY,
    HUB,
    LAN,
    PUSH,
    Access,
    Standpoint,
    full,
    never,
    only_if,
)
from agent.gateway import DeviceKind

_VALUES = {
    Source.BATTERY: "battery.",
    Source.SOLAR: "solar.",
    Source.CELLULAR: "cellular.",
    Source.WIFI: "wifi.",
}


def standpoint_of(device: Device) -> Standpoint:
    """The standpoint that a configuration gives to a device."""
    if device.push is not None and not device.is_visited:
        return Standpoint(name=PUSH.name, gives={**PUSH.gives, **_light(device), **_sent(device)})
    if device.kind is DeviceKind.GATEWAY:
        return GATEWAY
    base = HUB if device.site or device.is_metered else LAN
    if device.is_channel:
        return Standpoint(name=CHANNEL.name, gives={**CHANNEL.gives, **_light(device)})
    return Standpoint(name=base.name, gives={**base.gives, **_own(device)})


def _own(device: Device) -> dict[Source, Access]:
    """What this device's table adds or takes away."""
    own: dict[Source, Access] = {Source.TEST: _test(device), **_light(device)}
    if device.target.credentials is None:
        own[Source.LOGIN] = never("no user is configured", "未配置用户")
        for source in (Source.FILTER_MODE, Source.STREAM, Source.PICTURE):
            own[source] = only_if("the camera asks for no login", "摄像机无需登录")
    return own


def _light(device: Device) -> dict[Source, Access]:
    """Daylight by the sun where the site is known; a panel may still tell it elsewhere."""
    if device.place is None:
        return {}
    outdoor = {Source.OUTDOOR: full()} if device.ir_cut.is_outdoor else {}
    return {Source.DAYLIGHT: full(), **outdoor}


def _test(device: Device) -> Access:
    if not device.ir_cut.allow_test:
        return CONSENT
    if device.is_battery and not device.ir_cut.allow_test_on_battery:
        return only_if(
            "the owner allows it on a battery too (allow_ir_cut_test_on_battery)",
            "业主允许在电池供电时测试（allow_ir_cut_test_on_battery）",
        )
    return full()


def _sent(device: Device) -> dict[Source, Access]:
    """What its events are known to name; without a table any value may come."""
    if device.push is None or not device.push.values:
        return {}
    named = device.push.values
    return {
        source: full()
        if any(name.startswith(prefix) for name in named)
        else never("its table of values does not name it", "其数值表未包含该项")
        for source, prefix in _VALUES.items()
    }
