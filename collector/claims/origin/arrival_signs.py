"""Signals of age, lot and arrival: infant mortality, peers of the lot, the shipment. Pure."""

from __future__ import annotations

from datetime import timedelta

from collector.claims.origin import family
from collector.claims.origin.facts import Failures, Lot, OriginFacts
from collector.claims.origin.signal import ABSENT, Sight, found, unknown
from collector.claims.origin.terms import OriginTerms
from collector.stats.rate_ratio import RateRatio, rate_ratio

NO_DATE = unknown("delivery date or serial not in the registry", "登记表中没有该序列号或交付日期")
NO_LOT = unknown("production lot not in the registry", "登记表中没有生产批次")
NO_ARRIVAL = unknown(
    "how the device was at first contact after delivery is not on record",
    "没有交付后首次接入时状态的记录",
)


def _is_early(facts: OriginFacts, terms: OriginTerms) -> bool | None:
    return None if facts.age is None else facts.age <= timedelta(days=terms.early_days)


def _is_of_one_shipment(lot: Lot) -> bool:
    """Every peer came in this one of the lot's shipments: what speaks may be the shipment."""
    return lot.shipments > 1 and not lot.peer_shipments


def _has_peers(facts: OriginFacts, terms: OriginTerms) -> bool | None:
    """Enough peers, and not at one site alone: those share weather, power and installer."""
    if facts.lot is None:
        return None
    if _is_of_one_shipment(facts.lot):
        return False
    return facts.lot.peers >= terms.least_peers and facts.lot.peer_sites >= 1


