"""How a device's days on the air are told to people, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from agent import show
from agent.radio.classes import Grade, grade_of, row_of
from agent.radio.day import RadioDay
from agent.radio.view import RadioView
from agent.wrong import Both, join
from shared.reading import Quality, Reading

NOTHING: Final = Both("no device says anything of 4G or Wi-Fi yet", "尚无设备提供4G或Wi-Fi信息")
NO_DEVICE: Final = Both("the configuration has no device {found!r}", "配置中没有设备 {found!r}")
GRADES: Final[Mapping[Grade, Both]] = {
    Grade.EXCELLENT: Both("excellent", "极好"),
    Grade.GOOD: Both("good", "良好"),
    Grade.FAIR: Both("fair", "一般"),
    Grade.POOR: Both("poor", "差"),
    Grade.UNUSABLE: Both("unusable", "不可用"),
}
_HEAD: Final = (
    Both("DAY", "日期"),
    Both("CELL", "小区"),
    Both("BAND", "频段"),
    Both("RSRP", "RSRP"),
    Both("P10", "P10"),
    Both("IN WORDS", "等级"),
    Both("RSRQ", "RSRQ"),
    Both("SINR", "SINR"),
    Both("READINGS", "读数"),
    Both("REGISTERED", "注册率"),
    Both("RECONNECTS", "重连"),
    Both("CELL CHANGES", "小区切换"),
    Both("MB", "MB"),
    Both("WI-FI", "Wi-Fi"),
)
_FIGURES: Final = (
    ("cellular.rsrp", "RSRP"),
    ("cellular.rsrq", "RSRQ"),
    ("cellular.sinr", "SINR"),
    ("wifi.rssi", "Wi-Fi RSSI"),
)
_UNSAID: Final = {
    Quality.UNKNOWN: Both("not known", "未知"),
    Quality.INVALID: Both("off its scale", "超出量程"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Lines of one device."""

    lines: tuple[Both, ...]
    days: Mapping[date, RadioDay]
    scheme: str

    def text(self, lang: str) -> list[str]:
        """The lines and the table of days in a language."""
        rows = [_row(at, day, self.scheme, lang) for at, day in sorted(self.days.items())]
        table = show.show_table([head.text(lang) for head in _HEAD], rows) if rows else ""
        return [*(line.text(lang) for line in self.lines), *([table] if table else [])]


def say_device(
    device_id: str,
    of: str,
    latest: Mapping[str, Reading],
    view: RadioView | None,
    days: Mapping[date, RadioDay],
    *,
    scheme: str,
) -> Told:
    """All that is told of one device."""
    name = Both(device_id, device_id)
    if of != device_id:
        name = Both("{id}, by its gateway {of}", "{id}，经其网关 {of}").filled(id=device_id, of=of)
    is_cellular = any(one.startswith("cellular.") for one in latest)
    past = _past(view) if is_cellular else []
    lines = [name, *_signal(latest, scheme), *past, *_plan(view)]
    return Told(lines=tuple(lines), days=days, scheme=scheme)


def _signal(latest: Mapping[str, Reading], scheme: str) -> list[Both]:
    parts = [_figure(latest[name], label, scheme) for name, label in _FIGURES if name in latest]
    if not parts:
        return []
    sources = dict.fromkeys(
        row.source for name, _ in _FIGURES if name in latest and (row := row_of(name, scheme))
    )
    said = "; ".join(sources)
    return [
        join(Both(" · ", " · "), parts),
        Both(f"words by: {said}", f"等级依据：{said}"),
    ]


def _figure(reading: Reading, label: str, scheme: str) -> Both:
    value = reading.number()
    if value is None:
        why = _UNSAID.get(reading.quality, Both("not read", "未读取"))
        raw = f" ({reading.raw})" if reading.raw else ""
        return Both("{label} {why}{raw}", "{label} {why}{raw}").filled(
            label=label, why=why, raw=raw
        )
    grade = grade_of(reading.name, value, scheme)
    word = GRADES[grade] if grade else Both("", "")
    return Both("{label} {value:g} {unit} ({word})", "{label} {value:g} {unit}（{word}）").filled(
        label=label, value=value, unit=reading.unit, word=word
    )


