"""Battery faults: what the device's own gauge, charger and panel say."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Final

from agent.diagnosis.energy_rules import assessment_of, unless_controller
from agent.diagnosis.extracted import STATED
from agent.diagnosis.levels import Levels
from agent.diagnosis.rule import Finding, Rule, View
from agent.diagnosis.verdicts import fault, healthy, no_verdict, not_read, unsure
from agent.energy.cause import Cause
from agent.energy.daily import CAUSE
from shared.reading import Reading

NOT_CHARGING = "battery.not_charging"
LOW = "battery.low"
_NAMES = (
    *("battery.charge", "battery.charging", "battery.temperature", "solar.power"),
    *("solar.voltage", "charger.state", "charger.fault"),  # where they are told
)


_ALARM: Final = "battery.low"  # reading: a camera's own alarm, as it pushes it
_INSTALLED: Final = "battery.installed"
_DAILY: Final = (CAUSE, "energy.gained", "energy.spent")
_OPEN_CAUSES: Final = frozenset(
    {cause.value for cause in (Cause.HEALTHY, Cause.UNKNOWN, Cause.NOT_CHARGING)}
)
"""Words of ``energy.cause`` that leave the question open."""
_RISE_PERCENT: Final = 3.0  # a gauge in whole percent flickers by one, a cell at rest recovers two
_GAUGE_MOVES_IN: Final = timedelta(days=1)  # a camera takes 2 % or more of its battery in a day
_LONGEST_NIGHT: Final = timedelta(hours=36)  # between two looks under sun, a dull day included


def judge_not_charging(view: View) -> Finding:
    """By the days or the moment, and by what the charge controller says of itself."""
    return unless_controller(view, _judge_charging(view))


def _judge_charging(view: View) -> Finding:
    """By the days when one closes, else by what the device says of this very moment."""
    found = assessment_of(view)
    if found is not None and found.cause is Cause.NOT_CHARGING:
        return fault(NOT_CHARGING, view, found.because.en, found.because.zh, *_NAMES, *_DAILY)
    if found is not None and found.suspected is Cause.NOT_CHARGING and found.settle is not None:
        said, settle = found.because, found.settle
        return unsure(NOT_CHARGING, said.en, said.zh, settle.en, settle.zh)
    return _judge_moment(view)


def _judge_moment(view: View) -> Finding:
    """Sun on the panel, room in the battery, a fit temperature, and no charging for days.

    Too cold or too hot to charge is protection, and a battery without sun has nothing to charge
    from; neither is a fault. One good charge within the days ends the suspicion, whether the
    device said so or its gauge rose; and so does another cause that the days have found.
    """
    charge, charging = view.number("battery.charge"), view.flag("battery.charging")
    solar, warmth = view.number("solar.power"), view.number("battery.temperature")
    if charging:
        return healthy(NOT_CHARGING, view, *_NAMES)
    if charge is None or charging is None or solar is None:
        return not_read(NOT_CHARGING)
    if warmth is None:
        return unsure(
            NOT_CHARGING,
            "whether the temperature allows charging is not known",
            "无法得知温度是否允许充电",
            "a battery temperature, or days on which sibling cameras charged",
            "需电池温度读数，或同场其他摄像机充电的日子作对照",
        )
    excuse = (
        _excuse(charge=charge, solar_mw=solar, warmth_c=warmth, levels=view.levels)
        or _other_cause(view)
        or _too_early(view, charge)
    )
    if excuse is not None:
        return no_verdict(NOT_CHARGING, *excuse)
    return fault(
        NOT_CHARGING,
        view,
        f"{charge:.0f} % and not charging although the panel gives {solar:.0f} mW",
        f"电量 {charge:.0f}%，太阳能输出 {solar:.0f} mW 却未充电",
        *_NAMES,
    )


def _other_cause(view: View) -> tuple[str, str] | None:
    """What the days say it is, when that is something else."""
    cause = view.readings.get(CAUSE)
    if cause is None or not cause.good or cause.value in _OPEN_CAUSES:
        return None
    return f"its days say: {cause.value}", f"日统计结论：{cause.value}"


def _too_early(view: View, charge: float) -> tuple[str, str] | None:
    """Not seen idle under sun for days, or the gauge rose meanwhile."""
    idle = _idle_under_sun(view)
    span = view.watched(idle, longest_gap=_LONGEST_NIGHT)
    enough = len(idle) + 1 >= view.levels.battery_observations
    if not enough or span < timedelta(days=view.levels.battery_days):
        return "not watched for long enough", "观察时间不足"
    if idle and _has_risen(view, charge, since=idle[0].taken_at):
        return "the charge has risen meanwhile", "期间电量有所上升"
    if idle and span >= _GAUGE_MOVES_IN and _stands_still(view, charge, since=idle[0].taken_at):
        return "its gauge has not moved in days", "电量计数日未变化"
    return None


def _stands_still(view: View, charge: float, *, since: datetime) -> bool:
    """Whether the gauge shows one value through it all: stuck, or fed by a cable.

    What is not charged falls; only an empty battery cannot.
    """
    shown = {
        reading.number()
        for reading in view.history.get("battery.charge", ())
        if reading.taken_at >= since
    }
    return charge > 0 and shown - {None} <= {charge}


def _has_risen(view: View, charge: float, *, since: datetime) -> bool:
    """Whether the gauge stood higher than the lowest that it showed before, beyond noise."""
    lowest = math.inf
    for reading in view.history.get("battery.charge", ()):
        value = reading.number()
        if reading.taken_at < since or value is None:
            continue
        if value - lowest > _RISE_PERCENT:
            return True
        lowest = min(lowest, value)
    return charge - lowest > _RISE_PERCENT


def _excuse(
    *, charge: float, solar_mw: float, warmth_c: float, levels: Levels
) -> tuple[str, str] | None:
    """Why a sound battery would not charge now, in both languages; None when it would."""
    if solar_mw < levels.solar_present_mw:
        return "too little sun on the panel to charge", "太阳能板光照不足以充电"
    if not levels.charge_from_c <= warmth_c <= levels.charge_to_c:
        return "too cold or too hot to charge", "温度不允许充电"
    if charge >= levels.charge_expected_below_percent:
        return "the battery is nearly full", "电池接近充满"
    return None


def _idle_under_sun(view: View) -> list[Reading]:
    """Earlier readings of "not charging" under sun, since the last time that it charged."""
    sunny = {
        reading.taken_at
        for reading in view.history.get("solar.power", ())
        if (reading.number() or 0.0) >= view.levels.solar_present_mw
    }
    idle: list[Reading] = []
    for reading in view.history.get("battery.charging", ()):
        if reading.good and reading.value is True:
            idle = []
        elif reading.good and reading.taken_at in sunny:
            idle.append(reading)
    return idle


def judge_low(view: View) -> Finding:
    """The gauge alone, or the camera's own alarm without one; why it is low is another question."""
    charge = view.number("battery.charge")
    if view.flag(_INSTALLED) is False:
        return no_verdict(LOW, "no battery is fitted", "未安装电池")
    if charge is None:
        return _by_alarm(view)
    if charge <= view.levels.battery_low_percent:
        return fault(
            LOW, view, f"the battery is at {charge:.0f} %", f"电池电量 {charge:.0f}%", *_NAMES
        )
    if charge >= view.levels.battery_recovered_percent:
        return healthy(LOW, view, "battery.charge")
    return no_verdict(LOW, "the charge is between the levels", "电量处于两阈值之间")


def _by_alarm(view: View) -> Finding:
    alarm = view.flag(_ALARM)
    if alarm is None:
        return not_read(LOW)
    if not alarm:
        return healthy(LOW, view, _ALARM)
    return fault(LOW, view, "the camera says that its battery is low", "摄像机报告电量低", _ALARM)


RULES = (
    Rule(
        code=NOT_CHARGING,
        needs=("battery.charging", CAUSE),
        judge=judge_not_charging,
        looks_back=("battery.charging", "battery.charge", "solar.power", *STATED),
    ),
    Rule(code=LOW, needs=("battery.charge", _ALARM), judge=judge_low),
)
