"""Which episodes a source has open: what its outbox opened, less what it cleared or forgot."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared import wire
from shared.fault import FaultEvent, FaultKind, FaultState, OpenEpisode
from shared.frame import Lane, unpack
from shared.identity import Epoch, EventId

FORGOTTEN: Final = "forgotten"  # file: episodes that are over without a word, as after a loss


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An opening event as it lies in the outbox."""

    content: bytes  # what its digest is of: lane and body
    line: OpenEpisode


def read_openings(db: sqlite3.Connection) -> tuple[dict[str, Kept], set[str]]:
    """Every opening event by its identity, and the episodes that a later event cleared."""
    opened: dict[str, Kept] = {}
    cleared: set[str] = set()
    for epoch, seq, frame in db.execute(
        "SELECT epoch, seq, frame FROM outbox WHERE lane = ?", (int(Lane.FAULT),)
    ):
        body = unpack(frame).body
        event = wire.decode_up(body, Lane.FAULT)
        if not isinstance(event, FaultEvent):
            continue
        if event.kind is FaultKind.OPENED:
            counter, _, nonce = epoch.partition("-")
            line = OpenEpisode(
                episode=EventId(Epoch(int(counter), int(nonce, 16)), seq),
                device_id=event.device.device_id,
                code=event.code,
                state=FaultState.OPEN,
                onset_at=event.onset_at,
            )
            opened[f"{epoch}:{seq}"] = Kept(content=bytes([Lane.FAULT]) + body, line=line)
        elif event.kind is FaultKind.CLEARED:
            cleared.add(str(event.episode))
    return opened, cleared


def read_forgotten(folder: Path) -> frozenset[str]:
    """Episodes that ended without an event; only a snapshot can tell."""
    path = folder / FORGOTTEN
    return frozenset(path.read_text().split("\n")[:-1] if path.exists() else ())
