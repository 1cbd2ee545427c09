"""Signals of people's hands: acceptance, fitting, bumps, settings, SIM and plan. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from collector.claims.origin import family
from collector.claims.origin.facts import OriginFacts, Other
from collector.claims.origin.signal import ABSENT, Sight, found, unknown
from collector.claims.origin.terms import OriginTerms
from shared.catalogue import CATALOGUE

NO_FAULTS = unknown("other faults of the device are not known", "该设备的其他故障未知")
NO_FIRST = unknown(
    "when the device was first heard here is not known", "设备首次在此上线的时间未知"
)
# A knock opens both faults, each at its own probe's pace: the bump may be told a little later.
TOLD_LATER = timedelta(hours=6)


def refused(facts: OriginFacts, _: OriginTerms) -> Sight:
    """The acceptance on day 0 was refused; it looks at pictures, so it is of picture faults."""
    if not facts.code.startswith("picture."):
        return ABSENT
    if facts.accepted is None:
        return unknown(
            "no acceptance on day 0 is on record (preclaim-agent accept)",
            "没有安装当日验收记录（preclaim-agent accept）",
        )
    if facts.accepted:
        return ABSENT
    what = f": {facts.refused_for}" if facts.refused_for else ""
    return found(
        f"the acceptance after installation was refused{what}", f"安装后的验收未通过{what}"
    )


def accepted(facts: OriginFacts, _: OriginTerms) -> Sight:
    """A person accepted its picture after installation: it arrived well and was fitted well."""
    if facts.accepted is not True or not facts.code.startswith(("picture.", "ircut.", "ir_led.")):
        return ABSENT
    return found(
        "a person accepted its picture after installation: it arrived and was fitted well",
        "安装后画面已由人工验收通过：到货与安装时均正常",
    )


def since_fitting(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """Aim, focus or tilt wrong from the first day on."""
    if facts.code not in family.AIM or facts.accepted:
        return ABSENT
    if facts.since_first is None:
        return NO_FIRST
    if facts.since_first > timedelta(hours=terms.contact_hours):
        return ABSENT
    handled = facts.code == "picture.tilted_focus"
    return found(
        "aim, focus or tilt was wrong from the first day on"
        + (
            " (the policy lists sensor modules misaligned during installation as handled)"
            if handled
            else ""
        ),
        "自首日起朝向、对焦或倾斜即不正常"
        + ("（政策将安装过程中传感器模组错位列为受理情形）" if handled else ""),
    )


def fitter(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """Others at the site were wrong from their first days too: one fitter, not one device."""
    if facts.code not in family.AIM or facts.accepted:
        return ABSENT
    if facts.since_first is None:
        return NO_FIRST
    if facts.site is None:
        return unknown("the site's other devices are not known", "站点内其他设备未知")
    if facts.since_first > timedelta(hours=terms.contact_hours) or not facts.site.askew:
        return ABSENT
    return found(
        f"{facts.site.askew} other devices of the site were wrong in aim, focus or tilt from their"
        " first days on too",
        f"站点内另有 {facts.site.askew} 台设备自首日起朝向、对焦或倾斜也不正常",
    )


def fitted_badly(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """Other marks of a bad fitting in the first days: film, tilt, view moved or covered."""
    if facts.at_position is None:
        return NO_FAULTS
    first = timedelta(hours=terms.contact_hours)
    seen = [
        one.code
        for one in facts.at_position
        if one.code in family.AIM
        and one.code != facts.code
        and one.since_first is not None
        and one.since_first <= first
    ]
    if seen:
        return found(
            f"fitted badly: {names_en(seen)} in the first days",
            f"安装不良：首日即有{names_zh(seen)}",
        )
    if facts.first_seen_at is None and any(one.code in family.AIM for one in facts.at_position):
        return NO_FIRST
    return ABSENT


def _within(others: tuple[Other, ...], codes: Collection[str], *, hours: float) -> list[str]:
    """Codes of the set that began up to so many hours before, or just after."""
    return [
        one.code
        for one in others
        if one.code in codes and -TOLD_LATER <= one.before <= timedelta(hours=hours)
    ]


def bumped(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """The camera was moved, turned or covered within a day before."""
    if facts.at_position is None:
        return NO_FAULTS
    if facts.code in family.KNOCKED:
        return ABSENT
    seen = _within(facts.at_position, family.KNOCKED, hours=terms.bump_hours)
    if not seen:
        return ABSENT
    return found(
        f"{names_en(seen)} within {terms.bump_hours:g} h before: a bump or tampering",
        f"此前 {terms.bump_hours:g} 小时内{names_zh(seen)}：碰撞或人为触动",
    )


def settings_changed(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """Password, clock or services were changed within a day before."""
    if facts.at_position is None:
        return NO_FAULTS
    seen = _within(facts.at_position, family.SETTINGS, hours=terms.bump_hours)
    if not seen:
        return ABSENT
    return found(
        f"settings of the device changed within {terms.bump_hours:g} h before: {names_en(seen)}",
        f"此前 {terms.bump_hours:g} 小时内设备设置被更改：{names_zh(seen)}",
    )


def contract(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """SIM, plan or access point were wrong at the same time."""
    if not family.is_cellular(facts.code):
        return ABSENT
    if facts.at_position is None:
        return NO_FAULTS
    seen = _within(facts.at_position, family.CONTRACT - {facts.code}, hours=terms.bump_hours)
    if not seen:
        return ABSENT
    return found(
        f"SIM, plan or access point at the same time: {names_en(seen)}",
        f"同时存在 SIM 卡、套餐或接入点问题：{names_zh(seen)}",
    )


def names_en(codes: Collection[str]) -> str:
    """The catalogue's English names, each once."""
    return ", ".join(_name(code, "en").lower() for code in dict.fromkeys(codes))


def names_zh(codes: Collection[str]) -> str:
    """The catalogue's Chinese names, each once."""
    return "、".join(_name(code, "zh") for code in dict.fromkeys(codes))


def _name(code: str, lang: str) -> str:
    entry = CATALOGUE.get(code)
    if entry is None:
        return code
    return entry.name_zh if lang == "zh" else entry.name_en
