"""Signals of firmware and mobile network, and of a fault that nothing outside explains. Pure."""

from __future__ import annotations

from datetime import timedelta

from collector.claims.origin import family, handling_signs, site_signs
from collector.claims.origin.arrival_signs import compare
from collector.claims.origin.facts import OriginFacts, Update, Version
from collector.claims.origin.signal import ABSENT, Sight, State, found, unknown
from collector.claims.origin.terms import OriginTerms

NO_UPDATES = unknown("earlier firmware of the device is not known", "设备此前的固件未知")
NO_RATE = unknown("no other firmware of this model to compare with", "没有同型号的其他固件可比较")
LEAST_LOTS = 2  # a version that fails in one lot alone is that lot's matter


def _updated(facts: OriginFacts, terms: OriginTerms) -> Update | None:
    """The last update of camera or recorder within the window."""
    recent = [one for one in facts.updates or () if one.ago <= timedelta(hours=terms.update_hours)]
    return min(recent, key=lambda one: one.ago, default=None)


def _is_far_above(version: Version, terms: OriginTerms) -> bool:
    ratio = compare(version.own, version.others, terms)
    return version.lots >= LEAST_LOTS and ratio is not None and ratio.lower >= terms.far_above


def _says_en(version: Version, terms: OriginTerms) -> str:
    ratio = compare(version.own, version.others, terms)
    lower = 0.0 if ratio is None else ratio.lower
    return (
        f"firmware {version.name} fails at least {lower:.2g} times as often as the model's other"
        f" versions, in {version.lots} lots ({version.own.failed} devices)"
    )


def _says_zh(version: Version, terms: OriginTerms) -> str:
    ratio = compare(version.own, version.others, terms)
    lower = 0.0 if ratio is None else ratio.lower
    return (
        f"固件 {version.name} 的故障率至少为同型号其他版本的 {lower:.2g} 倍，"
        f"涉及 {version.lots} 个批次（{version.own.failed} 台）"
    )


def _change_en(update: Update) -> str:
    hours = update.ago.total_seconds() / 3600
    return (
        f"the {update.of}'s firmware went from {update.before} to {update.after}"
        f" {hours:.0f} h before"
    )


def _change_zh(update: Update) -> str:
    hours = update.ago.total_seconds() / 3600
    of = "录像机" if update.of == "recorder" else "摄像机"
    return f"此前 {hours:.0f} 小时{of}固件由 {update.before} 变为 {update.after}"


def bad_update(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """Just updated, and that version fails far more often than others, in more than one lot."""
    if facts.updates is None:
        return NO_UPDATES
    update = _updated(facts, terms)
    if update is None:
        return ABSENT
    if facts.version is None:
        return NO_RATE
    if not _is_far_above(facts.version, terms):
        return ABSENT
    version = facts.version
    return found(
        f"{_change_en(update)}; {_says_en(version, terms)}",
        f"{_change_zh(update)}；{_says_zh(version, terms)}",
    )


def updated(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """Just updated, and nothing is known against that version."""
    if facts.updates is None:
        return NO_UPDATES
    update = _updated(facts, terms)
    if update is None or (facts.version is not None and _is_far_above(facts.version, terms)):
        return ABSENT
    return found(_change_en(update), _change_zh(update))


def version_above_others(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """That version fails far more often than others, though this device was not just updated."""
    if facts.version is None:
        return NO_RATE
    if not _is_far_above(facts.version, terms) or _updated(facts, terms) is not None:
        return ABSENT
    return found(_says_en(facts.version, terms), _says_zh(facts.version, terms))


def cell_down(facts: OriginFacts, _: OriginTerms) -> Sight:
    """Other devices on the same cell of the same operator lost the link too."""
    if not family.is_cellular(facts.code):
        return ABSENT
    if facts.cell is None:
        return unknown(
            "no other device is known on the same operator and cell",
            "没有使用同一运营商同一小区的其他设备",
        )
    cell = facts.cell
    if cell.down < 2 or 2 * cell.down < cell.others:
        return ABSENT
    return found(
        f"{cell.down} of {cell.others} other devices on {cell.name} have a fault of the mobile"
        " link within the same day",
        f"{cell.name} 上另外 {cell.others} 台设备中有 {cell.down} 台在同一天内出现移动网络故障",
    )


def sealed(facts: OriginFacts, _: OriginTerms) -> Sight:
    """A part inside, proven by an experiment or by the device's own word."""
    if not family.is_sealed(facts.code) or facts.proof not in ("experiment", "fact"):
        return ABSENT
    return found(
        "a part inside the device, proven by a test or by the device's own word",
        "设备内部部件，且经测试或设备自身报告证实",
    )


# What is outside of the device; each must have been looked at before its absence says anything.
_OUTSIDE = (
    handling_signs.bumped,
    handling_signs.settings_changed,
    site_signs.outages,
    site_signs.neighbours,
    site_signs.struck,
    updated,
    bad_update,
)


def _was_touched(facts: OriginFacts, terms: OriginTerms) -> bool:
    """A bump, a setting or an update in the weeks before: too long ago to say so, too near to say
    that there was none."""
    clear = timedelta(days=terms.clear_days)
    touched = family.KNOCKED | family.SETTINGS
    return any(one.code in touched and one.before <= clear for one in facts.at_position or ()) or (
        any(one.ago <= clear for one in facts.updates or ())
    )


def nothing_outside(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """Everything outside was looked at and nothing was found: it is the device.

    What could not be looked at keeps this from being said. Only for devices that worked once: of
    those faulty from the beginning nobody knows what happened before. Battery and housing live on
    what is outside, so that its absence says less of them.
    """
    if family.is_battery(facts.code) or facts.code in family.AIM | family.MOIST:
        return ABSENT
    if family.is_cellular(facts.code) or facts.since_first is None:
        return ABSENT
    if facts.since_first <= timedelta(hours=terms.contact_hours):
        return ABSENT
    looks = [look(facts, terms).state for look in _OUTSIDE]
    if State.UNKNOWN in looks:
        return unknown(
            "not every cause outside of the device could be looked at",
            "并非所有外部原因都能查看",
        )
    if State.FOUND in looks or _was_touched(facts, terms):
        return ABSENT
    return found(
        "it worked here before, and no bump, change of settings, update, outage, surge or"
        " neighbour with the same fault explains it",
        "此前在此工作正常，且未发现碰撞、设置更改、固件更新、停电、浪涌或相邻设备同类故障",
    )
