"""Messages for outbox tests: one builder a lane."""

from __future__ import annotations

from datetime import datetime

from agent.delivery.outbox import STORED_LANES, Outbox
from shared.device import DeviceFacts
from shared.evidence import EvidenceChunk
from shared.fault import FaultEvent, FaultKind
from shared.frame import Lane
from shared.health import Health, Telemetry
from shared.identity import EventId
from shared.receipt import Receipt, Refused, SeqRange
from shared.wire import UpMessage


def message(lane: Lane, now: datetime, *, text: str = "x", size: int = 200) -> UpMessage:
    """A message of a lane; ``size`` bytes of content where the lane carries any."""
    if lane is Lane.FAULT:
        facts = DeviceFacts("gate-north")
        return FaultEvent(FaultKind.OPENED, "a.b", facts, None, now, now, text[:400], text[:400])
    if lane is Lane.EVIDENCE:
        content = bytes((n * 37 + n // 256 * 11) % 256 for n in range(size))
        return EvidenceChunk("ab" * 32, 0, size, content)
    if lane is Lane.HEALTH:
        return Health(now, "1", 300.0, "wired")
    return Telemetry(now, ())


def receipt(
    *events: EventId, generation: str = "g1", now: datetime, refused: tuple[EventId, ...] = ()
) -> Receipt:
    """A receipt that names exactly these events, all of one epoch."""
    return Receipt(
        (events or refused)[0].epoch,
        generation,
        now,
        tuple(SeqRange(event.seq, event.seq) for event in events),
        tuple(Refused(event.seq, "frame.version") for event in refused),
    )


def send_all(outbox: Outbox, *, now: datetime) -> None:
    """Mark what waits as sent, in the caller's transaction: only such rows can be receipted."""
    for lane in STORED_LANES:
        outbox.take(lane, limit=10**6, now=now)
