"""Coded pictures as NAL units: which are key, which carry parameter sets."""

from dataclasses import dataclass

# NAL unit types: H.264 table 7-1, H.265 table 7-1. Dropped: encoder chatter (SEI) and delimiters,
# which cameras do not send.
_H264_KEY = 5
_H264_PARAMETERS = (7, 8)
_H264_DROPPED = (6, 9)
_H265_KEYS = range(16, 22)
_H265_PARAMETERS = (32, 33, 34)
_H265_DROPPED = (35, 39, 40)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessUnit:
    """One coded picture as NAL units without start codes; a key one carries its parameter sets."""

    nals: tuple[bytes, ...]
    key: bool


def read_access_unit(codec: str, packet: bytes) -> AccessUnit:
    """Read one coded picture from a byte stream with start codes; `codec` is h264 or h265."""
    dropped = _H264_DROPPED if codec == "h264" else _H265_DROPPED
    nals = tuple(nal for nal in _split(packet) if nal_type(codec, nal) not in dropped)
    keys = (_H264_KEY,) if codec == "h264" else _H265_KEYS
    return AccessUnit(nals=nals, key=any(nal_type(codec, nal) in keys for nal in nals))


def pick_parameter_sets(codec: str, unit: AccessUnit) -> tuple[bytes, ...]:
    """Pick SPS and PPS (H.264) or VPS, SPS and PPS (H.265), in this order."""
    wanted = _H264_PARAMETERS if codec == "h264" else _H265_PARAMETERS
    sets = {nal_type(codec, nal): nal for nal in unit.nals if nal_type(codec, nal) in wanted}
    return tuple(sets[kind] for kind in sorted(sets))


def nal_type(codec: str, nal: bytes) -> int:
    """Read the type from the NAL header."""
    return nal[0] & 0x1F if codec == "h264" else nal[0] >> 1 & 0x3F


def _split(packet: bytes) -> list[bytes]:
    """Split at start codes; zeros before one belong to it, no NAL unit ends in a zero byte."""
    return [part.rstrip(b"\0") for part in packet.split(b"\0\0\1") if part.rstrip(b"\0")]
