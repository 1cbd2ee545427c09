"""Short forms in which a rule says what it found."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from agent.diagnosis.rule import Finding, Verdict, View

Judge: TypeAlias = Callable[[View], Finding]


def fault(code: str, view: View, en: str, zh: str, *names: str) -> Finding:
    """A finding of fault, with the readings of these names behind it."""
    return Finding(
        code=code,
        verdict=Verdict.FAULT,
        summary_en=en,
        summary_zh=zh,
        because=view.because(*names),
    )


def healthy(code: str, view: View, *names: str) -> Finding:
    """A finding that this fault is not there."""
    return Finding(
        code=code,
        verdict=Verdict.HEALTHY,
        summary_en="as it should be",
        summary_zh="正常",
        because=view.because(*names),
    )


def no_verdict(code: str, en: str, zh: str) -> Finding:
    """No verdict, and why; changes nothing."""
    return Finding(code=code, verdict=Verdict.NO_VERDICT, summary_en=en, summary_zh=zh)


def unsure(code: str, en: str, zh: str, settle_en: str, settle_zh: str) -> Finding:
    """No verdict, why, and what would settle the question."""
    return Finding(
        code=code,
        verdict=Verdict.NO_VERDICT,
        summary_en=en,
        summary_zh=zh,
        settle_en=settle_en,
        settle_zh=settle_zh,
    )


def unsupported(code: str, en: str, zh: str) -> Finding:
    """No verdict now or ever: this device has not what the rule needs."""
    return Finding(
        code=code,
        verdict=Verdict.NO_VERDICT,
        summary_en=en,
        summary_zh=zh,
        is_unsupported=True,
    )


def not_read(code: str) -> Finding:
    """No verdict because a good reading is missing."""
    return no_verdict(code, "a good reading is missing", "缺少有效读数")
