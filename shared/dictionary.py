"""Words that deflate knows before it begins: what every telemetry batch would otherwise spell out.

Measured on one camera with 25 readings and six hours a batch: 330 bytes of names and framing
become 90. Both ends must hold the same bytes for ever, so this table never changes (its digest is
in the tests); further words make another dictionary with a flag of its own in ``frame``.
"""

from __future__ import annotations

from typing import Final

_GOOD: Final = b"\xa4good"
_DEFAULTS: Final = b"\x90\x90\x90\xa0\xa0\xa0"  # runs, reals, words, cause, raw, detail
_WORDS: Final = (
    *("unknown", "unsupported", "missing", "invalid", "failed", "timeout", "unreachable"),
    *("not on this system", "no sensor", "no recording", "one key frame only"),
    *("day", "night", "infrared", "auto", "on", "off", "ready", "home", "H264", "H265", "digest"),
    *("not asked yet since the agent started", "onvif_serial", "mac", "uid", "02:00:00:00:"),
    *("generic.onvif", "wired", "metered", "camera-", "SC26", "fault", "ok", "health", "columns"),
)
# Name, unit, form and exponent as a column has them, the commonest last: deflate reaches back
# more cheaply the nearer a word is.
_NAMES: Final = (
    *(("host.cpu", "%", 2, 1), ("host.memory_used", "%", 2, 1), ("host.disk_used", "%", 2, 1)),
    *(("host.temperature", "°C", 2, 1), ("agent.rss", "B", 1, 0)),
    *(("recording.newest_age", "s", 2, 3), ("recording.longest_gap", "s", 2, 3)),
    *(("identity.firmware", "", 5, 0), ("identity.hardware_id", "", 5, 0)),
    *(("identity.mac", "", 5, 0), ("identity.manufacturer", "", 5, 0)),
    *(("identity.model", "", 5, 0), ("identity.placeholder", "", 4, 0)),
    *(("identity.replies", "", 4, 0), ("identity.serial", "", 5, 0)),
    *(("imaging.brightness", "", 2, 1), ("imaging.colour_saturation", "", 2, 1)),
    *(("imaging.contrast", "", 2, 1), ("imaging.ir_cut_modes", "", 5, 0)),
    *(("imaging.sharpness", "", 2, 1), ("login.refused", "", 5, 0), ("login.outcome", "", 5, 0)),
    *(("clock.zone", "", 5, 0), ("reach.layer", "", 5, 0), ("reach.replies", "", 4, 0)),
    *(("vendor.status", "", 4, 0), ("picture.red_mean", "", 2, 1)),
    *(("picture.green_mean", "", 2, 1), ("picture.green_min", "", 2, 1)),
    *(("picture.blue_mean", "", 2, 1), ("picture.magenta_excess", "", 2, 3)),
    *(("picture.laplacian_variance", "", 2, 1), ("picture.bright_share", "", 2, 3)),
    *(("picture.dark_share", "", 2, 3), ("picture.damaged", "", 4, 0)),
    *(("picture.source", "", 5, 0), ("stream.codec", "", 5, 0), ("stream.fps_limit", "1/s", 1, 0)),
    *(("stream.width", "px", 1, 0), ("stream.height", "px", 1, 0)),
    *(("stream.key_frame_interval", "s", 2, 3), ("stream.plays", "", 4, 0)),
    *(("battery.charge", "%", 1, 0), ("battery.charging", "", 4, 0)),
    *(("battery.current", "mA", 1, 0), ("battery.temperature", "°C", 2, 1)),
    *(("battery.voltage", "mV", 1, 0), ("cellular.band", "", 5, 0)),
    *(("cellular.bytes_month", "B", 1, 0), ("cellular.cell", "", 5, 0)),
    *(("cellular.operator", "", 5, 0), ("cellular.registered", "", 5, 0)),
    *(("cellular.rsrp", "dBm", 1, 0), ("cellular.rsrq", "dB", 1, 0)),
    *(("cellular.rssi", "dBm", 1, 0), ("cellular.sim", "", 5, 0), ("cellular.sinr", "dB", 1, 0)),
    *(("clock.offset", "s", 2, 2), ("clock.source", "", 5, 0)),
    *(("imaging.ir_cut_filter", "", 5, 0), ("login.accepted", "", 5, 0)),
    *(("picture.change", "", 2, 2), ("picture.luma_mean", "", 2, 1)),
    *(("picture.saturation_mean", "", 2, 3), ("picture.sharpness", "", 2, 3)),
    *(("reach.answers", "", 4, 0), ("solar.power", "mW", 1, 0)),
    *(("stream.bitrate", "kbit/s", 2, 1), ("stream.fps", "1/s", 2, 2)),
    *(("stream.longest_gap", "s", 2, 3), ("stream.lost_packets", "", 1, 0)),
)


def _text(word: str) -> bytes:
    """A short string as MessagePack writes it."""
    raw = word.encode()
    return bytes([0xA0 | len(raw)]) + raw


FIRST: Final = b"".join(
    (
        *(_text(word) for word in _WORDS),
        *(
            b"\x9d" + _text(name) + _text(unit) + _GOOD + bytes([form, exponent]) + _DEFAULTS
            for name, unit, form, exponent in _NAMES
        ),
    )
)
