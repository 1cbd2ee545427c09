"""Clock and serial: what must be right before anything else is believed."""

from __future__ import annotations

from agent.diagnosis.rule import Finding, Rule, View
from agent.diagnosis.verdicts import fault, healthy, no_verdict, not_read

CLOCK = "clock.wrong"
PLACEHOLDER = "identity.placeholder"


def judge_clock(view: View) -> Finding:
    """Between the two levels there is no verdict, so that a clock at the edge does not flap."""
    offset_s = view.number("clock.offset")
    if offset_s is None:
        return not_read(CLOCK)
    if abs(offset_s) >= view.levels.clock_wrong_s:
        return fault(
            CLOCK,
            view,
            f"the device's clock is {offset_s:+.0f} s off",
            f"设备时钟偏差 {offset_s:+.0f} 秒",
            "clock.offset",
            "clock.source",
        )
    if abs(offset_s) <= view.levels.clock_right_s:
        return healthy(CLOCK, view, "clock.offset")
    return no_verdict(CLOCK, "the offset is at the edge", "偏差处于临界范围")


def judge_placeholder(view: View) -> Finding:
    """A label serial in the configuration settles it: nothing is left to do."""
    placeholder = view.flag("identity.placeholder")
    if placeholder is None:
        return not_read(PLACEHOLDER)
    if not placeholder or view.label_serial:
        return healthy(PLACEHOLDER, view, "identity.serial", "identity.placeholder")
    return fault(
        PLACEHOLDER,
        view,
        "the device's serial number names no single device",
        "设备上报的序列号为占位值",
        "identity.serial",
        "identity.placeholder",
    )


RULES = (
    Rule(code=CLOCK, needs=("clock.offset",), judge=judge_clock),
    Rule(code=PLACEHOLDER, needs=("identity.placeholder",), judge=judge_placeholder),
)
