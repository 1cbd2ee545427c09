"""One thing that a camera pushed, and what became of it."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from agent.camera.decoder_wire import PICTURE_CAP_BYTES

ITEM_CAP_BYTES: Final = PICTURE_CAP_BYTES
"""The most that one item may have: what the decoder child takes, as for snapshots."""
EVENT_CAP_BYTES: Final = 64 * 1024
_NAME_CHARS: Final = 120


class Way(enum.Enum):
    """How it came in."""

    HTTP = "http"
    FTP = "ftp"
    MQTT = "mqtt"


class Answer(enum.Enum):
    """What is said to the sender, as far as its protocol can say it."""

    TAKEN = "taken"
    DUPLICATE = "duplicate"  # the same bytes again: taken before, and not counted twice
    TOO_MUCH = "too much"  # more than its share of this minute or hour
    TOO_LARGE = "too large"
    NOT_READ = "not read"  # neither a JPEG nor a JSON event


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What arrived; ``at`` is our clock's, and ``name`` is only the sender's word."""

    device_id: str
    way: Way
    name: str
    body: bytes = field(repr=False)
    at: datetime


def plain_name(name: str) -> str:
    """A file name or topic as a line for people: no path is ever made of it."""
    return "".join(sign if sign.isprintable() else "?" for sign in name)[:_NAME_CHARS]
