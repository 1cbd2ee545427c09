"""An agent under test: the real outbox, dispatcher and signer, recording faults as fast as told.

Each fault is written to the ledger only after its transaction returned: from then on it is an
obligation. Every twentieth carries signed evidence of several chunks; health and telemetry load
the lower lanes. Faults clear, and of some the clearing is never told, as after a loss: the
snapshot on each connect has something to reconcile. The file ``quiet`` in the folder ends the load,
``fresh`` asks for one last fault.

Run: ``python -m tests.lab.source FOLDER AGENT_ID PORT KEY PAUSE_S RESEND_S``.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.delivery.database import Database
from agent.delivery.dispatcher import Dispatcher
from agent.delivery.evidence import EvidenceFile, Packed, Signer, pack_files
from agent.delivery.flight import PIECE_BYTES
from agent.delivery.keys import load_or_make
from agent.delivery.outbox import Outbox
from agent.delivery.publisher import Broker
from agent.delivery.salvage import open_or_salvage
from shared import wire
from shared.device import DeviceFacts
from shared.evidence import EvidenceKind, Manifest, SignedManifest
from shared.fault import EpisodeSnapshot, FaultEvent, FaultKind, FaultState, OpenEpisode
from shared.frame import Lane
from shared.health import Health
from tests.lab.open_faults import FORGOTTEN, read_forgotten, read_openings
from tests.lab.oracle import Obligation
from tests.lab.telemetry_load import DID, SAMPLES, WILL, batch_of

DEVICES = 40
CODE = "picture.blurred"
EVIDENCE_EVERY = 20
MOST_OPEN = 20  # what is open beyond that is cleared, whichever the dice say
FORGET_SHARE = 0.25  # of what ends
LEDGER = "ledger"
QUIET = "quiet"
FRESH = "fresh"
KEEPALIVE_S = 5
HEALTH_EVERY_S = 1.0
QUIET_HEALTH_EVERY_S = 10.0  # after the load: an agent that falls silent has its decisions wait
NEXT_WITHIN_S = 20.0
MOST_WAITING = 200  # rows without a receipt beyond which an agent records no further fault


def now() -> datetime:
    """The source's clock."""
    return datetime.now(UTC)


def read_ledger(folder: Path, agent_id: str) -> tuple[Obligation, ...]:
    """What an agent has written down so far."""
    path = folder / LEDGER
    lines = path.read_text().split("\n")[:-1] if path.exists() else []  # the last may be half done
    return tuple(
        Obligation(
            identity=(agent_id, said["event"]),
            digest=said["digest"],
            files=tuple(said["files"]),
            is_fresh=said["fresh"],
        )
        for said in (json.loads(line) for line in lines)
    )


