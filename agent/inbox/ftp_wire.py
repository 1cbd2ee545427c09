"""What the agent and its FTP process say to each other: length-prefixed MessagePack on pipes."""

from __future__ import annotations

import struct
from typing import Final

import msgspec

from agent.inbox.item import ITEM_CAP_BYTES

LENGTH: Final = struct.Struct(">I")
FRAME_CAP_BYTES: Final = ITEM_CAP_BYTES + 4096


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """One camera; the password stays with the agent, as a digest."""

    user: str
    password_sha256: bytes
    device_id: str


class Serve(msgspec.Struct, frozen=True, kw_only=True):
    """What to serve; the first and only thing that the process is told."""

    bind: str
    port: int
    passive_ports: tuple[int, int]
    public_address: str
    connections: int
    deadline_s: float
    items_per_minute: int
    logins: tuple[Login, ...]


class Listening(msgspec.Struct, frozen=True, kw_only=True, tag="listening"):
    """It serves; ``why`` says why not."""

    port: int = 0
    why: str = ""


class Received(msgspec.Struct, frozen=True, kw_only=True, tag="received"):
    """One whole file."""

    device_id: str
    name: str
    body: bytes
