"""Where the agent stands and what it can get from there; pure. The reasons are for people."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from agent.diagnosable.source import Source
from agent.wrong import Both


class Can(enum.Enum):
    """Whether something is to be had; ordered, the best first."""

    YES = "yes"
    IF = "if"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Whether something is to be had; why not, or on which conditions, all of them needed."""

    can: Can
    whys: tuple[Both, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standpoint:
    """One way of standing to a camera."""

    name: Both
    gives: Mapping[Source, Access]  # what is left out is not to be had there


def full() -> Access:
    """To be had."""
    return Access(can=Can.YES)


def only_if(en: str, zh: str) -> Access:
    """To be had on a condition."""
    return Access(can=Can.IF, whys=(Both(en, zh),))


def never(en: str, zh: str) -> Access:
    """Not to be had."""
    return Access(can=Can.NO, whys=(Both(en, zh),))


PROFILE: Final = only_if(
    "a firmware profile reads it, or a gateway device beside the camera does",
    "固件描述文件可读取，或由摄像机旁的网关设备提供",
)
CONSENT: Final = only_if("the owner allows it (allow_ir_cut_test)", "业主允许（allow_ir_cut_test）")
DAYLIGHT: Final = only_if(
    "the site's coordinates are written, or its panel's power is read",
    "已填写现场经纬度，或可读取其太阳能板功率",
)
OUTDOOR: Final = only_if(
    "outdoor = true with the site's coordinates, or its panel's power is read",
    "已填写 outdoor = true 与现场经纬度，或可读取其太阳能板功率",
)
_OF_CHANNEL: Final = only_if(
    "the recorder's profile reads it by channel", "录像机的描述文件可按通道读取"
)
_EVENT: Final = only_if("its events name the value", "其事件包含该数值")
_NOT_CALLED: Final = never("it sleeps and is not called", "处于休眠，不主动访问")

_VISITED: Final[Mapping[Source, Access]] = {
    **{
        source: full()
        for source in (
            *(Source.ANSWERS, Source.LOGIN, Source.IDENTITY, Source.CLOCK, Source.FILTER_MODE),
            *(Source.STREAM, Source.PICTURE),
        )
    },
    Source.BATTERY: PROFILE,
    Source.SOLAR: PROFILE,
    Source.CELLULAR: PROFILE,
    Source.WIFI: PROFILE,
    Source.TEST: CONSENT,
    Source.DAYLIGHT: DAYLIGHT,
    Source.OUTDOOR: OUTDOOR,
}
LAN: Final = Standpoint(name=Both("LAN gateway or recorder", "局域网网关或录像机"), gives=_VISITED)
HUB: Final = Standpoint(name=Both("hub over VPN or APN", "经 VPN/APN 的中心"), gives=_VISITED)
CHANNEL: Final = Standpoint(
    name=Both("channel of a recorder", "录像机的通道"),
    gives={
        **_VISITED,
        Source.ANSWERS: only_if(
            "it is told of the recorder: that is what answers", "仅针对录像机：应答者是录像机"
        ),
        Source.LOGIN: only_if("it is told of the recorder's account", "仅针对录像机的账户"),
        Source.IDENTITY: never(
            "the serial that answers is the recorder's", "应答的是录像机的序列号"
        ),
        Source.CLOCK: never("the clock that answers is the recorder's", "应答的是录像机的时钟"),
        Source.FILTER_MODE: only_if(
            "the recorder passes the camera's settings on", "录像机转达摄像机的设置"
        ),
        Source.BATTERY: _OF_CHANNEL,
        Source.SOLAR: _OF_CHANNEL,
        Source.CELLULAR: _OF_CHANNEL,
        Source.WIFI: _OF_CHANNEL,
        Source.TEST: only_if(
            "the owner allows it and the recorder passes the setting on",
            "业主允许，且录像机转达该设置",
        ),
    },
)
PUSH: Final = Standpoint(
    name=Both("sleeping camera that pushes", "休眠、仅推送的摄像机"),
    gives={
        Source.ANSWERS: never(
            "silence is not told from sleep: past its promise it is unknown",
            "无法区分沉默与休眠：超过承诺时限即为未知",
        ),
        Source.LOGIN: _NOT_CALLED,
        Source.IDENTITY: _NOT_CALLED,
        Source.CLOCK: never(
            "its own time is only noted beside ours", "其自身时间仅记录在我方时间旁"
        ),
        Source.FILTER_MODE: never("what its filter is set to is not known", "不知道其滤光片的设定"),
        Source.STREAM: never("single pictures show no stream", "单张画面不含视频流"),
        Source.PICTURE: only_if(
            "it sends pictures, some of them without motion in a fault's hours",
            "其发送画面，且故障期间有多次发送",
        ),
        Source.DAYLIGHT: DAYLIGHT,
        Source.OUTDOOR: OUTDOOR,
        Source.BATTERY: _EVENT,
        Source.SOLAR: _EVENT,
        Source.CELLULAR: _EVENT,
        Source.WIFI: _EVENT,
        Source.TEST: never("a test would have to call it", "测试需要主动访问"),
    },
)
GATEWAY: Final = Standpoint(
    name=Both("modem, router or charge controller", "调制解调器、路由器或充电控制器"),
    gives={
        Source.ANSWERS: full(),
        Source.BATTERY: PROFILE,
        Source.SOLAR: PROFILE,
        Source.CELLULAR: PROFILE,
        Source.WIFI: PROFILE,
    },
)
HOST: Final = Standpoint(
    name=Both("the agent's own host", "代理所在主机"), gives={Source.HOST: full()}
)
PAGE: Final = (LAN, CHANNEL, HUB, PUSH)
"""The columns of the page, in this order."""

_NOT_THERE: Final = never("there is no such thing", "不存在该项")
_ORDER: Final = (Can.YES, Can.IF, Can.NO)


def judge(ways: tuple[frozenset[Source], ...], standpoint: Standpoint) -> Access:
    """The best of the ways."""
    found = [_together(way, standpoint) for way in ways]
    return min(found, key=lambda access: _ORDER.index(access.can))


def _together(way: frozenset[Source], standpoint: Standpoint) -> Access:
    """All sources of one way: as bad as the worst, with every reason that is as bad."""
    order = list(Source)
    accesses = [standpoint.gives.get(source, _NOT_THERE) for source in sorted(way, key=order.index)]
    worst = max((access.can for access in accesses), key=_ORDER.index)
    whys = dict.fromkeys(why for one in accesses if one.can is worst for why in one.whys)
    return Access(can=worst, whys=tuple(whys))
