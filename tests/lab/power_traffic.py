"""What agents send to a collector that loses power: faults, pieces of evidence, readings."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from typing import Final

from collector.intake.arrival import Arrival
from shared.evidence import EvidenceChunk
from shared.fault import FaultEvent
from shared.frame import unpack
from shared.health import DeviceReadings, Telemetry
from shared.reading import Quality, Reading
from shared.wire import UpMessage
from tests.collector.house import NOON, chunks, device, fault, frame_of, health, manifest_of

AGENTS: Final = ("agent-farm", "agent-shop")
PIECE: Final = 3000  # small pieces, so that a file is many writes


@dataclass(frozen=True, slots=True, eq=False)
class Sent:
    """One row of an agent; sent again until its receipt comes."""

    agent_id: str
    seq: int
    message: UpMessage
    arrival: Arrival
    digest: bytes  # as the collector keeps it


class Traffic:
    """Rows without a receipt, and those with one."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._seqs = dict.fromkeys(AGENTS, 0)
        self.waiting: list[Sent] = []
        self.receipted: list[Sent] = []
        self.files: dict[str, bytes] = {}  # by sha256

    def faults(self) -> int:
        """How many faults were ever found."""
        return sum(isinstance(s.message, FaultEvent) for s in [*self.waiting, *self.receipted])

    def find_fault(self) -> None:
        """A new fault with one file of evidence, and sometimes health and telemetry."""
        agent_id = self._rng.choice(AGENTS)
        content = self._rng.randbytes(self._rng.randint(1, 5 * PIECE))
        self.files[hashlib.sha256(content).hexdigest()] = content
        number = self._seqs[agent_id]
        gate = device(f"cam-{number}", label_serial=f"SC-{agent_id}-{number}")
        self._add(agent_id, fault(of=gate, manifest=manifest_of(content, agent_id=agent_id)))
        for piece in chunks(content, size=PIECE):
            self._add(agent_id, piece)
        if self._rng.random() < 0.3:
            self._add(agent_id, health(gate))
        if self._rng.random() < 0.5:
            charge = Reading("battery.charge", self._rng.random(), "%", NOON, Quality.GOOD)
            readings = DeviceReadings(gate.device_id, (charge,))
            self._add(agent_id, Telemetry(NOON, (readings,)))

    def _add(self, agent_id: str, message: UpMessage) -> None:
        self._seqs[agent_id] += 1
        seq = self._seqs[agent_id]
        arrival = frame_of(message, seq=seq, agent_id=agent_id)
        frame = unpack(arrival.payload)
        digest = hashlib.sha256(bytes([frame.header.lane]) + frame.body).digest()
        self.waiting.append(Sent(agent_id, seq, message, arrival, digest))

    def batch(self) -> list[Sent]:
        """Some of what waits, not quite in order, now and then with what was received before."""
        count = min(len(self.waiting), self._rng.randint(1, 8))
        batch = self._rng.sample(self.waiting[: 2 * count], count)
        if self.receipted and self._rng.random() < 0.2:
            batch.append(self._rng.choice(self.receipted))
        return batch

    def receipt(self, named: set[tuple[str, int]]) -> None:
        """These rows are the collector's from now on."""
        self.receipted += [s for s in self.waiting if (s.agent_id, s.seq) in named]
        self.waiting = [s for s in self.waiting if (s.agent_id, s.seq) not in named]

    def pieces(self) -> list[EvidenceChunk]:
        """The pieces whose receipt was given."""
        return [s.message for s in self.receipted if isinstance(s.message, EvidenceChunk)]