def early_peers(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """Soon after delivery, and the same family in several peers of the lot."""
    early, peers = _is_early(facts, terms), _has_peers(facts, terms)
    if early is None:
        return ABSENT if peers is False else NO_DATE
    if peers is None:
        return NO_LOT if early else ABSENT
    lot, age = facts.lot, facts.age
    if not (early and peers) or lot is None or age is None:
        return ABSENT
    return found(
        f"began {age.days} days after delivery, and {lot.peers} other devices of lot {lot.name} at"
        f" {lot.peer_sites} other sites have the same fault",
        f"交付后 {age.days} 天出现，且批次 {lot.name} 另有 {lot.peers} 台设备"
        f"（分布于其他 {lot.peer_sites} 个站点）有同类故障",
    )


def peers(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """The same family in several peers of the lot, later in life."""
    many = _has_peers(facts, terms)
    if many is None or facts.lot is None:
        return NO_LOT
    if not many or _is_early(facts, terms):
        return ABSENT  # soon after delivery the stronger signal says it
    lot = facts.lot
    return found(
        f"{lot.peers} other devices of lot {lot.name} at {lot.peer_sites} other sites have the"
        " same fault",
        f"批次 {lot.name} 另有 {lot.peers} 台设备（分布于其他 {lot.peer_sites} 个站点）有同类故障",
    )


def compare(own: Failures, others: Failures | None, terms: OriginTerms) -> RateRatio | None:
    """How much more often the first fails; None when there is nothing to compare with."""
    if others is None:
        return None
    return rate_ratio(
        failed=own.failed,
        exposure=own.device_days,
        others_failed=others.failed,
        others_exposure=others.device_days,
        confidence=terms.confidence,
    )


def lot_above_others(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """The lot fails more often than the model's other lots, beyond chance."""
    lot = facts.lot
    if lot is None:
        return NO_LOT
    if lot.others is None or lot.others.device_days <= 0 or lot.own.device_days <= 0:
        return unknown("no other lot of this model to compare with", "没有同型号的其他批次可比较")
    ratio = compare(lot.own, lot.others, terms)
    if (
        ratio is None
        or _is_of_one_shipment(lot)
        or lot.own.failed < terms.least_peers
        or ratio.lower <= 1
    ):
        return ABSENT
    return found(
        f"lot {lot.name} fails {_times(ratio.ratio)} as often as the model's other lots"
        f" ({lot.own.failed} of {lot.units} devices; at least {ratio.lower:.2g} times at"
        f" {terms.confidence:.0%})",
        f"批次 {lot.name} 的故障率为同型号其他批次的 {_times_zh(ratio.ratio)}"
        f"（{lot.units} 台中 {lot.own.failed} 台；{terms.confidence:.0%} 置信下限"
        f" {ratio.lower:.2g} 倍）",
    )


def _times(ratio: float) -> str:
    return "infinitely" if ratio == float("inf") else f"{ratio:.2g} times"


def _times_zh(ratio: float) -> str:
    return "无穷" if ratio == float("inf") else f" {ratio:.2g} 倍"


def early(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """Soon after delivery, and no peers that say more."""
    soon = _is_early(facts, terms)
    if soon is None or facts.age is None:
        return NO_DATE
    if not soon or _has_peers(facts, terms):
        return ABSENT
    return found(f"began {facts.age.days} days after delivery", f"交付后 {facts.age.days} 天出现")


def _on_arrival(facts: OriginFacts, terms: OriginTerms) -> bool | None:
    """Faulty at first contact, and that was soon enough after delivery to say anything."""
    if facts.since_first is None or facts.delivered_at is None or facts.first_seen_at is None:
        return None
    if facts.first_seen_at - facts.delivered_at > timedelta(days=terms.contact_days):
        # Nobody watched it from the beginning; but what came much later was not there then.
        return None if facts.since_first <= timedelta(hours=terms.contact_hours) else False
    return facts.since_first <= timedelta(hours=terms.contact_hours)


def is_on_arrival(facts: OriginFacts, terms: OriginTerms) -> bool:
    """Dead or faulty on arrival, for who pays: within ``arrival_days`` of delivery."""
    soon = facts.age is not None and facts.age <= timedelta(days=terms.arrival_days)
    return soon and _on_arrival(facts, terms) is True


def on_arrival(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """Faulty at first contact; what a bad fitting explains as well is another signal's."""
    arrived = _on_arrival(facts, terms)
    if facts.code in family.AIM:
        return ABSENT
    if arrived is None or facts.since_first is None:
        return NO_ARRIVAL
    if not arrived:
        return ABSENT
    hours = facts.since_first.total_seconds() / 3600
    return found(
        f"faulty at first contact ({hours:.0f} h after it was first heard)",
        f"首次接入时即有故障（首次上线后 {hours:.0f} 小时）",
    )


def shipment(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """Several units of one shipment were faulty at first contact, and no other shipment's.

    Not of aim and focus: a site is mostly fitted from one shipment, and by one fitter.
    """
    if facts.code in family.AIM:
        return ABSENT
    arrived = _on_arrival(facts, terms)
    if arrived is False:
        return ABSENT
    if arrived is None:
        return NO_ARRIVAL
    if facts.shipment is None:
        return unknown("its shipment is not in the registry", "登记表中没有发货信息")
    sent = facts.shipment
    if sent.faulty_on_arrival + 1 < terms.least_peers or sent.elsewhere:
        return ABSENT
    return found(
        f"{sent.faulty_on_arrival} other devices of the same shipment ({sent.units} units) were"
        " faulty at first contact, none of the lot's other shipments",
        f"同一批发货（{sent.units} 台）中另有 {sent.faulty_on_arrival} 台首次接入时即有故障，"
        "同批次的其他发货没有",
    )


def moist_on_arrival(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """Humidity or a failed module at first contact: the policy's scene 'after shipping'."""
    if facts.code not in family.MOIST:
        return ABSENT
    arrived = _on_arrival(facts, terms)
    if arrived is None:
        return NO_ARRIVAL
    if not arrived:
        return ABSENT
    return found(
        "humidity or a failed module at first contact: the policy's scene 'after shipping'",
        "首次接入时即受潮或模块失效：属政策所列“运输后失效”情形",
    )


def worn(facts: OriginFacts, terms: OriginTerms) -> Sight:
    """A battery of that age is as likely worn as faulty."""
    if not family.is_battery(facts.code):
        return ABSENT
    if facts.age is None:
        return NO_DATE
    if facts.age < timedelta(days=terms.worn_days):
        return ABSENT
    return found(
        f"the battery is {facts.age.days} days old: wear is as likely as a fault",
        f"电池已使用 {facts.age.days} 天：正常老化与缺陷同样可能",
    )
