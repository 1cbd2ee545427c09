"""What an outage is called, and what people read of it, in English and Chinese. Pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from collector.claims.outage import SITE, Level, Root
from collector.claims.problem import Both


class Cause(enum.Enum):
    """What an incident is about."""

    SILENT = "site.silent"
    POWER = "site.power"  # every agent of a site that has several
    UNREACHABLE = "site.unreachable"
    SUPPLY = "power.lost"
    UPLINK = "uplink.lost"
    PLACE = "place.lost"
    GATEWAY = "gateway.lost"
    RECORDER = "recorder.lost"
    FLAPPING = "flapping"
    STORM = "storm"


_OF_LEVEL: Final[Mapping[Level, Cause]] = {
    Level.SITE: Cause.UNREACHABLE,
    Level.UPLINK: Cause.UPLINK,
    Level.POWER: Cause.SUPPLY,
    Level.PLACE: Cause.PLACE,
    Level.GATEWAY: Cause.GATEWAY,
    Level.RECORDER: Cause.RECORDER,
}
_WHAT: Final[Mapping[Level, Both]] = {
    Level.SITE: Both("network or power of the site", "现场网络或供电问题"),
    Level.UPLINK: Both("the network or power of its cameras", "其摄像机的网络或供电问题"),
    Level.POWER: Both("check the supply {name}", "请检查供电 {name}"),
    Level.PLACE: Both("check power and link of {name}", "请检查 {name} 的供电与链路"),
    Level.GATEWAY: Both(
        "check power and link of the gateway {name}", "请检查网关 {name} 的供电与链路"
    ),
    Level.RECORDER: Both(
        "check power and network of the recorder {name}", "请检查录像机 {name} 的供电与网络"
    ),
}


def cause_of(root: Root, *, agents: int) -> Cause:
    """What an incident of this root is about; ``agents`` are those of the site."""
    if root.node != SITE or not root.silent:
        return _OF_LEVEL[root.node.level]
    return Cause.POWER if agents > 1 else Cause.SILENT


def describe(root: Root, *, agents: int, closed_until: datetime | None = None) -> Both:
    """What happened and where to look; ``closed_until`` of an agent that its plan had closed."""
    since = f"{root.since:%Y-%m-%d %H:%M:%S} UTC"
    if root.silent and root.node.level in (Level.SITE, Level.UPLINK):
        return _silent(root, since, agents=agents, closed_until=closed_until)
    what = _WHAT[root.node.level]
    name = root.node.name.partition("/")[2] or root.node.name
    lost, size = len(root.lost), root.size
    return Both(
        f"{lost} of {size} devices do not answer since {since}: {what.en.format(name=name)}",
        f"自 {since} 起 {size} 台设备中 {lost} 台无应答：{what.zh.format(name=name)}",
    )


def _silent(root: Root, since: str, *, agents: int, closed_until: datetime | None) -> Both:
    names = ", ".join(root.silent)
    if root.node == SITE and agents > 1:
        return Both(
            f"agents {names} are silent since {since}, no agent of the site reports: "
            "the site lost power",
            f"代理 {names} 自 {since} 起均无应答，现场无任何代理上报：现场断电",
        )
    if root.node != SITE:
        return Both(
            f"agent {names} is silent since {since} while another of the site reports: "
            "its host or its uplink is down",
            f"代理 {names} 自 {since} 起无应答，而同一现场的其他代理仍在上报："
            "该代理主机或其上行链路故障",
        )
    if closed_until is None:
        return Both(
            f"agent {names} is silent since {since}: the site lost power or its uplink",
            f"代理 {names} 自 {since} 起无应答：现场断电或断网",
        )
    until = f"{closed_until:%Y-%m-%d %H:%M} UTC"
    return Both(
        f"agent {names} was closed at its data cap until {until} and has not spoken since "
        f"(last heard {since}): "
        "the site lost power or its uplink, or the data plan was not renewed",
        f"代理 {names} 因流量达到上限停发至 {until}，此后仍无应答（最后收到 {since}）："
        "现场断电或断网，或流量套餐未续",
    )


def describe_flapping(before: Both, *, times: int, hours: float) -> Both:
    """A cause that comes and goes: one incident, which stays until it is calm."""
    return Both(
        f"lost and back {times} times in {hours:g} h: {before.en}",
        f"{hours:g} 小时内反复失联 {times} 次：{before.zh}",
    )
