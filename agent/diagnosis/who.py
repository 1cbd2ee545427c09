"""Whose picture it is: a fault opens only under a name that was read since it began; pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from agent.diagnosis.rule import Finding, Verdict, View
from agent.diagnosis.verdicts import unsure
from shared.moment import Moment

LONGEST: Final = timedelta(days=1)
"""A device that shows pictures and says no more who it is must not hide a fault for ever."""
_OF_PICTURES: Final = ("picture.", "ircut.", "ir_led.")


def unless_unnamed(finding: Finding, view: View, *, onset_at: Moment | None) -> Finding:
    """The finding, or doubt: another camera may hang there since, and would be accused as this one.

    ``onset_at``: when the suspicion began that would open a fault now; None: none would.
    """
    if onset_at is None or finding.verdict is not Verdict.FAULT:
        return finding
    if view.named_at is None or not finding.code.startswith(_OF_PICTURES):
        return finding
    if view.named_at >= onset_at or abs(view.now - onset_at) >= LONGEST:
        return finding
    return unsure(
        finding.code,
        f"{finding.summary_en}; since it began the camera has not said who it is",
        f"{finding.summary_zh}；自出现以来尚未读取到该摄像机的身份",
        "an answer to GetDeviceInformation: another camera may hang there",
        "等待 GetDeviceInformation 应答：该位置可能已更换摄像机",
    )
