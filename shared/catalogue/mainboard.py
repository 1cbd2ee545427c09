"""The mainboard and the modules on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from shared.catalogue_entry import CatalogueEntry, Component, Outcome, Proof
from shared.evidence import EvidenceKind

TRANSCRIPT: Final = EvidenceKind.TRANSCRIPT
READINGS: Final = EvidenceKind.READINGS

ENTRIES: Final[tuple[CatalogueEntry, ...]] = (
    CatalogueEntry(
        code="mainboard.reboot_loop",
        component=Component.MAINBOARD,
        outcome=Outcome.CLAIMABLE,
        proof=Proof.FACT,
        hold=timedelta(hours=48),
        name_en="Restart loop",
        name_zh="反复重启",
        text_en="The device restarts again and again although its power is good.",
        text_zh="供电正常但设备反复重启。",
        needs=(
            TRANSCRIPT,
            READINGS,
        ),
    ),
    CatalogueEntry(
        code="mainboard.flash_error",
        component=Component.MAINBOARD,
        outcome=Outcome.CLAIMABLE,
        proof=Proof.FACT,
        hold=timedelta(hours=48),
        name_en="Flash errors",
        name_zh="闪存错误",
        text_en="The device reports errors of its own storage.",
        text_zh="设备报告自身存储错误。",
        needs=(TRANSCRIPT,),
    ),
    CatalogueEntry(
        code="mainboard.clock_lost",
        component=Component.MAINBOARD,
        outcome=Outcome.CLAIMABLE,
        proof=Proof.PASSIVE,
        hold=timedelta(hours=48),
        name_en="Clock lost after each restart",
        name_zh="重启后时钟丢失",
        text_en="The clock falls back after every restart although it was set.",
        text_zh="已校时但每次重启后时钟复位。",
        needs=(TRANSCRIPT,),
    ),
    CatalogueEntry(
        code="mainboard.dead",
        component=Component.MAINBOARD,
        outcome=Outcome.CLAIMABLE,
        proof=Proof.PASSIVE,
        hold=timedelta(hours=72),
        name_en="Device dead",
        name_zh="设备不工作",
        text_en="It worked once, its neighbours on the same power and uplink work, and it has been silent for days.",
        text_zh="曾正常工作，同电源同链路的设备均正常，但该设备已持续多日无响应。",
        needs=(TRANSCRIPT,),
    ),
    CatalogueEntry(
        code="mainboard.component_failed",
        component=Component.MAINBOARD,
        outcome=Outcome.CLAIMABLE,
        proof=Proof.FACT,
        hold=timedelta(hours=48),
        name_en="Module failed after shipping",
        name_zh="模块发运后失效",
        text_en="A module reports its own failure (IC fault, corrosion) soon after delivery.",
        text_zh="模块交付后不久自报失效（芯片故障、受潮腐蚀）。",
        needs=(TRANSCRIPT,),
    ),
)
