"""A defect in plain words, English and Chinese, from facts alone. Pure.

For the engineer who reads it in one look: what fails on which unit, since when, how it is known,
what was tried, what its neighbours do, and what lies with the claim. What nobody knows is said to
be unknown; nothing is guessed, and no field of it is typed by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from collector.claims.problem import Both
from collector.claims.troubleshooting import Check, tell_check

MOST_CHECKS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultFacts:
    """One fault as it was found; a person's own words stay with their report."""

    name: Both
    meaning: Both  # what the code means, in the catalogue's words
    summary: Both  # what the agent saw of it; empty where a person reported it
    first_at: datetime  # collector time; of a report: the day that was named
    cleared_at: datetime | None
    observations: int
    firmware: str
    is_reported: bool = False  # a person saw it, no agent did
    is_tested: bool = False  # an active test proves it


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """How the site's other cameras stand since the onset."""

    normal: int
    same_fault: int
    other_fault: int
    unknown: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.normal + self.same_fault + self.other_fault + self.unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class DefectFacts:
    """What a description is made of."""

    serial: str
    model: str
    batch: str = ""
    is_lot: bool = False
    quantity: int = 1
    delivered_on: date | None = None
    recorder_firmware: str = ""
    faults: tuple[FaultFacts, ...] = ()
    checks: tuple[Check, ...] = ()
    neighbours: Neighbours | None = None  # None: nobody may or can say
    peers: int = 0  # other claims of the batch with the same fault
    pictures: int = 0
    has_reference: bool = False
    has_clip: bool = False
    has_test: bool = False


def describe(facts: DefectFacts) -> Both:
    """The defect, a sentence a line."""
    lines = [
        _unit(facts),
        *(_fault(one, facts) for one in facts.faults),
        _tried(facts.checks),
        *_neighbours(facts),
        *_peers(facts),
        _attached(facts),
    ]
    return Both("\n".join(one.en for one in lines), "\n".join(one.zh for one in lines))


def _unit(facts: DefectFacts) -> Both:
    model = facts.model
    en = f"model {model}" if model else "model not known"
    zh = f"型号 {model}" if model else "型号未知"
    if facts.is_lot:
        lot = facts.batch or None
        return Both(
            f"{facts.quantity} pieces of lot {lot or '(not known)'}, {en}.",
            f"批次 {lot or '（未知）'} 的 {facts.quantity} 件，{zh}。",
        )
    batch_en = f", batch {facts.batch}" if facts.batch else ", batch not known"
    batch_zh = f"，批次 {facts.batch}" if facts.batch else "，批次未知"
    day = facts.delivered_on
    on_en = f", delivered {day}" if day else ", delivery date not known"
    on_zh = f"，{day} 交付" if day else "，交付日期未知"
    return Both(
        f"Device {facts.serial or '(serial number not known)'}, {en}{batch_en}{on_en}.",
        f"设备 {facts.serial or '（序列号未知）'}，{zh}{batch_zh}{on_zh}。",
    )


def _fault(fault: FaultFacts, facts: DefectFacts) -> Both:
    return Both(
        " ".join(filter(None, (part.en for part in _fault_parts(fault, facts)))),
        "".join(part.zh for part in _fault_parts(fault, facts)),
    )


def _fault_parts(fault: FaultFacts, facts: DefectFacts) -> Iterable[Both]:
    yield Both(f"{fault.name.en}: {fault.meaning.en}", f"{fault.name.zh}：{fault.meaning.zh}")
    if fault.summary.en or fault.summary.zh:
        yield Both(
            f"Found: {_ended(fault.summary.en, '.')}", f"观测：{_ended(fault.summary.zh, '。')}"
        )
    if fault.is_reported:
        yield Both("Reported by a person; no agent saw it.", "由人员申报，无代理观测。")
        yield Both(f"Since {fault.first_at:%Y-%m-%d}.", f"自 {fault.first_at:%Y-%m-%d} 起。")
        return
    if fault.is_tested:
        yield Both(
            "An active test proves it: the part was commanded and watched.",
            "已由主动测试证实：对部件下达指令并观察其动作。",
        )
    yield _since(fault, facts.delivered_on)
    yield Both(
        f"Firmware {fault.firmware or 'not known'}{_on_recorder(facts.recorder_firmware).en}.",
        f"固件 {fault.firmware or '未知'}{_on_recorder(facts.recorder_firmware).zh}。",
    )


