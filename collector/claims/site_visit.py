"""What a visit to a site takes: which things to bring for which faults, in which order to go. Pure.

The parts are everyday ones; what only the factory replaces goes through a pre-claim.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from collector.claims.problem import Both

_CLOTH: Final = Both("lens cloth, clean water, soft brush, ladder", "镜头布、清水、软毛刷、梯子")
_LAPTOP: Final = Both(
    "laptop or phone with the device's login", "笔记本电脑或手机，以及设备登录信息"
)
_LADDER: Final = Both("ladder, tools for the bracket", "梯子、支架工具")
_POWER: Final = Both(
    "multimeter, network cable and tester, spare power adapter or PoE injector",
    "万用表、网线及测线仪、备用电源适配器或 PoE 供电器",
)
_SIM: Final = Both(
    "a SIM that works (another carrier's too), its PIN, a SIM tool",
    "可用的 SIM 卡（另备其他运营商的卡）、PIN 码、取卡针",
)
_ANTENNA: Final = Both(
    "longer antenna cable or a directional antenna, ladder", "加长天线馈线或定向天线、梯子"
)
_PANEL: Final = Both(
    "brush and water for the panel, pruning shears, ladder, multimeter",
    "太阳能板刷和清水、修枝剪、梯子、万用表",
)
_DISK: Final = Both("a spare disk of the same kind", "同类型备用硬盘")
_FAN: Final = Both("vacuum cleaner or air duster, spare fan", "吸尘器或除尘气罐、备用风扇")

# By the longest beginning of the fault code that fits; none: nothing beyond the tools of the trade.
_PARTS: Final[tuple[tuple[str, Both], ...]] = (
    ("picture.occluded", _LADDER),
    ("picture.moved", _LADDER),
    ("picture.dirty", _CLOTH),
    ("picture.film_left_on", _CLOTH),
    ("picture.", _LAPTOP),
    ("ircut.", _LAPTOP),
    ("battery.", _PANEL),
    ("solar.", _PANEL),
    ("cellular.sim", _SIM),
    ("cellular.not_registered", _SIM),
    ("cellular.signal", _ANTENNA),
    ("cellular.unstable", _ANTENNA),
    ("cellular.", _LAPTOP),
    ("wifi.", _ANTENNA),
    ("login.", _LAPTOP),
    ("clock.", _LAPTOP),
    ("identity.", _LAPTOP),
    ("stream.", _LAPTOP),
    ("disk.full", _LAPTOP),
    ("disk.", _DISK),
    ("storage.", _DISK),
    ("recording.", _LAPTOP),
    ("host.overheated", _FAN),
    ("host.", _LAPTOP),
    ("agent.", _LAPTOP),
    ("device.", _POWER),
    ("mainboard.", _POWER),
)
_DIGITS: Final = re.compile(r"(\d+)")


def part_for(code: str) -> Both | None:
    """What to bring for this fault; None where nothing of its own is needed."""
    fitting = [(begin, part) for begin, part in _PARTS if code.startswith(begin)]
    return max(fitting, key=lambda found: len(found[0]))[1] if fitting else None


def parts_for(codes: Iterable[str]) -> tuple[tuple[Both, int], ...]:
    """Each thing to bring once, with how many of the faults ask for it; most asked for first."""
    counts: dict[Both, int] = {}
    for code in codes:
        if (part := part_for(code)) is not None:
            counts[part] = counts.get(part, 0) + 1
    return tuple(sorted(counts.items(), key=lambda found: (-found[1], found[0].en)))


def round_key(*, is_host: bool, name: str) -> tuple[bool, tuple[tuple[bool, int, str], ...]]:
    """The order of a round: the recorder or gateway first, for what hangs on it is tried through
    it; then by name, numbers as numbers (camera 2 before camera 10)."""
    parts = tuple(
        (part.isdecimal(), int(part) if part.isdecimal() else 0, part.casefold())
        for part in _DIGITS.split(name)
        if part
    )
    return not is_host, parts
