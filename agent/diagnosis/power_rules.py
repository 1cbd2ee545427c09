"""Battery faults: what the device's own gauge, charger and panel say."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from agent.diagnosis.extracted import STATED
from agent.diagnosis.levels import Levels
from agent.diagnosis.rule import Finding, Rule, View
from agent.diagnosis.verdicts import fault, healthy, no_verdict, not_read
from shared.reading import Reading

NOT_CHARGING = "battery.not_charging"
LOW = "battery.low"
_NAMES = ("battery.charge", "battery.charging", "battery.temperature", "solar.power")


_ALARM: Final = "battery.low"  # reading: a camera's own alarm, as it pushes it
_LONGEST_NIGHT: Final = timedelta(hours=36)  # between two looks under sun, a dull day included


def judge_not_charging(view: View) -> Finding:
    """Sun on the panel, room in the battery, a fit temperature, and no charging for days.

    Too cold or too hot to charge is protection, and a battery without sun has nothing to charge
    from; neither is a fault. One good charge within the days ends the suspicion.
    """
    charge, charging = view.number("battery.charge"), view.flag("battery.charging")
    solar, warmth = view.number("solar.power"), view.number("battery.temperature")
    levels = view.levels
    if charging:
        return healthy(NOT_CHARGING, view, *_NAMES)
    if charge is None or charging is None or solar is None or warmth is None:
        return not_read(NOT_CHARGING)
    excuse = _excuse(charge=charge, solar_mw=solar, warmth_c=warmth, levels=levels)
    if excuse is not None:
        return no_verdict(NOT_CHARGING, *excuse)
    idle = _idle_under_sun(view)
    span = view.watched(idle, longest_gap=_LONGEST_NIGHT)
    enough = len(idle) + 1 >= levels.battery_observations
    if not enough or span < timedelta(days=levels.battery_days):
        return no_verdict(NOT_CHARGING, "not watched for long enough", "观察时间不足")
    return fault(
        NOT_CHARGING,
        view,
        f"{charge:.0f} % and not charging although the panel gives {solar:.0f} mW",
        f"电量 {charge:.0f}%，太阳能输出 {solar:.0f} mW 却未充电",
        *_NAMES,
    )


def _excuse(
    *, charge: float, solar_mw: float, warmth_c: float, levels: Levels
) -> tuple[str, str] | None:
    """Why a sound battery would not charge now, in both languages; None when it would."""
    if solar_mw < levels.solar_present_mw:
        return "no sun on the panel", "太阳能板无光照"
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
        needs=("battery.charging",),
        judge=judge_not_charging,
        looks_back=("battery.charging", "solar.power", *STATED),
    ),
    Rule(code=LOW, needs=("battery.charge", _ALARM), judge=judge_low),
)
