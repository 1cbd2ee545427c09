"""The signals, one row each: what is looked at, and how much it weighs for which class. Pure.

A class is suggested alone when its weight exceeds the doubt (1.0) by the margin: 1.5 is the least
that does (1.5 / 2.5 - 1.0 / 2.5 = 0.2). So 1.6 and more are rows that the reference decides by
themselves; what only points somewhere is far below, and several of it must agree.
"""

from __future__ import annotations

from typing import Final

from collector.claims.origin import arrival_signs, handling_signs, site_signs, version_signs
from collector.claims.origin.kinds import Origin
from collector.claims.origin.signal import Look, Signal

POLICY: Final = "policy"  # claims and warranty, sections 1 and 15
OURS: Final = "ours"  # from users' reports: user asks, sections 5.4 and 6.4
F, T, I = Origin.FACTORY, Origin.TRANSPORT, Origin.INSTALLATION  # noqa: E741  # the table's columns
U, E, W, O = Origin.USER, Origin.ENVIRONMENT, Origin.FIRMWARE, Origin.OPERATOR  # noqa: E741
X = Origin.UNDETERMINED


def _row(
    id_: str,
    name_en: str,
    name_zh: str,
    weights: dict[Origin, float],
    look: Look,
    *,
    source: str = OURS,
) -> Signal:
    return Signal(
        id=id_, name_en=name_en, name_zh=name_zh, weights=weights, look=look, source=source
    )


SIGNALS: Final = (
    _row("early_peers", "Soon after delivery, with peers of the lot", "交付后不久且同批次多台",
         {F: 2.2}, arrival_signs.early_peers, source=POLICY),
    _row("peers", "Peers of the lot", "同批次设备", {F: 1.0}, arrival_signs.peers, source=POLICY),
    _row("lot_above_others", "Lot against other lots", "批次对比",
         {F: 0.9}, arrival_signs.lot_above_others),
    _row("early", "Soon after delivery", "交付后不久",
         {F: 0.4, T: 0.2, I: 0.2}, arrival_signs.early),
    _row("on_arrival", "Faulty at first contact", "首次接入即故障",
         {F: 0.6, T: 0.6, I: 0.2}, arrival_signs.on_arrival),
    _row("shipment", "One shipment", "同一发货", {T: 2.2}, arrival_signs.shipment),
    _row("moist_on_arrival", "Humidity after shipping", "运输后受潮",
         {T: 0.5, F: 0.3}, arrival_signs.moist_on_arrival, source=POLICY),
    _row("worn", "Age and wear", "使用年限与老化", {X: 0.5, E: 0.2}, arrival_signs.worn),
    _row("refused", "Acceptance refused", "验收未通过", {I: 1.6}, handling_signs.refused),
    _row("accepted", "Accepted on day 0", "安装当日验收通过",
         {F: 0.2}, handling_signs.accepted),
    _row("since_fitting", "Wrong since it was fitted", "自安装起即不正常",
         {I: 1.2, T: 0.3}, handling_signs.since_fitting, source=POLICY),
    _row("fitter", "Others askew since they were fitted", "站点内其他设备安装即偏斜",
         {I: 1.0}, handling_signs.fitter),
    _row("fitted_badly", "Marks of a bad fitting", "安装不良迹象",
         {I: 0.8}, handling_signs.fitted_badly),
    _row("bumped", "Bump or scene shift", "碰撞或画面移位",
         {U: 2.2}, handling_signs.bumped, source=POLICY),
    _row("settings_changed", "Settings changed", "设置被更改",
         {U: 0.8}, handling_signs.settings_changed),
    _row("contract", "SIM, plan, access point", "SIM 卡、套餐与接入点",
         {O: 0.7, U: 0.7}, handling_signs.contract),
    _row("struck", "Several died at once", "多台同时失效",
         {E: 2.2}, site_signs.struck, source=POLICY),
    _row("beyond_sheet", "Beyond the data sheet", "超出规格温度",
         {E: 0.9}, site_signs.beyond_sheet),
    _row("frost", "Frost at the site", "站点低温", {E: 0.7}, site_signs.frost),
    _row("dull", "Dark spell at the site", "站点连续阴暗", {E: 0.7}, site_signs.dull),
    _row("mist", "Mist over the whole site", "整个站点起雾", {E: 0.8}, site_signs.mist),
    _row("leak", "Veiled alone", "仅此一台起雾", {F: 0.5}, site_signs.leak),
    _row("outages", "Outages of the site", "站点中断", {E: 0.5, I: 0.5}, site_signs.outages),
    _row("neighbours", "Neighbours of other lots", "其他批次的相邻设备",
         {E: 0.5, I: 0.5}, site_signs.neighbours),
    _row("predecessor", "The device before it", "此前的设备",
         {E: 0.5, I: 0.5}, site_signs.predecessor),
    _row("follows_device", "It follows the device", "故障随设备",
         {F: 0.9}, site_signs.follows_device),
    _row("repaired", "Back after a repair", "维修后复发", {F: 0.6}, site_signs.repaired),
    _row("bad_update", "Updated to a version that fails", "更新至故障率高的固件",
         {W: 2.2}, version_signs.bad_update, source=POLICY),
    _row("updated", "Updated just before", "刚更新固件", {W: 0.5}, version_signs.updated),
    _row("version_above_others", "Version against other versions", "固件版本对比",
         {W: 0.9}, version_signs.version_above_others),
    _row("cell_down", "Same operator and cell", "同一运营商同一小区",
         {O: 2.2}, version_signs.cell_down),
    _row("sealed", "A part inside, proven", "内部部件（已证实）",
         {F: 0.5}, version_signs.sealed),
    _row("nothing_outside", "Nothing outside explains it", "无外部原因",
         {F: 1.2}, version_signs.nothing_outside),
)  # fmt: skip
"""In the order in which they are shown; it changes nothing else."""

BY_ID: Final = {signal.id: signal for signal in SIGNALS}