@dataclass(slots=True)
class Source:
    """Appends to one database and its ledger."""

    folder: Path
    agent_id: str
    signer: Signer
    database: Database
    outbox: Outbox
    dice: random.Random
    open: dict[str, OpenEpisode] = field(default_factory=dict)

    def recall(self) -> None:
        """Know again what was open before the last kill."""
        opened, cleared = read_openings(self.database.connection)
        over = cleared | read_forgotten(self.folder)
        self.open = {name: kept.line for name, kept in opened.items() if name not in over}

    def record(self, number: int, *, fresh: bool = False) -> None:
        """One fault in one transaction; then, and only then, its line in the ledger."""
        facts = DeviceFacts(
            f"{self.agent_id}-{number % DEVICES}",
            label_serial=f"SC99{self.agent_id[-3:].upper()}{number % DEVICES:04d}",
        )
        packed = self._evidence() if number % EVIDENCE_EVERY == 0 else Packed(items=(), chunks=())
        at = now()
        event = FaultEvent(
            kind=FaultKind.OPENED,
            code=CODE,
            device=facts,
            episode=None,
            onset_at=at,
            observed_at=at,
            summary_en=f"fault {number}",
            summary_zh=f"故障 {number}",
            manifest=self._sign(facts, packed, at=at) if packed.items else None,
            observations=3,
        )
        with self.database.transaction():
            identity = self.outbox.append(event, now=at)
            for chunk in packed.chunks:
                self.outbox.append(chunk, now=at)
        self.open[str(identity)] = OpenEpisode(
            episode=identity,
            device_id=facts.device_id,
            code=CODE,
            state=FaultState.OPEN,
            onset_at=at,
        )
        body = wire.encode(event)
        line = {
            "event": str(identity),
            "digest": hashlib.sha256(bytes([Lane.FAULT]) + body).hexdigest(),
            "files": [item.sha256 for item in packed.items],
            "fresh": fresh,
        }
        self._append(LEDGER, json.dumps(line))

    def end_some(self) -> None:
        """Clear what is too much; of some nothing is said, and only a snapshot can tell."""
        while len(self.open) > MOST_OPEN:
            name = self.dice.choice(list(self.open))
            if self.dice.random() < FORGET_SHARE:
                self._append(FORGOTTEN, name)
            else:
                self._clear(self.open[name])
            del self.open[name]

    def _clear(self, line: OpenEpisode) -> None:
        at = now()
        event = FaultEvent(
            kind=FaultKind.CLEARED,
            code=line.code,
            device=DeviceFacts(line.device_id),
            episode=line.episode,
            onset_at=line.onset_at,
            observed_at=at,
            summary_en="over",
            summary_zh="已恢复",
            observations=3,
        )
        with self.database.transaction():
            self.outbox.append(event, now=at)

    def send_snapshot(self) -> None:
        """What is open, on every connect: the product's pause between two is left out here."""
        at = now()
        with self.database.transaction():
            self.outbox.append(EpisodeSnapshot(at, tuple(self.open.values())), now=at)

    def _sign(self, facts: DeviceFacts, packed: Packed, *, at: datetime) -> SignedManifest:
        return self.signer.sign(
            Manifest(
                agent_id=self.agent_id,
                device_id=facts.device_id,
                label_serial=facts.label_serial,
                code=CODE,
                episode=None,
                made_at=at,
                agent_version="lab",
                profile="lab",
                items=packed.items,
            )
        )

    def say_well(self) -> None:
        """A health message: the collector must not take the agent for lost."""
        at = now()
        health = Health(
            sent_at=at, agent_version="lab", next_within_s=NEXT_WITHIN_S, uplink="wired"
        )
        with self.database.transaction():
            self.outbox.append(health, now=at)

    def load(self) -> None:
        """A telemetry batch, which may be late but must be in nobody's way."""
        at = now()
        second = int(at.timestamp())
        self._append(SAMPLES, f"{WILL} {second}")
        with self.database.transaction():
            self.outbox.append(batch_of(self.agent_id, at), now=at)
        self._append(SAMPLES, f"{DID} {second}")

    def _evidence(self) -> Packed:
        size = self.dice.randrange(2 * PIECE_BYTES, 3 * PIECE_BYTES)
        return pack_files(
            EvidenceFile(
                name=name,
                kind=EvidenceKind.PICTURE,
                media_type="image/jpeg",
                content=self.dice.randbytes(length),
                taken_at=now(),
            )
            for name, length in (("frame.jpg", size), ("before.jpg", 2000))
        )

    def _append(self, name: str, line: str) -> None:
        # One small write: a kill comes before or after it, never inside.
        with (self.folder / name).open("a") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())


def is_behind(outbox: Outbox) -> bool:
    """True when a bad link has let so much pile up that more would only measure its width."""
    fault, evidence = outbox.depth(Lane.FAULT), outbox.depth(Lane.EVIDENCE)
    waiting = fault.waiting_rows + fault.sent_rows + evidence.waiting_rows + evidence.sent_rows
    return waiting >= MOST_WAITING


async def main(
    folder: Path, agent_id: str, port: int, key: Path, pause_s: float, resend_s: float
) -> None:
    """Record and deliver until killed."""
    database, _ = open_or_salvage(folder / "agent.db", now=now())
    outbox = Outbox(database)
    source = Source(
        folder=folder,
        agent_id=agent_id,
        signer=Signer(load_or_make(key)),
        database=database,
        outbox=outbox,
        dice=random.Random(),
    )
    source.recall()
    dispatcher = Dispatcher(
        agent_id=agent_id,
        broker=Broker(host="127.0.0.1", port=port, keepalive_s=KEEPALIVE_S),
        database=database,
        outbox=outbox,
        clock=now,
        jitter=random.random,
        on_connected=source.send_snapshot,
        resend_after=timedelta(seconds=resend_s),
    )
    delivering = asyncio.create_task(dispatcher.run())
    written = read_ledger(folder, agent_id)
    number = len(written)
    told_fresh = any(one.is_fresh for one in written)
    health_at = 0.0
    loop = asyncio.get_running_loop()
    while not delivering.done():
        await asyncio.sleep(pause_s)
        if told_fresh:
            continue  # nothing more is said, so that all that was said can be counted
        if not (folder / QUIET).exists():
            if is_behind(outbox):
                continue
            source.record(number)
            number += 1
            source.end_some()
            if loop.time() > health_at:
                source.say_well()
                source.load()
                health_at = loop.time() + HEALTH_EVERY_S
        elif (folder / FRESH).exists():
            source.say_well()
            source.record(number * EVIDENCE_EVERY, fresh=True)
            source.send_snapshot()
            told_fresh = True
        elif loop.time() > health_at:
            source.say_well()
            health_at = loop.time() + QUIET_HEALTH_EVERY_S
        dispatcher.wake()
    await delivering


if __name__ == "__main__":
    asyncio.run(
        main(
            Path(sys.argv[1]),
            sys.argv[2],
            int(sys.argv[3]),
            Path(sys.argv[4]),
            float(sys.argv[5]),
            float(sys.argv[6]),
        )
    )
