"""RTP within the RTSP connection: its framing and its channels (RFC 2326, section 10.12)."""


def frame_packet(channel: int, packet: bytes) -> bytes:
    """Frame a packet for the RTSP connection (RFC 2326, section 10.12)."""
    return b"$" + bytes([channel]) + len(packet).to_bytes(2, "big") + packet


def read_channel(transport: str) -> int | None:
    """Read the first channel of a TCP transport; None when the client offers UDP alone."""
    for offer in transport.split(","):
        parts = [part.strip() for part in offer.split(";")]
        if parts[0].upper() != "RTP/AVP/TCP":
            continue
        for part in parts[1:]:
            name, _, channels = part.partition("=")
            first = channels.partition("-")[0]
            if name == "interleaved" and first.isdecimal() and int(first) < 255:
                return int(first)
        return 0
    return None
