"""What an order wants of a visit: files for an open fault, or a picture for whoever asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from agent.delivery import fault_store
from agent.delivery.fault_store import Episode
from shared.command import EPISODE, KINDS
from shared.evidence import EvidenceKind

_KINDS: Final = {kind.value: kind for kind in EvidenceKind}


class FaultOverError(ValueError):
    """The fault that evidence is wanted for is not open here: what is seen now shows another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Kinds of files to send whatever they show, filed under ``episode`` where one is named."""

    kinds: frozenset[EvidenceKind] = frozenset({EvidenceKind.PICTURE})
    episode: Episode | None = None

    @property
    def has_clip(self) -> bool:
        """Whether the stream is to be kept for it."""
        return self.episode is not None and EvidenceKind.CLIP in self.kinds


def read_wanted(
    db: sqlite3.Connection,
    device_id: str,
    arguments: Mapping[str, str],
    *,
    usual: frozenset[EvidenceKind],
) -> Wanted:
    """What the arguments of an order say; ``usual`` where they name no kind that is known here.

    FaultOverError when they name a fault that is not open at this device.
    """
    named = {_KINDS[word] for word in arguments.get(KINDS, "").split() if word in _KINDS}
    kinds = frozenset(named) or usual
    event = arguments.get(EPISODE, "")
    if not event:
        return Wanted(kinds=kinds)
    for episode in fault_store.open_of(db, device_id):
        if str(episode.event) == event and is_carried(db, episode):
            return Wanted(kinds=kinds, episode=episode)
    raise FaultOverError(event)


def is_carried(db: sqlite3.Connection, episode: Episode) -> bool:
    """Whether the device that hangs there now still has the fault.

    The episode of one that was exchanged stays open, for nothing has shown that it ended, and
    gets no further evidence: the pictures would be another device's.
    """
    memories = fault_store.read_memories(db, episode.device_id).values()
    return any(memory.episode == episode.event for memory in memories)