def _since(fault: FaultFacts, delivered_on: date | None) -> Both:
    first = f"{fault.first_at:%Y-%m-%d %H:%M} UTC"
    days = (fault.first_at.date() - delivered_on).days if delivered_on else None
    after = Both(f", {days} days after delivery", f"（交付后 {days} 天）")
    if days is None or days < 0:
        after = Both("", "")
    if fault.cleared_at is None:
        end = Both("still there", "仍存在")
    else:
        end = Both(
            f"over since {fault.cleared_at:%Y-%m-%d %H:%M} UTC",
            f"{fault.cleared_at:%Y-%m-%d %H:%M} UTC 起已消失",
        )
    many = fault.observations
    return Both(
        f"First seen {first}{after.en}, {end.en}; {many} observation{'' if many == 1 else 's'}.",
        f"首次发现 {first}{after.zh}，{end.zh}；观测 {many} 次。",
    )


def _on_recorder(firmware: str) -> Both:
    return (
        Both(f" on a recorder with {firmware}", f"，录像机固件 {firmware}") if firmware else _NONE
    )


def _tried(checks: Sequence[Check]) -> Both:
    if not checks:
        return Both("Nothing that was tried is recorded.", "无排查记录。")
    told = [(tell_check(one), one.at) for one in checks[-MOST_CHECKS:]]
    return Both(
        "Tried: " + "; ".join(f"{words.en}, {at:%Y-%m-%d}" for words, at in told) + ".",
        "已排查：" + "；".join(f"{words.zh}，{at:%Y-%m-%d}" for words, at in told) + "。",
    )


def _neighbours(facts: DefectFacts) -> Iterable[Both]:
    found = facts.neighbours
    if found is None:
        return
    if not found.total:
        yield Both("No other camera hangs at its site.", "该站点没有其他摄像机。")
        return
    en = [f"{found.normal} of {found.total} other cameras of its site are normal"]
    zh = [f"同站点其他 {found.total} 台摄像机中 {found.normal} 台正常"]
    for count, word_en, word_zh in (
        (found.same_fault, "with the same fault", "有同样故障"),
        (found.other_fault, "with another fault", "有其他故障"),
        (found.unknown, "not heard of since", "此后无消息"),
    ):
        if count:
            en.append(f"{count} {word_en}")
            zh.append(f"{count} 台{word_zh}")
    yield Both(", ".join(en) + ".", "，".join(zh) + "。")


def _peers(facts: DefectFacts) -> Iterable[Both]:
    if facts.peers:
        yield Both(
            f"{facts.peers} other claim{'' if facts.peers == 1 else 's'} of batch {facts.batch}"
            " with the same fault.",
            f"批次 {facts.batch} 另有 {facts.peers} 项索赔为同样故障。",
        )


def _attached(facts: DefectFacts) -> Both:
    count = facts.pictures
    known = (
        (count > 0, Both(f"{count} picture{'' if count == 1 else 's'}", f"{count} 张图片")),
        (facts.has_reference, Both("a picture of the view when it was good", "正常时的参考图片")),
        (facts.has_clip, Both("a clip", "视频片段")),
        (facts.has_test, Both("the log of the active test", "主动测试记录")),
    )
    parts = [words for is_here, words in known if is_here]
    if not parts:
        return Both("No picture or clip is here.", "暂无图片或视频。")
    return Both(
        f"With it: {', '.join(one.en for one in parts)}.",
        f"随附：{'、'.join(one.zh for one in parts)}。",
    )


def _ended(text: str, stop: str) -> str:
    return text if text.endswith((".", "。", "!", "?", "！", "？")) else f"{text}{stop}"


_NONE: Final = Both("", "")
