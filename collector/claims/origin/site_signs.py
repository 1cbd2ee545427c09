"""Signals of the site: surges, weather, power, neighbours, who hung there before. Pure."""

from __future__ import annotations

from collector.claims.origin import family
from collector.claims.origin.facts import OriginFacts
from collector.claims.origin.signal import ABSENT, Sight, found, unknown
from collector.claims.origin.terms import OriginTerms

NO_SITE = unknown("the site's other devices are not known", "站点内其他设备未知")
NO_SKY = unknown("too few cameras of the site tell of its weather", "站点内可反映天气的摄像机太少")
NO_HEAT = unknown("the device tells no temperature", "设备不上报温度")


def struck(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """Several devices of the site died within minutes and stayed dead: a surge."""
    if facts.code not in family.STRUCK:
        return ABSENT
    if facts.site is None:
        return NO_SITE
    died = facts.site.died_together + 1
    if died < terms.strike_devices:
        return ABSENT
    return found(
        f"{died} devices of the site died within {terms.strike_minutes:g} minutes and did not come"
        " back: like a surge or lightning",
        f"站点内 {died} 台设备在 {terms.strike_minutes:g} 分钟内失效且未恢复：疑似雷击或浪涌",
    )


def beyond_sheet(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """Colder or hotter than the data sheet allows, by the device's own word."""
    weather = facts.weather
    if weather is None or weather.own_low_c is None or weather.own_high_c is None:
        return NO_HEAT
    if weather.own_low_c >= terms.low_c and weather.own_high_c <= terms.high_c:
        return ABSENT
    return found(
        f"its own temperature went from {weather.own_low_c:.0f} to {weather.own_high_c:.0f} °C in"
        f" {weather.days} days; the data sheet allows {terms.low_c:g} to {terms.high_c:g} °C",
        f"{weather.days} 天内设备自身温度为 {weather.own_low_c:.0f} 至"
        f" {weather.own_high_c:.0f} °C；规格允许 {terms.low_c:g} 至 {terms.high_c:g} °C",
    )


def frost(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """Frost at the site, for batteries: they take no charge below about 0 °C."""
    if not family.is_battery(facts.code):
        return ABSENT
    if facts.weather is None or facts.weather.frost_days is None:
        return NO_SKY
    if facts.weather.frost_days < terms.frost_days:
        return ABSENT
    return found(
        f"frost at the site on {facts.weather.frost_days} of the last {facts.weather.days} days:"
        " lithium cells take no charge below about 0 °C",
        f"过去 {facts.weather.days} 天中站点有 {facts.weather.frost_days} 天低于 0 °C："
        "锂电池在约 0 °C 以下不能充电",
    )


def dull(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """A dark spell over the whole site, for batteries."""
    if not family.is_battery(facts.code):
        return ABSENT
    if facts.weather is None or facts.weather.dull_days is None:
        return unknown(
            "too few panels of the site tell what the sun gave",
            "站点内可反映日照的太阳能板太少",
        )
    if facts.weather.dull_days < terms.frost_days:
        return ABSENT
    return found(
        f"every panel of the site gave less than half its usual on {facts.weather.dull_days} of"
        f" the last {facts.weather.days} days",
        f"过去 {facts.weather.days} 天中有 {facts.weather.dull_days} 天站点内所有太阳能板的"
        "输出不足平时一半",
    )


def mist(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """Mornings on which the whole site was veiled: weather, not a leak."""
    if facts.code != "picture.condensation":
        return ABSENT
    if facts.weather is None or facts.weather.misty_mornings is None:
        return NO_SKY
    if facts.weather.misty_mornings < terms.misty_mornings:
        return ABSENT
    return found(
        f"other cameras of the site were veiled on {facts.weather.misty_mornings} of the same"
        " mornings: weather",
        f"站点内其他摄像机在同样的 {facts.weather.misty_mornings} 个早晨也有雾状遮挡：天气所致",
    )


def leak(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """Mornings on which this camera alone was veiled: its housing is not tight."""
    if facts.code != "picture.condensation":
        return ABSENT
    if facts.weather is None or facts.weather.own_misty_mornings is None:
        return NO_SKY
    alone = facts.weather.own_misty_mornings
    if alone < terms.misty_mornings:
        return ABSENT
    return found(
        f"veiled on {alone} mornings on which the site's other cameras were clear: the housing",
        f"有 {alone} 个早晨仅该摄像机起雾而站点内其他摄像机清晰：外壳密封",
    )


def outages(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """Power or uplink of the site failed again and again, for parts that bad power wears."""
    if not family.is_powered(facts.code):
        return ABSENT
    if facts.site is None:
        return NO_SITE
    if facts.site.outages < terms.outages:
        return ABSENT
    return found(
        f"power or uplink of the site failed {facts.site.outages} times in the 30 days before",
        f"此前 30 天内站点供电或链路中断 {facts.site.outages} 次",
    )


def neighbours(facts: OriginFacts, _: OriginTerms) -> Sight:
    """The same family at siblings of other lots: something of the place."""
    if facts.site is None:
        return NO_SITE
    if facts.site.same_family < 2:
        return ABSENT
    return found(
        f"{facts.site.same_family} devices of other lots at the same site have the same fault",
        f"同一站点另有 {facts.site.same_family} 台其他批次的设备有同类故障",
    )


def predecessor(facts: OriginFacts, _: OriginTerms) -> Sight:
    """The device that hung here before failed in the same way."""
    if facts.predecessor_failed is None:
        return unknown("no earlier device is known at this position", "该点位没有更早设备的记录")
    if not facts.predecessor_failed:
        return ABSENT
    return found(
        "the device that hung here before had the same fault: the place, not the device",
        "此前安装在该点位的设备也有同类故障：问题在点位而非设备",
    )


def follows_device(facts: OriginFacts, _: OriginTerms) -> Sight:
    """The device had it at another position too."""
    if facts.failed_elsewhere is None:
        return unknown("its label serial is not known", "标签序列号未知")
    if not facts.failed_elsewhere:
        return ABSENT
    return found(
        "the same device had the same fault at another position: the device, not the place",
        "同一设备在其他点位也有同类故障：问题在设备而非点位",
    )


def repaired(facts: OriginFacts, _: OriginTerms) -> Sight:
    """It came back within 90 days after a repair (claims and warranty, section 12)."""
    if facts.repaired_before is None:
        return unknown("its label serial is not known", "标签序列号未知")
    if not facts.repaired_before:
        return ABSENT
    return found(
        "the same fault came back within 90 days after a repair", "维修后 90 天内再次出现同类故障"
    )
