"""Whether a device answers, and what it streams."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from shared.catalogue_entry import CatalogueEntry, Component, Outcome, Proof
from shared.evidence import EvidenceKind

TRANSCRIPT: Final = EvidenceKind.TRANSCRIPT
READINGS: Final = EvidenceKind.READINGS

ENTRIES: Final[tuple[CatalogueEntry, ...]] = (
    CatalogueEntry(
        code="device.unreachable",
        component=Component.NONE,
        outcome=Outcome.SITE,
        proof=Proof.FACT,
        hold=timedelta(hours=2),
        name_en="Device does not answer",
        name_zh="设备无应答",
        text_en="Nothing answers at the device's address; this names no cause yet.",
        text_zh="设备地址无任何应答；尚不能确定原因。",
        needs=(TRANSCRIPT,),
        remedy_en="Check power and network at the device.",
        remedy_zh="检查设备的供电与网络。",
    ),
    CatalogueEntry(
        code="device.misbehaves",
        component=Component.FIRMWARE,
        outcome=Outcome.FIRMWARE,
        proof=Proof.FACT,
        hold=timedelta(hours=24),
        name_en="Replies broken",
        name_zh="设备回复异常",
        text_en="The device answers with cut-off, oversized or malformed replies.",
        text_zh="设备回复不完整、过大或格式错误。",
        needs=(TRANSCRIPT,),
        remedy_en="Update the firmware; send the transcript to the maker.",
        remedy_zh="升级固件；将通信记录发给厂商。",
    ),
    CatalogueEntry(
        code="stream.none",
        component=Component.FIRMWARE,
        outcome=Outcome.FIRMWARE,
        proof=Proof.FACT,
        hold=timedelta(hours=24),
        name_en="No video stream",
        name_zh="无视频流",
        text_en="The camera answers but its stream does not start.",
        text_zh="摄像机有应答但视频流无法启动。",
        needs=(TRANSCRIPT,),
        remedy_en="Check the stream path and restart the camera.",
        remedy_zh="检查流地址并重启摄像机。",
    ),
    CatalogueEntry(
        code="stream.path_changed",
        component=Component.FIRMWARE,
        outcome=Outcome.FIRMWARE,
        proof=Proof.FACT,
        hold=timedelta(hours=1),
        name_en="Stream path changed",
        name_zh="视频流路径已更改",
        text_en="The login is right; the stream is no longer where ONVIF and the recorder look for it.",
        text_zh="登录正确，但视频流已不在ONVIF与录像机所用的路径上。",
        needs=(TRANSCRIPT,),
        remedy_en="Enter the new path in the recorder, or add the camera again by ONVIF; report the firmware.",
        remedy_zh="在录像机中填写新路径，或通过ONVIF重新添加摄像机，并反馈固件版本。",
    ),
    CatalogueEntry(
        code="stream.low_rate",
        component=Component.NONE,
        outcome=Outcome.CONFIGURATION,
        proof=Proof.PASSIVE,
        hold=timedelta(hours=24),
        name_en="Frame rate too low",
        name_zh="帧率过低",
        text_en="The stream's frame rate is far below its setting.",
        text_zh="视频帧率远低于设定值。",
        needs=(READINGS,),
        remedy_en="Check the encoder settings and the network.",
        remedy_zh="检查编码设置与网络。",
    ),
)
