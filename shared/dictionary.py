"""Words that deflate knows before it begins: what every batch would otherwise spell out.

Measured on one camera with 25 readings and six hours a batch: 330 bytes of names and framing
become 90. Both ends must hold the same bytes for ever, so these tables never change (their digests
are in the tests); further words make another dictionary with a flag of its own in ``frame``.
``FIRST`` is for telemetry, and for the health messages of the first agents; ``SECOND`` for health.
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

# A health message in the order in which an agent writes it, cut where numbers, moments and names of
# its own stand: matches of a whole stretch between two numbers cost no more than one word.
_MOMENT: Final = b"\xd7\xff"  # eight bytes follow; whole seconds have four (d6)
_NUMBER: Final = b"\xcb@"  # a double from 2 on
_REASONS: Final = (
    *("does not answer: ", "suspected: ", "no good reading: ", "login: ", "nothing was due"),
    *("timeout", "refused", "unreachable", "locked_out", "wrong_password", "not_authorized"),
    "not told before the data plan's next month",
    "another device hangs here now; ",
    "not asked yet since the agent started",
)
_CODES: Final = (
    *("device.unreachable", "device.misbehaves", "login.wrong_password", "login.locked_out"),
    *("clock.wrong", "cellular.no_sim", "cellular.weak_signal", "stream.none", "stream.low_rate"),
    *("picture.white", "picture.colour_cast", "picture.frozen", "picture.blurred"),
    *("picture.black", "ircut.stuck_open", "ircut.stuck_closed", "battery.low"),
    *("battery.not_charging", "recording.stopped", "disk.full", "host.overheated"),
)
_MODES: Final = ("no_bulk", "thumbnails", "faults", "farewell", "closed", "all")
_MAKERS: Final = ("IP Camera", "IPC", "V5.", " build 2", "DS-2CD2", "02:00:00:", "SC26", "camera-")


def _host(name: str, value: bytes, unit: str) -> bytes:
    """A host reading after the one before it, up to its moment."""
    return b"\xa0\xa0\xa0\x98" + _text(name) + value + _text(unit) + _MOMENT


SECOND: Final = b"".join(
    (
        *map(_text, (*_REASONS, *_CODES, *_MODES, *_MAKERS)),
        *(b"\x94" + bytes([lane]) for lane in (1, 2, 3, 4)),
        b"\x92" + _text("uid"),
        *(_text(word) for word in ("wired", "fault", "unknown", "unsupported", "ok")),
        *(_text(word) for word in ("missing", "no recording", "failed", "host.folder")),
        b"\xa4good",
        _host("recording.newest_age", _NUMBER, "s"),
        b"\xa4good",
        _host("recording.longest_gap", _NUMBER, "s"),
        b"\xa4good",
        _host("host.temperature", _NUMBER, "°C"),
        b"\xa4good\xa0\xa0\xa0\x91\x97\x99",
        b"\x9b" + _text("health") + _MOMENT,
        _text("0.1.0") + b"\xcb@r\xc0\x00\x00\x00\x00\x00" + _text("wired"),
        _text("0.1.0") + b"\xcb@\xac\x20\x00\x00\x00\x00\x00" + _text("metered"),
        b"\x97\x98" + _text("host.cpu") + _NUMBER,
        _text("%") + _MOMENT,
        b"\xa4good",
        _host("host.memory_used", _NUMBER, "%"),
        b"\xa4good\xa0\xa0\xa0\x98" + _text("agent.rss") + b"\xce\x03",
        _text("B") + _MOMENT,
        b"\xa4good\xa0\xa0\xa0\x98" + _text("host.disk_used") + _NUMBER,
        _text("%") + _MOMENT,
        b"\xa4good\xa0\xa0\x98" + _text("host.temperature") + b"\xc0" + _text("°C") + _MOMENT,
        _text("unsupported") + b"\xa0\xa0" + _text("no sensor"),
        b"\x98" + _text("recording.newest_age") + b"\xc0" + _text("s") + _MOMENT,
        _text("unsupported"),
        _host("recording.longest_gap", b"\xc0", "s"),
        _text("unsupported") + b"\xa0\xa0\xa0\x91\x97\x99",
        b"\x92\x92" + _text("mac") + b"\xb1",
        b"\x92" + _text("onvif_serial"),
        _text("1.0") + _text("generic.onvif"),
        b"\xa5fault" + _MOMENT + b"\x91",
        b"\xa2ok" + _MOMENT + b"\x90\xa0\xce\x00",
        b"\x90\x90\xa0\x97\xce\x00",
        b"\x00\x00\xa3all\xd6\xffi",
        b"\xc3",
    )
)
