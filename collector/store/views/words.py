"""Words in both languages, as they lie in the store and in the fault catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from collector.claims.report import OTHER
from shared.catalogue import CATALOGUE


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One text in English and Chinese."""

    en: str
    zh: str

    def text(self, lang: str) -> str:
        """The text in 'en' or 'zh'."""
        return self.zh if lang == "zh" else self.en


def fault_name(code: str) -> Words:
    """The catalogue's name of a code; the code itself when a newer agent knows more than we."""
    if code == OTHER:
        return Words(en="Another fault, as described", zh="其他故障（见描述）")
    entry = CATALOGUE.get(code)
    return Words(en=entry.name_en, zh=entry.name_zh) if entry else Words(en=code, zh=code)


def fault_text(code: str) -> Words:
    """What the code means, in plain words; empty when unknown."""
    entry = CATALOGUE.get(code)
    return Words(en=entry.text_en, zh=entry.text_zh) if entry else Words(en="", zh="")


def fault_remedy(code: str) -> Words:
    """What to do about it; empty when there is nothing but to wait for the factory."""
    entry = CATALOGUE.get(code)
    return Words(en=entry.remedy_en, zh=entry.remedy_zh) if entry else Words(en="", zh="")
