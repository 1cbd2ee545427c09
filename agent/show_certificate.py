"""What to do about a certificate that nobody has vouched for, told once below the readings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from agent.camera.port import Cause
from agent.wrong import Both
from shared.reading import Reading

_FINGERPRINT: Final = re.compile(r"sha256:[0-9a-f]{64}")
_WORDS: Final[Mapping[str, Both]] = {
    Cause.TLS_UNPINNED.value: Both(
        "The camera shows a certificate that no authority vouches for:\n  {found}\n"
        "No login was sent. Compare it with what the camera's own page shows, or read it on a"
        " cable to the camera. If it is the camera's:\n  preclaim-agent probe ... --pin {found}\n"
        '  tls_fingerprint = "{found}"    (in agent.toml, under [[devices]])',
        "摄像机出示的证书没有任何机构担保：\n  {found}\n"
        "未发送登录信息。请与摄像机自身页面显示的指纹核对，或直接用网线连接摄像机读取。"
        "确认属于该摄像机后：\n  preclaim-agent probe ... --pin {found}\n"
        '  tls_fingerprint = "{found}"    （写入 agent.toml 的 [[devices]]）',
    ),
    Cause.TLS_CHANGED.value: Both(
        "Another certificate than the pinned one answers:\n  {found}\n"
        "It may be another device, or one that listens in between: nothing was sent. If the camera"
        " was reset, updated or exchanged, confirm the new one:\n"
        '  tls_fingerprint = "{found}"',
        "应答的证书与固定的不同：\n  {found}\n"
        "可能是另一台设备，或有人居中窃听：未发送任何内容。若摄像机已重置、升级或更换，请确认新证书：\n"
        '  tls_fingerprint = "{found}"',
    ),
}


def show_certificate(readings: Iterable[Reading], lang: str) -> str:
    """The fingerprint and the remedy; '' when every certificate was believed."""
    for reading in readings:
        words = _WORDS.get(reading.cause)
        found = _FINGERPRINT.search(reading.detail)
        if words is not None and found:
            return words.filled(found=found.group()).text(lang)
    return ""
