"""Payloads that no honest agent sends, by seed: damage, noise, lies under a checksum that holds."""

from __future__ import annotations

import random
import struct
import zlib
from collections import Counter
from typing import Final

from benchmarks.malformed import valid_frames
from collector.intake.arrival import Arrival
from shared import topics
from shared.frame import HEADER_BYTES, MAGIC, VERSION, Lane
from shared.identity import Epoch

AGENTS: Final = ("agent-a", "agent-b")
EPOCH: Final = Epoch(1, 7)
_HEAD: Final = struct.Struct(">2sBBBBIQQI")
REPEATS: Final = 64  # good frames, sent again and again
_STRANGERS: Final = 5


class Mutations:
    """An endless stream; the same seed gives the same payloads.

    It counts what it knows must become of them: ``good`` frames by how often each was sent, and
    those for which only a refusal is right. Of lies under a checksum that holds it knows nothing.
    """

    def __init__(self, seed: int) -> None:
        self.good: Counter[bytes] = Counter()
        self.refusable = 0
        self._dice = random.Random(seed)
        self._bodies = valid_frames()
        self._seq = REPEATS
        self._topics = {
            (agent, lane): topics.up(agent, lane)
            for agent in (*AGENTS, *(f"stranger-{n}" for n in range(_STRANGERS)))
            for lane in (Lane.FAULT, Lane.EVIDENCE, Lane.HEALTH, Lane.TELEMETRY)
        }
        self._sealed = [
            (lane, _seal(body, lane=lane, seq=1 + number))
            for number in range(REPEATS)
            for lane, body in (self._bodies[number % len(self._bodies)],)
        ]

    def take(self, count: int) -> list[Arrival]:
        """The next payloads."""
        return [self._next() for _ in range(count)]

    def _next(self) -> Arrival:
        """Mostly what is refused: what is stored costs a hundred times as much to take."""
        fate = self._dice.random()
        self.refusable += fate < 0.76 or 0.86 <= fate < 0.992
        if fate < 0.20:
            return Arrival(
                self._topic(Lane.HEALTH), self._dice.randbytes(self._dice.randrange(200))
            )
        if fate < 0.76:
            return self._damaged()
        if fate < 0.96:
            return self._false_header() if fate < 0.86 else self._of_a_stranger()
        if fate < 0.992:
            return self._elsewhere()
        return self._false_body() if fate < 0.997 else self._repeat()

    def _of_a_stranger(self) -> Arrival:
        lane, whole = self._dice.choice(self._sealed)
        return Arrival(self._topics[f"stranger-{self._dice.randrange(_STRANGERS)}", lane], whole)

    def _repeat(self) -> Arrival:
        """A good frame: stored once, a duplicate ever after."""
        lane, whole = self._dice.choice(self._sealed)
        self.good[whole] += 1
        return Arrival(self._topics[AGENTS[0], lane], whole)

    def _topic(self, lane: Lane) -> str:
        return self._topics[AGENTS[self._dice.random() < 0.5], lane]

    def _damaged(self) -> Arrival:
        """A flipped bit, a cut, or something behind."""
        dice = self._dice
        lane, whole = dice.choice(self._sealed)
        damaged = bytearray(whole)
        kind = dice.randrange(3)
        if kind == 0:
            damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
        elif kind == 1:
            del damaged[dice.randrange(len(damaged)) :]
        else:
            damaged += dice.randbytes(dice.randrange(1, 64))
        return Arrival(self._topic(lane), bytes(damaged))

    def _false_header(self) -> Arrival:
        """A version, lane, flag, seq or epoch of another world, under a checksum that holds."""
        dice = self._dice
        lane, whole = dice.choice(self._sealed)
        return Arrival(
            self._topic(lane),
            _seal(
                whole[HEADER_BYTES:],
                lane=dice.choice((lane, 0, 9, 16, 17, 18, 255)),
                seq=dice.choice((0, dice.getrandbits(63), 2**63, 2**64 - 1)),
                version=dice.choice((VERSION, 0, 2, 255)),
                flags=dice.choice((0, 1, 2, 128)),
                counter=dice.choice((0, 1, 2**32 - 1)),
            ),
        )

    def _elsewhere(self) -> Arrival:
        """A good frame on a topic of another lane, or on none of ours."""
        dice = self._dice
        lane, whole = dice.choice(self._sealed)
        other = Lane(1 + lane % 4)
        topic = dice.choice((self._topic(other), "", "preclaim/v1/00/agent-a/up/fault", "\ud800"))
        return Arrival(topic, whole)

    def _false_body(self) -> Arrival:
        """Flipped bits under a checksum that holds: only the decoder, or the store, can refuse."""
        dice = self._dice
        lane, body = dice.choice(self._bodies)
        changed = bytearray(body)
        for _ in range(dice.randrange(1, 4)):
            changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
        self._seq += 1
        return Arrival(self._topic(lane), _seal(bytes(changed), lane=lane, seq=self._seq))


def _seal(
    body: bytes, *, lane: int, seq: int, version: int = VERSION, flags: int = 0, counter: int = 1
) -> bytes:
    """A frame with a checksum that holds, whatever its header says."""
    head = _HEAD.pack(MAGIC, version, lane, flags, 0, counter, EPOCH.nonce, seq, len(body))
    return head + struct.pack(">I", zlib.crc32(body, zlib.crc32(head))) + body
