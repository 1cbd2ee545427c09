"""4G and Wi-Fi."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from shared.catalogue_entry import CatalogueEntry, Component, Outcome, Proof
from shared.evidence import EvidenceKind

TRANSCRIPT: Final = EvidenceKind.TRANSCRIPT
READINGS: Final = EvidenceKind.READINGS

ENTRIES: Final[tuple[CatalogueEntry, ...]] = (
    CatalogueEntry(
        code="cellular.modem_dead",
        component=Component.MODEM,
        outcome=Outcome.CLAIMABLE,
        proof=Proof.FACT,
        hold=timedelta(hours=48),
        name_en="4G modem does not answer",
        name_zh="4G模块无响应",
        text_en="The modem gives an error or no answer at all.",
        text_zh="4G模块报错或无响应。",
        needs=(
            TRANSCRIPT,
            READINGS,
        ),
    ),
    CatalogueEntry(
        code="cellular.sim_missing",
        component=Component.NONE,
        outcome=Outcome.CONFIGURATION,
        proof=Proof.FACT,
        hold=timedelta(hours=24),
        name_en="SIM not seen",
        name_zh="未识别到SIM卡",
        text_en="The modem works but sees no SIM.",
        text_zh="模块正常但未识别到SIM卡。",
        needs=(TRANSCRIPT,),
        remedy_en="Seat the SIM again, or try another one.",
        remedy_zh="重新插卡或更换SIM卡。",
    ),
    CatalogueEntry(
        code="cellular.not_registered",
        component=Component.NONE,
        outcome=Outcome.CONFIGURATION,
        proof=Proof.FACT,
        hold=timedelta(hours=24),
        name_en="Not registered with the network",
        name_zh="未注册到运营商网络",
        text_en="SIM present, but no registration: plan, APN or carrier.",
        text_zh="已识别SIM卡但无法注册：套餐、APN或运营商问题。",
        needs=(TRANSCRIPT,),
        remedy_en="Check plan, APN and coverage.",
        remedy_zh="检查套餐、APN与网络覆盖。",
    ),
    CatalogueEntry(
        code="cellular.signal_weak",
        component=Component.NONE,
        outcome=Outcome.SITING,
        proof=Proof.FACT,
        hold=timedelta(hours=24),
        name_en="Weak 4G signal",
        name_zh="4G信号弱",
        text_en="The signal is weak; alone that is the cell, not the camera.",
        text_zh="信号弱；仅凭此多为基站覆盖问题而非摄像机故障。",
        needs=(READINGS,),
        remedy_en="Move the camera or use another carrier or antenna.",
        remedy_zh="调整位置、更换运营商或天线。",
    ),
    CatalogueEntry(
        code="cellular.antenna_fault",
        component=Component.ANTENNA,
        outcome=Outcome.CLAIMABLE,
        proof=Proof.PASSIVE,
        hold=timedelta(hours=168),
        name_en="Antenna fault",
        name_zh="天线故障",
        text_en="At least 15 dB below its own past and its siblings on the same cell for a week.",
        text_zh="连续一周较自身历史及同小区其他设备低15 dB以上。",
        needs=(READINGS,),
    ),
)
