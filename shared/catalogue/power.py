"""Battery, panel and charger."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from shared.catalogue_entry import CatalogueEntry, Component, Outcome, Proof
from shared.evidence import EvidenceKind

TRANSCRIPT: Final = EvidenceKind.TRANSCRIPT
READINGS: Final = EvidenceKind.READINGS

ENTRIES: Final[tuple[CatalogueEntry, ...]] = (
    CatalogueEntry(
        code="battery.not_charging",
        component=Component.BATTERY,
        outcome=Outcome.CLAIMABLE,
        proof=Proof.FACT,
        hold=timedelta(hours=336),
        name_en="Battery does not charge",
        name_zh="电池不充电",
        text_en="The panel gives power, or its usual voltage, but the battery takes none of it.",
        text_zh="太阳能板有输出或电压正常，但电池未能充电。",
        needs=(
            READINGS,
            TRANSCRIPT,
        ),
    ),
    CatalogueEntry(
        code="battery.capacity_lost",
        component=Component.BATTERY,
        outcome=Outcome.CLAIMABLE,
        proof=Proof.PASSIVE,
        hold=timedelta(hours=336),
        name_en="Battery capacity lost",
        name_zh="电池容量衰减",
        text_en="The battery holds far less than on day 0, and less than its siblings.",
        text_zh="电池容量远低于初始值及同场其他设备。",
        needs=(READINGS,),
    ),
    CatalogueEntry(
        code="battery.low",
        component=Component.BATTERY,
        outcome=Outcome.SITING,
        proof=Proof.FACT,
        hold=timedelta(hours=24),
        name_en="Battery low",
        name_zh="电池电量低",
        text_en="The battery is low; that alone does not say why.",
        text_zh="电池电量低；仅凭此不能判断原因。",
        needs=(READINGS,),
        remedy_en="Check sun, shade, panel and consumption.",
        remedy_zh="检查日照、遮挡、太阳能板与耗电。",
    ),
    CatalogueEntry(
        code="battery.cold_lockout",
        component=Component.BATTERY,
        outcome=Outcome.SITING,
        proof=Proof.FACT,
        hold=timedelta(hours=24),
        name_en="Too cold to charge",
        name_zh="低温禁充",
        text_en="Below about 0 °C lithium cells refuse to charge; this is protection, not a fault.",
        text_zh="低于约0 °C 锂电池禁止充电，属保护而非故障。",
        needs=(READINGS,),
        remedy_en="Nothing to repair; mind the siting in winter.",
        remedy_zh="无需维修；冬季注意安装位置。",
    ),
    CatalogueEntry(
        code="solar.panel_weak",
        component=Component.NONE,
        outcome=Outcome.MAINTENANCE,
        proof=Proof.PASSIVE,
        hold=timedelta(hours=336),
        name_en="Solar panel dirty or shaded",
        name_zh="太阳能板脏污或被遮挡",
        text_en="The panel gives less than it did, or than its siblings under the same sky.",
        text_zh="太阳能板输出低于以往，或在相同天气下低于同场其他设备。",
        needs=(READINGS,),
        remedy_en="Clean the panel, remove shade, and check its plug and lead.",
        remedy_zh="清洁太阳能板、排除遮挡，并检查接头与线缆。",
    ),
    CatalogueEntry(
        code="solar.panel_dead",
        component=Component.BATTERY,
        outcome=Outcome.CLAIMABLE,
        proof=Proof.PASSIVE,
        hold=timedelta(hours=336),
        name_en="Solar panel or charger dead",
        name_zh="太阳能板或充电电路失效",
        text_en="No power from the panel by day, though siblings, its own readings or a good"
        " season prove sun.",
        text_zh="白天无太阳能输入，而同场设备、自身读数或良好季节证明有日照。",
        needs=(
            READINGS,
            TRANSCRIPT,
        ),
    ),
    CatalogueEntry(
        code="battery.over_use",
        component=Component.NONE,
        outcome=Outcome.CONFIGURATION,
        proof=Proof.PASSIVE,
        hold=timedelta(hours=72),
        name_en="Battery used more than it is charged",
        name_zh="耗电过多",
        text_en="By night the camera takes far more charge than it did, from a battery that holds"
        " what it held.",
        text_zh="夜间耗电远高于以往，而电池容量未变。",
        needs=(READINGS,),
        remedy_en="Lower recording time, sensitivity, live view or lamp, or fit a larger panel.",
        remedy_zh="减少录像时长、灵敏度、实时预览或补光，或更换更大的太阳能板。",
    ),
    CatalogueEntry(
        code="battery.gauge_stuck",
        component=Component.FIRMWARE,
        outcome=Outcome.FIRMWARE,
        proof=Proof.PASSIVE,
        hold=timedelta(hours=168),
        name_en="Battery gauge stuck",
        name_zh="电量计失灵",
        text_en="The gauge shows one value, or none, whatever day and night do to the battery.",
        text_zh="无论昼夜，电量计始终显示同一数值或无效值。",
        needs=(READINGS,),
        remedy_en="Update the firmware; read the battery's voltage until then.",
        remedy_zh="升级固件；此前请以电池电压为准。",
    ),
    CatalogueEntry(
        code="solar.low_season",
        component=Component.NONE,
        outcome=Outcome.SITING,
        proof=Proof.PASSIVE,
        hold=timedelta(hours=72),
        name_en="Too little sun in this season",
        name_zh="季节性日照不足",
        text_en="The sun is low, and it gives less than the camera takes.",
        text_zh="太阳高度低，充电少于耗电。",
        needs=(READINGS,),
        remedy_en="Lower the consumption until the days are longer, tilt the panel towards the low"
        " sun, or fit a larger one.",
        remedy_zh="在日照恢复前降低耗电，使太阳能板朝向低角度阳光，或更换更大的太阳能板。",
    ),
)
