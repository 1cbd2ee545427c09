"""The recorder or gateway itself: disks, recordings, heat."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from shared.catalogue_entry import CatalogueEntry, Component, Outcome, Proof
from shared.evidence import EvidenceKind

TRANSCRIPT: Final = EvidenceKind.TRANSCRIPT
READINGS: Final = EvidenceKind.READINGS

ENTRIES: Final[tuple[CatalogueEntry, ...]] = (
    CatalogueEntry(
        code="disk.failing",
        component=Component.DISK,
        outcome=Outcome.CLAIMABLE,
        proof=Proof.FACT,
        hold=timedelta(hours=48),
        name_en="Recorder disk failing",
        name_zh="录像机硬盘故障",
        text_en="The disk's own report says that it fails.",
        text_zh="硬盘自检报告显示其即将失效。",
        needs=(TRANSCRIPT,),
    ),
    CatalogueEntry(
        code="disk.full",
        component=Component.NONE,
        outcome=Outcome.CONFIGURATION,
        proof=Proof.FACT,
        hold=timedelta(hours=1),
        name_en="Recorder disk full",
        name_zh="录像机硬盘已满",
        text_en="The disk is full; recording stops or overwrites early.",
        text_zh="硬盘已满，录像将停止或被提前覆盖。",
        needs=(READINGS,),
        remedy_en="Check retention settings and disk size.",
        remedy_zh="检查保留时间与硬盘容量。",
    ),
    CatalogueEntry(
        code="recording.stopped",
        component=Component.NONE,
        outcome=Outcome.CONFIGURATION,
        proof=Proof.FACT,
        hold=timedelta(hours=2),
        name_en="Recording stopped",
        name_zh="录像停止",
        text_en="No new file in the recording folder.",
        text_zh="录像目录没有新文件。",
        needs=(READINGS,),
        remedy_en="Check schedule, disk and recorder.",
        remedy_zh="检查录像计划、硬盘与录像机。",
    ),
    CatalogueEntry(
        code="recording.gap",
        component=Component.NONE,
        outcome=Outcome.CONFIGURATION,
        proof=Proof.FACT,
        hold=timedelta(hours=2),
        name_en="Recording gap",
        name_zh="录像缺失",
        text_en="Recordings are missing in between.",
        text_zh="录像中间存在缺失时段。",
        needs=(READINGS,),
        remedy_en="Check network and camera restarts in that time.",
        remedy_zh="检查该时段的网络与摄像机重启情况。",
    ),
    CatalogueEntry(
        code="host.overheated",
        component=Component.NONE,
        outcome=Outcome.SITING,
        proof=Proof.FACT,
        hold=timedelta(hours=2),
        name_en="Gateway too hot",
        name_zh="网关温度过高",
        text_en="The gateway's own temperature is above its limit.",
        text_zh="网关自身温度超过限值。",
        needs=(READINGS,),
        remedy_en="Improve ventilation.",
        remedy_zh="改善散热。",
    ),
)
