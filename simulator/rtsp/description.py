"""The session description of a stream (RFC 4566, RFC 6184 section 8, RFC 7798 section 7)."""

import base64

from simulator.video.encode import EncodedLoop

PAYLOAD_TYPE = 96
CLOCK_RATE_HZ = 90_000
TRACK = "trackID=1"


def describe(loop: EncodedLoop, *, host: str) -> bytes:
    """Write the SDP of a stream with one video track."""
    name = "H264" if loop.codec == "h264" else "H265"
    lines = [
        "v=0",
        f"o=- 1 1 IN IP4 {host}",
        "s=Simulated camera",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=control:*",
        "a=range:npt=now-",
        f"m=video 0 RTP/AVP {PAYLOAD_TYPE}",
        f"a=rtpmap:{PAYLOAD_TYPE} {name}/{CLOCK_RATE_HZ}",
        f"a=fmtp:{PAYLOAD_TYPE} {_format_parameters(loop)}",
        f"a=framerate:{loop.fps}",
        f"a=x-dimensions:{loop.width},{loop.height}",
        f"a=control:{TRACK}",
    ]
    return "\r\n".join([*lines, ""]).encode()


def _format_parameters(loop: EncodedLoop) -> str:
    coded = [base64.b64encode(one).decode() for one in loop.parameter_sets]
    if loop.codec == "h264":
        profile_level = loop.parameter_sets[0][1:4].hex().upper()
        return (
            f"packetization-mode=1;profile-level-id={profile_level};"
            f"sprop-parameter-sets={','.join(coded)}"
        )
    video, sequence, picture = coded
    return f"sprop-vps={video};sprop-sps={sequence};sprop-pps={picture}"
