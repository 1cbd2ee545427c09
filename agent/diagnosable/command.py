"""``preclaim-agent check-config --diagnosable``: by device what can be told of it, and why not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from agent.config import Config, Device
from agent.diagnosable.device import standpoint_of
from agent.diagnosable.page import of_cameras
from agent.diagnosable.source import ways_of
from agent.diagnosable.standpoint import Can, Standpoint, judge
from agent.wrong import Both, join
from shared.catalogue import CATALOGUE

_WORDS: Final = {
    Can.YES: Both("can be diagnosed: {names}", "可诊断：{names}"),
    Can.IF: Both("only if {why}: {names}", "仅当{why}：{names}"),
    Can.NO: Both("cannot be diagnosed, {why}: {names}", "无法诊断，{why}：{names}"),
}
_COMMA: Final = Both(", ", "、")
_AND: Final = Both(" and ", "，且")


def told(config: Config, lang: str) -> Iterator[str]:
    """A paragraph a device, the best first."""
    for device in config.devices:
        yield from of_device(device, lang)


def of_device(device: Device, lang: str) -> Iterator[str]:
    """The device, where it stands, and its faults by what can be said of them."""
    standpoint = standpoint_of(device)
    yield f"{device.device_id}: {standpoint.name.text(lang)}"
    for (can, whys), codes in _grouped(standpoint).items():
        why = join(_AND, whys)
        names = _COMMA.text(lang).join(_name(code, lang) for code in codes)
        yield f"  {_WORDS[can].text(lang).format(why=why.text(lang), names=names)}"


def _grouped(standpoint: Standpoint) -> dict[tuple[Can, tuple[Both, ...]], list[str]]:
    order, found = list(Can), dict[tuple[Can, tuple[Both, ...]], list[str]]()
    for code in of_cameras():
        access = judge(ways_of(code), standpoint)
        found.setdefault((access.can, access.whys), []).append(code)
    return dict(sorted(found.items(), key=lambda one: order.index(one[0][0])))


def _name(code: str, lang: str) -> str:
    entry = CATALOGUE[code]
    return entry.name_zh if lang == "zh" else entry.name_en
