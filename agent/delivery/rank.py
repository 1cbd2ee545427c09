"""Which rows may wait for the data plan: pieces of large files, by message or frame. Pure."""

from __future__ import annotations

from typing import Final

from agent.uplink_budget import BULK
from shared import wire
from shared.evidence import EvidenceChunk
from shared.frame import FrameError, Lane, unpack
from shared.wire import UpMessage

SMALL_FILE_BYTES: Final = 16 * 1024  # a thumbnail, a transcript, a series


def rank_of(message: UpMessage) -> int:
    """0, or :data:`BULK` for a piece of a file over :data:`SMALL_FILE_BYTES`."""
    large = isinstance(message, EvidenceChunk) and message.total > SMALL_FILE_BYTES
    return BULK if large else 0


def rank_of_frame(frame: bytes) -> int:
    """The same of a row that lies there; 0 when it cannot be read."""
    try:
        found = unpack(frame)
        if found.header.lane != Lane.EVIDENCE:
            return 0
        return rank_of(wire.decode_up(found.body, Lane.EVIDENCE))
    except (FrameError, wire.WireError):
        return 0