def _past(view: RadioView | None) -> list[Both]:
    standing = view.standing if view else None
    if view is None or standing is None:
        return [Both("no whole day with a signal yet", "尚无完整一天的信号数据")]
    told: list[Both] = []
    if standing.usual is not None and standing.own_drop_db is not None:
        told.append(
            Both(
                "its best on cell {cell}, band {band}: {usual:g} dBm; on {day} {drop:+g} dB",
                "小区 {cell} 频段 {band} 的最佳两周：{usual:g} dBm；{day}：{drop:+g} dB",
            ).filled(
                cell=standing.cell,
                band=standing.band,
                usual=standing.usual.rsrp_dbm,
                day=view.day.isoformat(),
                drop=-standing.own_drop_db,
            )
        )
    elif standing.is_elsewhere:
        told.append(
            Both(
                "on another cell or band than usual: nothing to compare with yet",
                "所在小区或频段与以往不同：暂无可比数据",
            )
        )
    else:
        told.append(Both("no baseline yet: it needs seven days", "尚无基线：需七天"))
    if standing.siblings_dbm is None:
        told.append(Both("no sibling on this cell and band", "无其他设备处于同小区同频段"))
    else:
        told.append(
            Both(
                "siblings on this cell and band: {count}, at {level:g} dBm; lost beside: {drop}",
                "同小区同频段 {count} 台设备：{level:g} dBm；相对其下降：{drop}",
            ).filled(
                count=standing.siblings,
                level=standing.siblings_dbm,
                drop="-"
                if standing.sibling_drop_db is None
                else f"{standing.sibling_drop_db:g} dB",
            )
        )
    return told


def _plan(view: RadioView | None) -> list[Both]:
    rest = view.rest if view else None
    if view is None or rest is None:
        return []
    until = rest.runs_out_on(view.day)
    if not rest.left_bytes:
        forecast = Both("it is used up", "已用尽")
    elif until is None:
        forecast = Both("nothing is spent", "无消耗")
    else:
        forecast = Both(
            "at {pace:.0f} MB a day it lasts until {until}", "按每天 {pace:.0f} MB 可用至 {until}"
        ).filled(pace=(rest.per_day_bytes or 0.0) / 1e6, until=until.isoformat())
    return [
        Both(
            "plan: {used:.0f} of {plan:.0f} MB used, {left:.0f} MB left; {forecast}",
            "套餐：{plan:.0f} MB 已用 {used:.0f} MB，剩余 {left:.0f} MB；{forecast}",
        ).filled(
            used=rest.used_bytes / 1e6,
            plan=rest.plan_bytes / 1e6,
            left=rest.left_bytes / 1e6,
            forecast=forecast,
        )
    ]


def _row(at: date, day: RadioDay, scheme: str, lang: str) -> list[str]:
    main = day.main
    rsrp = main.rsrp if main else None
    grade = grade_of("cellular.rsrp", rsrp.median, scheme) if rsrp else None
    share = day.registered_share
    return [
        at.isoformat(),
        (main.cell if main else "") or "-",
        (main.band if main else "") or "-",
        f"{rsrp.median:g}" if rsrp else "-",
        f"{rsrp.p10:g}" if rsrp else "-",
        GRADES[grade].text(lang) if grade else "-",
        f"{main.rsrq.median:g}" if main and main.rsrq else "-",
        f"{main.sinr.median:g}" if main and main.sinr else "-",
        str(rsrp.count) if rsrp else "-",
        "-" if share is None else f"{100 * share:.0f} %",
        str(day.reconnects),
        str(day.cell_changes),
        "-" if day.bytes_used is None else f"{day.bytes_used / 1e6:.1f}",
        f"{day.wifi.median:g}" if day.wifi else "-",
    ]
