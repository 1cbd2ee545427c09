"""Filter and lamp: what lets infrared in, and what gives it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from shared.catalogue_entry import CatalogueEntry, Component, Outcome, Proof
from shared.evidence import EvidenceKind

PICTURE: Final = EvidenceKind.PICTURE
REFERENCE: Final = EvidenceKind.REFERENCE
TRANSCRIPT: Final = EvidenceKind.TRANSCRIPT
READINGS: Final = EvidenceKind.READINGS

ENTRIES: Final[tuple[CatalogueEntry, ...]] = (
    CatalogueEntry(
        code="ircut.stuck_open",
        component=Component.IR_CUT,
        outcome=Outcome.CLAIMABLE,
        proof=Proof.PASSIVE,
        has_experiment=True,
        hold=timedelta(hours=48),
        name_en="IR-cut filter stuck open",
        name_zh="红外滤光片卡在开启位置",
        text_en="By day the infrared filter is not in the light path: colours are washed out or magenta.",
        text_zh="白天红外滤光片未进入光路：画面发白或偏品红。",
        needs=(
            PICTURE,
            TRANSCRIPT,
        ),
    ),
    CatalogueEntry(
        code="ircut.stuck_closed",
        component=Component.IR_CUT,
        outcome=Outcome.CLAIMABLE,
        proof=Proof.PASSIVE,
        has_experiment=True,
        hold=timedelta(hours=48),
        name_en="IR-cut filter stuck closed",
        name_zh="红外滤光片卡在关闭位置",
        text_en="At night the infrared filter stays in the light path: the picture is dark and noisy although the lamp is on.",
        text_zh="夜间红外滤光片仍在光路中：红外灯已亮但画面暗且噪点多。",
        needs=(
            PICTURE,
            TRANSCRIPT,
        ),
    ),
    CatalogueEntry(
        code="ircut.reversed",
        component=Component.IR_CUT,
        outcome=Outcome.FIRMWARE,
        proof=Proof.EXPERIMENT,
        has_experiment=True,
        hold=timedelta(hours=48),
        name_en="IR-cut filter polarity reversed",
        name_zh="红外滤光片极性反接",
        text_en="The filter moves, but the wrong way round: a setting or firmware fault.",
        text_zh="滤光片能动作但方向相反：属于设置或固件问题。",
        needs=(
            PICTURE,
            TRANSCRIPT,
        ),
        remedy_en="Swap the filter polarity in the camera's settings or update its firmware.",
        remedy_zh="在摄像机设置中切换滤光片极性或升级固件。",
    ),
    CatalogueEntry(
        code="ircut.flapping",
        component=Component.IR_CUT,
        outcome=Outcome.CONFIGURATION,
        proof=Proof.PASSIVE,
        hold=timedelta(hours=48),
        name_en="Day/night mode flapping",
        name_zh="日夜模式频繁切换",
        text_en="The camera toggles between day and night many times at dusk, often because of its own lamp.",
        text_zh="黄昏时摄像机在日夜模式间反复切换，常由自身补光灯引起。",
        needs=(READINGS,),
        remedy_en="Raise the switching delay or the threshold between day and night.",
        remedy_zh="增大日夜切换延时或阈值差。",
    ),
    CatalogueEntry(
        code="ir_led.dead",
        component=Component.IR_LED,
        outcome=Outcome.CLAIMABLE,
        proof=Proof.PASSIVE,
        hold=timedelta(hours=48),
        name_en="IR lamp dead",
        name_zh="红外灯不亮",
        text_en="At night the picture is dark: the infrared lamp gives no light.",
        text_zh="夜间画面漆黑：红外灯不发光。",
        needs=(
            PICTURE,
            TRANSCRIPT,
        ),
    ),
    CatalogueEntry(
        code="ir_led.partial",
        component=Component.IR_LED,
        outcome=Outcome.CLAIMABLE,
        proof=Proof.PASSIVE,
        hold=timedelta(hours=48),
        name_en="IR lamp partly dead",
        name_zh="红外灯部分失效",
        text_en="At night one side of the picture stays dark.",
        text_zh="夜间画面一侧偏暗。",
        needs=(
            PICTURE,
            REFERENCE,
        ),
    ),
)
