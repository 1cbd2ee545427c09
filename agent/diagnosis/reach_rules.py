"""Whether the device answers, and whether what it answers is whole."""

from __future__ import annotations

from agent.diagnosis.rule import Finding, Rule, View
from agent.diagnosis.verdicts import fault, healthy, no_verdict, not_read, unsure

UNREACHABLE = "device.unreachable"
MISBEHAVES = "device.misbehaves"
_DNS = "dns"  # the layer of a name that cannot be resolved


def judge_unreachable(view: View) -> Finding:
    """That nothing answers is a fact; it names no cause."""
    answers = view.flag("reach.answers")
    if answers is None:
        return not_read(UNREACHABLE)
    if answers:
        return healthy(UNREACHABLE, view, "reach.answers")
    layer = view.text("reach.layer") or "unknown"
    if layer == _DNS:
        return no_verdict(
            UNREACHABLE,
            "the recorder cannot resolve the device's name: that says nothing about the device",
            "录像机无法解析设备的域名：这不能说明设备有故障",
        )
    if view.asleep_until is not None:
        return unsure(
            UNREACHABLE,
            "a battery camera that does not answer may be asleep",
            "电池摄像机无应答时可能处于休眠",
            f"an answer before {view.asleep_until:%Y-%m-%d %H:%M}Z, or none by then",
            f"{view.asleep_until:%Y-%m-%d %H:%M}Z 之前有应答，或至此仍无应答",
        )
    return fault(
        UNREACHABLE,
        view,
        f"the device does not answer (layer: {layer})",
        f"设备无应答（层：{layer}）",
        "reach.answers",
        "reach.layer",
    )


def judge_misbehaves(view: View) -> Finding:
    """A broken reply counts from either question; whole ones clear only when both were whole."""
    names = ("reach.replies", "identity.replies")
    for name in names:
        if view.text(name) == "broken":
            detail = view.readings[name].detail[:200]
            return fault(
                MISBEHAVES,
                view,
                f"the device answers with a broken reply: {detail}",
                f"设备回复异常：{detail}",
                name,
            )
    if view.text("identity.replies") == "whole":
        return healthy(MISBEHAVES, view, *names)
    return no_verdict(MISBEHAVES, "only a small reply was seen", "仅收到简短回复")


RULES = (
    Rule(
        code=UNREACHABLE,
        needs=("reach.answers",),
        judge=judge_unreachable,
        judges_unreachable=True,
    ),
    Rule(code=MISBEHAVES, needs=("reach.replies", "identity.replies"), judge=judge_misbehaves),
)
