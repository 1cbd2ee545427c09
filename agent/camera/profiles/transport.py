"""The seam between a profile's sources and what fetches them."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from agent.camera.door import Door
from agent.camera.port import CameraError, DeviceInformation, Target
from agent.camera.profiles.keys import Keys
from agent.camera.profiles.profile import Profile, Session, Source
from agent.camera.profiles.table import Table
from agent.camera.profiles.transport_kind import TransportKind

__all__ = ["TRANSPORTS", "Fetch", "Fetched", "Held", "Reach", "TransportKind", "request_check"]

TRANSPORTS: Final[Mapping[TransportKind, tuple[str, str]]] = {
    TransportKind.HTTP: ("agent.camera.profiles.transports.http", "fetch"),
    TransportKind.ONVIF: ("agent.camera.profiles.transports.onvif", "fetch"),
    TransportKind.DVRIP: ("agent.camera.profiles.transports.dvrip", "fetch"),
    TransportKind.SERIAL_AT: ("agent.camera.profiles.transports.serial_at", "fetch"),
    TransportKind.COMMAND: ("agent.camera.profiles.transports.command", "fetch"),
    TransportKind.MODBUS: ("agent.camera.profiles.transports.modbus", "fetch"),
    TransportKind.SNMP: ("agent.camera.profiles.transports.snmp", "fetch"),
    TransportKind.VEDIRECT: ("agent.camera.profiles.transports.vedirect", "fetch"),
    TransportKind.ADAPTER: ("agent.camera.profiles.transports.adapter", "fetch"),
}
"""Module and function, imported on first use; beside it stands ``check_request(table)``, and a
mapping ``REQUEST`` of key to ``keys.Key`` for the published JSON Schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What one source answered; ``detail`` is for the transcript and holds no secret."""

    body: bytes
    detail: str
    registers: Mapping[int, int] | None = None  # unsigned 16 bit, by address


Listener = Callable[[str, Fetched | CameraError], None]
"""Told of each source by name what was fetched, or why nothing: for a recording."""


class Held(Protocol):
    """What a transport keeps open during one reading: a login, a connection."""

    async def close(self) -> None:
        """Log out and close; never raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a transport may use; the door has transcript, tally and the login's state."""

    door: Door
    target: Target
    profile: Profile
    channel: int  # from 0
    session: Session | None  # the one that the source names
    packaged: bool
    held: dict[str, Held] = field(default_factory=dict)  # by session name, or the transport's own
    information: DeviceInformation | None = None  # what the device said of itself in this pass
    listener: Listener | None = None


Fetch = Callable[[Source, Reach], Awaitable[Fetched]]
"""Raises CameraError only, VENDOR_UNSUPPORTED when this device has no such interface."""


def fetch_of(kind: TransportKind) -> Fetch:
    """The function that fetches; ImportError when the optional package it needs is absent."""
    module, name = TRANSPORTS[kind]
    found: Fetch = getattr(importlib.import_module(module), name)
    return found


def request_check(kind: TransportKind) -> Callable[[Table], None]:
    """The function that checks a request table of this transport."""
    module, _ = TRANSPORTS[kind]
    found: Callable[[Table], None] = importlib.import_module(module).check_request
    return found


def request_keys(kind: TransportKind) -> Keys | None:
    """The keys of a request of this transport; None when it does not say or is not installed."""
    module, _ = TRANSPORTS[kind]
    try:
        found: Keys | None = getattr(importlib.import_module(module), "REQUEST", None)
    except ImportError:
        return None
    return found
