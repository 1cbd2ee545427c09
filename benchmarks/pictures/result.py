"""What one site came to, as it is kept on disk."""

from __future__ import annotations

import msgspec


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """An episode that opened on a healthy camera."""

    code: str
    at: str
    light: str
    claimable: bool


class Healthy(msgspec.Struct, frozen=True, kw_only=True):
    """A healthy life; hours, findings and unsure findings by light."""

    source: str
    hours: dict[str, float]
    alarms: list[Alarm]
    findings: dict[str, int]
    unsure: dict[str, int]
    compared_days: float
    script_opened: int
    ffmpeg_opened: int
    frames: int
    script_frames: int  # alarms on single frames
    ffmpeg_frames: int


class Faulty(msgspec.Struct, frozen=True, kw_only=True):
    """24 hours from the onset of a fault; ``after_h`` and ``codes`` of the first alarm."""

    source: str
    kind: str
    severity: str
    variant: int
    after_h: float | None
    codes: list[str]
    claimable: list[str]
    visits: int
    unsure: int  # findings of the right names without a verdict
    asked: int  # findings of the right names
    compared: bool
    script_caught: bool
    ffmpeg_caught: bool
    skipped: str = ""
    real: bool = False  # a real picture of the fault, not one that was put in


class SiteResult(msgspec.Struct, frozen=True, kw_only=True):
    """One site's lives."""

    name: str
    healthy: list[Healthy]
    faulty: list[Faulty]
    cpu_s: float
    frame_bars: list[list[float]] = []  # the ffmpeg set's figures on healthy frames, to place bars
