"""An agent under load: real outbox and receipts, faults with evidence, a wire that loses some."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from agent.delivery import receipts
from agent.delivery.departure import Row
from agent.delivery.opening import open_file
from agent.delivery.outbox import STORED_LANES, Outbox
from collector.intake.arrival import Arrival
from shared import topics
from shared.evidence import chunks_of
from shared.fault import FaultEvent, FaultKind
from shared.identity import EventId
from tests.collector.house import House, device, fault, health, manifest_of

RESEND_AFTER: Final = timedelta(seconds=30)
PROMISE_S: Final = 60.0
MOST_CAMERAS: Final = 400
_LOST_RECEIPTS: Final = 0.1
_SENT_TWICE: Final = 0.05


@dataclass(slots=True, kw_only=True)
class Found:
    """One fault as its agent knows it."""

    serial: str
    opened_at: datetime
    sha256: str
    cleared_at: datetime | None = None


def serial_of(agent_id: str, number: int) -> str:
    """The label of a camera."""
    return f"SC-{agent_id}-{number:04}"


class Site:
    """One agent with its cameras; each breaks once."""

    def __init__(self, agent_id: str, directory: Path, rng: random.Random) -> None:
        self.agent_id = agent_id
        self._database = open_file(directory / f"{agent_id}.db")
        self.outbox = Outbox(self._database)
        self._rng = rng
        self._spoke_at: datetime | None = None
        self.faults: dict[EventId, Found] = {}
        self.files: dict[str, bytes] = {}
        self.requeued = 0
        self.duplicates = 0

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def live(self, now: datetime, *, breaks: bool) -> None:
        """What happens at the site goes into the outbox; nothing breaks or heals in the end."""
        if breaks and self._rng.random() < 0.3 and len(self.faults) < MOST_CAMERAS:
            self._break(now)
        standing = [e for e, found in self.faults.items() if found.cleared_at is None]
        if breaks and standing and self._rng.random() < 0.15:
            self._heal(self._rng.choice(standing), now)
        if self._spoke_at is None or now - self._spoke_at >= timedelta(seconds=PROMISE_S):
            self._spoke_at = now
            with self._database.transaction():
                self.outbox.append(health(next_within_s=PROMISE_S, at=now), now=now)

    def _break(self, now: datetime) -> None:
        content = self._rng.randbytes(self._rng.choice((500, 30_000, 110_000)))
        sha256 = hashlib.sha256(content).hexdigest()
        serial = serial_of(self.agent_id, len(self.faults))
        opened = fault(
            of=device(f"cam-{len(self.faults)}", label_serial=serial),
            manifest=manifest_of(content, agent_id=self.agent_id),
        )
        with self._database.transaction():
            event = self.outbox.append(opened, now=now)
            for piece in chunks_of(content, sha256):
                self.outbox.append(piece, now=now)
        self.faults[event] = Found(serial=serial, opened_at=now, sha256=sha256)
        self.files[sha256] = content

    def _heal(self, event: EventId, now: datetime) -> None:
        number = list(self.faults).index(event)
        self.faults[event].cleared_at = now
        cleared = FaultEvent(
            FaultKind.CLEARED,
            "battery.not_charging",
            device(f"cam-{number}", label_serial=self.faults[event].serial),
            event,
            now,
            now,
            "charges again",
            "恢复充电",
        )
        with self._database.transaction():
            self.outbox.append(cleared, now=now)

    def deliver(self, house: House) -> None:
        """Send what waits and what is overdue, apply the receipts that arrive."""
        rows = self._rows(house.now)
        if not rows:
            return
        if self._rng.random() < _SENT_TWICE:
            rows += rows
        done = house.take(
            *(Arrival(topics.up(self.agent_id, row.lane), bytes(row.frame)) for row in rows)
        )
        self.duplicates += done.counts.duplicate
        for _, receipt in done.receipts:
            if self._rng.random() < _LOST_RECEIPTS:
                continue
            with self._database.transaction():
                applied = receipts.apply(self._database, receipt, now=house.now)
            self.requeued += applied.requeued

    def _rows(self, now: datetime) -> list[Row]:
        rows: list[Row] = []
        with self._database.transaction():
            for lane in STORED_LANES:
                rows += self.outbox.take(lane, limit=16, now=now)
                rows += self.outbox.take_overdue(lane, limit=16, now=now, resend_after=RESEND_AFTER)
        return rows

    def is_drained(self) -> bool:
        """Every row has its receipt."""
        return not self.outbox.lane_depths()
