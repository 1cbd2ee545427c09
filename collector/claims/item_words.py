"""The items of a claim by name, in English and Chinese: for refusals and letters. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from collector.claims.problem import Both

ITEM_WORDS: Final = {
    "serial": Both("serial number", "序列号"),
    "model": Both("model", "型号"),
    "firmware": Both("firmware version", "固件版本"),
    "delivery": Both("delivery date and warranty", "交付日期与保修"),
    "signature": Both("signature of every manifest", "所有清单的签名"),
    "picture": Both("fault picture", "故障图片"),
    "reference": Both("reference picture", "参考图片"),
    "transcript": Both("probe transcript", "检测记录"),
    "readings": Both("readings", "读数"),
    "image": Both("picture or clip", "图片或视频"),
    "clip": Both("clip", "视频片段"),
    "test": Both("log of an active test of the part", "部件主动测试记录"),
    "two_days": Both("fault pictures of two days", "两天的故障图片"),
    "night": Both("a picture by day and one at night", "白天与夜间图片各一张"),
    "battery_series": Both("battery readings of 14 days", "14 天的电池读数"),
    "radio_series": Both("signal readings of 14 days", "14 天的信号读数"),
    "temperature": Both("temperature readings", "温度读数"),
    "recorder": Both("the recorder's firmware", "录像机固件版本"),
    "control": Both("how the site's other cameras stand", "同站点其他摄像机的状况"),
    "clock": Both("the agent's clock beside the collector's", "代理时钟与采集端的偏差"),
    "label_photo": Both("a photo of the label", "标签照片"),
    "peers": Both(
        "batch number, to find other units with the same fault",
        "批号（用于查找同类故障的其他产品）",
    ),
    "profile": Both(
        "an engineer's confirmation of what an unproven firmware profile read",
        "工程师对未经验证的固件描述文件读数的确认",
    ),
    "power": Both("power measured at the camera", "在摄像机处测得供电"),
    "photo": Both("a photo from the site", "现场照片"),
    "lot": Both("lot number", "批号"),
    "description": Both("description of the fault", "故障描述"),
    "tried": Both("what was tried already", "已排查事项"),
}
"""The same words as on the pages (``must.*`` of the texts)."""


def name_items(names: Sequence[str]) -> Both:
    """All of them in one line; one that a newer version named stays as it is."""
    told = [ITEM_WORDS.get(name, Both(name, name)) for name in names]
    return Both(", ".join(one.en for one in told), "、".join(one.zh for one in told))
