"""Streams over UDP that name other hosts, flood, or never come in order."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any, Final

from tests.zoo import honest
from tests.zoo.behaviour import NO_STREAM, STREAM, Behaviour, without_snapshot
from tests.zoo.honest import key_frame, rtp

_COUNT: Final = 60


def _animal(
    name: str, does: str, stands_for: str, datagrams: Any, transport: str = "", **more: Any
) -> Behaviour:
    known: dict[str, Any] = {"http": without_snapshot, "faults": frozenset({NO_STREAM})}
    return Behaviour(
        name=name, does=does, stands_for=stands_for, datagrams=datagrams, transport=transport,
        **(known | more),
    )  # fmt: skip


def _picture(number: int, sequence: int) -> list[bytes]:
    """The packets of one honest picture."""
    payloads = [p for u in honest.units_of(key_frame()) for p in honest.fragments(u)]
    return [
        rtp(one, sequence=sequence + index, timestamp=number * 9000,
            marker=index == len(payloads) - 1)
        for index, one in enumerate(payloads)
    ]  # fmt: skip


def _pictures() -> Iterator[list[bytes]]:
    sequence = 0
    for number in range(_COUNT):
        packets = _picture(number, sequence)
        sequence += len(packets)
        yield packets


def _shuffled() -> Iterator[Sequence[bytes]]:
    dice = random.Random(1)
    for packets in _pictures():
        dice.shuffle(packets)
        yield packets


def _each_thrice() -> Iterator[Sequence[bytes]]:
    for packets in _pictures():
        yield [one for one in packets for _ in range(3)]


def _flood() -> Iterator[Sequence[bytes]]:
    """As many full datagrams as the kernel takes."""
    sequence = 0
    for _ in range(_COUNT):
        block = []
        for _ in range(400):
            block.append(rtp(b"\x41" + bytes(60_000), sequence=sequence, timestamp=1))
            sequence += 1
        yield block


def _gaps() -> Iterator[Sequence[bytes]]:
    """Numbers that leap by half of the range, so that everything waits for what never comes."""
    for number in range(_COUNT):
        yield [
            rtp(b"\x41" + bytes(1200), sequence=(number * 50 + i) * 7919, timestamp=number * 9000)
            for i in range(50)
        ]


def _other_sources() -> Iterator[Sequence[bytes]]:
    """Each packet of another synchronisation source."""
    sequence = 0
    for number in range(_COUNT):
        packets = []
        for packet in _picture(number, sequence):
            packets.append(packet[:8] + (sequence + 1).to_bytes(4, "big") + packet[12:])
            sequence += 1
        yield packets


def _garbage() -> Iterator[Sequence[bytes]]:
    dice = random.Random(2)
    for _ in range(_COUNT):
        yield [dice.randbytes(dice.randint(0, 200)) for _ in range(30)]


_SPOILED: Final[dict[str, Any]] = {"spoils": (*STREAM, "picture.")}

BEHAVIOURS: Final = (
    _animal("udp_honest", "refuses to interleave and streams over UDP", "firmware of some makers",
            _pictures, ";server_port=40000-40001", faults=frozenset()),
    _animal("udp_from_another_host", "names another host as the source of its packets",
            "datagrams by the agent to others", _pictures,
            ";source={foreign};server_port=8066-8067", faults=frozenset()),
    _animal("udp_to_metadata", "names the metadata address as source and destination",
            "datagrams by the agent to others", _pictures,
            ";destination={metadata};source={metadata};server_port=53-54", faults=frozenset()),
    _animal("udp_shuffled", "sends the packets of a picture in any order", "a mesh network",
            _shuffled, faults=frozenset()),
    _animal("udp_thrice", "sends each packet three times", "a loop in a network", _each_thrice,
            faults=frozenset()),
    _animal("udp_flood", "sends datagrams of 60 KB as fast as it can", "memory exhaustion",
            _flood, spoils=("stream.fps", "stream.bitrate", "picture."), is_heavy=True),
    _animal("udp_gaps", "leaps in its sequence so that everything waits", "memory exhaustion",
            _gaps, spoils=("picture.",)),
    _animal("udp_other_sources", "sends each packet as another source", "a spoofed stream",
            _other_sources, spoils=("picture.",)),
    _animal("udp_garbage", "sends datagrams of noise", "a spoofed stream", _garbage,
            causes=frozenset({"rtsp.no_packet"}), **_SPOILED),
    _animal("udp_silence", "agrees on UDP and sends nothing", "a firewall in between",
            lambda: (), causes=frozenset({"rtsp.no_packet"}), **_SPOILED),
)  # fmt: skip
