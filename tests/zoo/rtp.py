"""RTP whose packets lie about their own lengths, order and time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tests.zoo import honest
from tests.zoo.behaviour import NO_STREAM, PICTURE, STREAM, Behaviour, without_snapshot
from tests.zoo.honest import frames, interleaved, key_frame, rtp

_COUNT: Final = 60


def _animal(name: str, does: str, stands_for: str, packets: Any, **more: Any) -> Behaviour:
    known: dict[str, Any] = {
        "http": without_snapshot,
        "spoils": STREAM,
        "faults": frozenset({NO_STREAM}),
    }
    return Behaviour(name=name, does=does, stands_for=stands_for, packets=packets, **(known | more))


def _packets(make: Any) -> Any:
    """So many packets as ``make(number)`` builds."""

    def play() -> Iterator[bytes]:
        for number in range(_COUNT):
            yield interleaved(make(number))

    return play


def _first(number: int, byte: int) -> bytes:
    """A packet whose first byte is this."""
    packet = rtp(b"\x65" + bytes(30), sequence=number, timestamp=number * 9000, marker=True)
    return bytes((byte,)) + packet[1:]


def _restamped(stamp: Any, order: Any = lambda number: number) -> Any:
    """The honest stream with other time stamps and sequence numbers."""

    def play() -> Iterator[bytes]:
        sequence = 0
        payloads = [p for u in honest.units_of(key_frame()) for p in honest.fragments(u)]
        for number in range(_COUNT):
            piece = b""
            for index, payload in enumerate(payloads):
                packet = rtp(
                    payload,
                    sequence=order(sequence),
                    timestamp=stamp(number),
                    marker=index == len(payloads) - 1,
                )
                piece += interleaved(packet)
                sequence += 1
            yield piece

    return play


def _endless_unit() -> Iterator[bytes]:
    """A key frame that begins and never ends, 3 MB each tenth of a second."""
    sequence = 0
    for number in range(_COUNT):
        piece: list[bytes] = []
        for _ in range(60):
            head = b"\x7c\x85" if number == 0 and not piece else b"\x7c\x05"
            packet = rtp(head + bytes(50_000), sequence=sequence, timestamp=9000)
            piece.append(interleaved(packet))
            sequence += 1
        yield b"".join(piece)


def _flood() -> Iterator[bytes]:
    """As much as the line carries."""
    block = interleaved(rtp(b"\x41" + bytes(60_000), sequence=1, timestamp=1)) * 200
    for _ in range(_COUNT):
        yield block


def _audio() -> Iterator[bytes]:
    for number in range(_COUNT):
        sound = rtp(bytes(160), sequence=number, timestamp=number * 800, kind=0)
        yield interleaved(sound, channel=2)


def _audio_on_our_channel() -> Iterator[bytes]:
    for number in range(_COUNT):
        yield interleaved(rtp(b"\x00" * 160, sequence=number, timestamp=number * 800, kind=0))


def _once() -> Iterator[bytes]:
    yield from frames(key_frame(), count=1)


_NO_PACKET: Final = frozenset({"rtsp.no_packet"})
_NO_PICTURE: Final[dict[str, Any]] = {"spoils": PICTURE, "faults": frozenset()}

BEHAVIOURS: Final = (
    _animal("packets_too_short", "sends packets of four bytes", "broken firmware",
            _packets(lambda n: b"\x80\x60\x00\x01"), causes=_NO_PACKET),
    _animal("version_0", "sends packets of another version", "broken firmware",
            _packets(lambda n: _first(n, 0x00)), causes=_NO_PACKET),
    _animal("padding_lies", "states more padding than there is", "a crash in the parser",
            _packets(lambda n: _first(n, 0xA0)[:-1] + b"\xff"), causes=_NO_PACKET),
    _animal("extension_lies", "states an extension longer than the packet",
            "a crash in the parser",
            _packets(lambda n: _first(n, 0x90)[:12] + b"\xbe\xde\xff\xff" + bytes(8)),
            causes=_NO_PACKET),
    _animal("sources_lie", "states fifteen sources in a packet that has none",
            "a crash in the parser", _packets(lambda n: _first(n, 0x8F)), causes=_NO_PACKET),
    _animal("empty_packets", "sends headers without payload", "an encoder that died",
            _packets(lambda n: rtp(b"", sequence=n, timestamp=n * 9000, marker=True)),
            causes=_NO_PACKET),
    _animal("stamps_go_backwards", "counts its time stamps down", "broken firmware",
            _restamped(lambda n: 10**9 - n * 9000),
            spoils=("stream.fps", "stream.bitrate", "stream.key_frame_interval"),
            faults=frozenset()),
    _animal("stamps_stand_still", "gives all pictures one time stamp", "broken firmware",
            _restamped(lambda n: 1), spoils=("stream.fps", "stream.bitrate"),
            faults=frozenset()),
    _animal("stamps_at_random", "gives pictures stamps all over the range", "broken firmware",
            _restamped(lambda n: n * 2654435761), spoils=("stream.fps", "stream.bitrate"),
            faults=frozenset()),
    _animal("sequence_jumps", "leaves a thousand numbers out each time", "a lossy network",
            _restamped(lambda n: n * 9000, lambda s: s * 1000), **_NO_PICTURE),
    _animal("sequence_repeats", "gives all packets one number", "broken firmware",
            _restamped(lambda n: n * 9000, lambda s: 7), spoils=(), faults=frozenset()),
    _animal("endless_unit", "begins a key frame that never ends", "memory exhaustion",
            _endless_unit, causes=frozenset({"rtsp.protocol"}), is_heavy=True),
    _animal("packet_flood", "sends as much as the line carries", "memory exhaustion", _flood,
            spoils=("stream.fps", "stream.bitrate"), is_heavy=True),
    _animal("sound_alone", "sends sound on a channel of its own and no video",
            "a camera whose sensor died", _audio, causes=_NO_PACKET),
    _animal("sound_on_the_video_channel", "sends sound where video was agreed",
            "a confused server", _audio_on_our_channel, causes=_NO_PACKET),
    _animal("fragments_without_a_beginning", "sends only the middle of key frames",
            "a lossy network",
            _packets(lambda n: rtp(b"\x7c\x05" + bytes(900), sequence=n, timestamp=n * 9000)),
            **_NO_PICTURE),
    _animal("aggregate_lies", "states units longer than their packet", "a crash in the parser",
            _packets(lambda n: rtp(
                b"\x78\xff\xff\x65" + bytes(50), sequence=n, timestamp=n * 9000, marker=True)),
            **_NO_PICTURE),
    _animal("one_picture_alone", "sends one picture and no more", "an encoder that died", _once,
            spoils=("stream.fps", "stream.bitrate", "picture.change"), faults=frozenset()),
)  # fmt: skip
