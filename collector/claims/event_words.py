"""The values that an entry of a line's log carries, in English and Chinese: for letters and PDF.
Pure.

Only entries whose words alone would not say what changed have some here; a page shows all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from collector.claims import partner_words
from collector.claims.action_words import FIELD_WORDS
from collector.claims.no_fault import FEE_WAIVED, JUDGED, BenchFinding
from collector.claims.problem import Both
from collector.claims.story_return import RETURNED

CORRECTED: Final = "corrected"
_SHOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "moved": ("fee",),  # a rejection that costs something says so in its letter
    RETURNED: ("scanned_serial",),
    JUDGED: ("finding", "fee"),
    FEE_WAIVED: ("by",),
}
_FINDINGS: Final = {
    BenchFinding.CONFIRMED.value: Both("fault confirmed", "确认有故障"),
    BenchFinding.NONE_FOUND.value: Both("no fault found", "未发现故障"),
}
_MORE: Final = {"fee": Both("fee", "费用"), "by": Both("because of", "依据")}


def values_of(type_: str, payload: Mapping[str, object]) -> Both:
    """What it says beside its reason: 'the tracking number: SF1 → SF2'; two '' for nothing."""
    if type_ == CORRECTED:
        return _changed(payload)
    if type_ in partner_words.TELLS:
        return Both(_text(payload, partner_words.TOLD_EN), _text(payload, partner_words.TOLD_ZH))
    said = [(key, text) for key in _SHOWN.get(type_, ()) if (text := _text(payload, key))]
    return Both(
        "; ".join(f"{_label(key).en}: {_value(key, text).en}" for key, text in said),
        "；".join(f"{_label(key).zh}：{_value(key, text).zh}" for key, text in said),
    )


def _changed(payload: Mapping[str, object]) -> Both:
    name, old, new = (_text(payload, key) for key in ("field", "old", "new"))
    if not name or not new:
        return Both("", "")
    label, change = _label(name), f"{old or '–'} → {new}"
    return Both(f"{label.en}: {change}", f"{label.zh}：{change}")


def _label(key: str) -> Both:
    return FIELD_WORDS.get(key) or _MORE.get(key) or Both(key, key)


def _value(key: str, text: str) -> Both:
    return _FINDINGS.get(text, Both(text, text)) if key == "finding" else Both(text, text)


def _text(payload: Mapping[str, object], key: str) -> str:
    said = payload.get(key)
    return said.strip() if isinstance(said, str) else ""
