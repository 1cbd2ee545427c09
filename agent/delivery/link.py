"""A link to the broker as the dispatcher sees it: what happens on it, and what it can be asked.

The MQTT side is ``publisher``; tests put a link of their own in its place that stalls, drops,
doubles or refuses as they need.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

_EVENTS: Final = 2048


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker let us in; ``session_present`` as it says."""

    session_present: bool


@dataclass(frozen=True, slots=True)
class Gone:
    """The connection ended or was refused, because."""

    reason: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """PUBACK of a message: flow control, not delivery."""

    mid: int


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message from the broker, not yet acknowledged to it."""

    topic: str
    payload: bytes
    mid: int
    qos: int


@dataclass(frozen=True, slots=True)
class Woken:
    """Something was appended to the outbox."""


LinkEvent: TypeAlias = Connected | Gone | Acknowledged | Arrived | Woken


class Inbox:
    """Bounded queue between the network's thread and asyncio; never raises into the thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[LinkEvent] = asyncio.Queue(maxsize=_EVENTS)
        self.dropped = 0

    def hand_over(self, event: LinkEvent) -> None:
        """Queue an event from any thread; when the loop has ended there is nobody to tell."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.offer, event)

    def offer(self, event: LinkEvent) -> None:
        """Queue from the loop's own thread; a full queue drops (receipts come again).

        That the link is up or gone is never dropped: an older event makes room for it.
        """
        if self._queue.full():
            self.dropped += 1
            if not isinstance(event, Connected | Gone):
                return
            self._queue.get_nowait()
        self._queue.put_nowait(event)

    async def next(self, *, timeout_s: float) -> LinkEvent | None:
        """The next event, or None after the time-out.

        ``asyncio.wait_for`` of Python 3.11 swallows a cancellation that comes together with an
        event: an agent that is told to stop would then go on for ever.
        """
        try:
            async with asyncio.timeout(timeout_s):
                return await self._queue.get()
        except TimeoutError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What a link has cost so far; ``is_measured`` False when the kernel gave no count."""

    bytes: int
    is_measured: bool


class Link(Protocol):
    """One connection, from connect to close; it lives once."""

    async def run(self, inbox: Inbox) -> None:
        """Connect and stay until the connection ends; OSError when there is none to be had."""

    def subscribe(self, topics: Sequence[str]) -> None:
        """Ask for topics at QoS 1."""

    def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> int | None:
        """Send: the message's mid, or None when it was not taken. Only QoS 1 is acknowledged."""

    def acknowledge(self, arrived: Arrived) -> None:
        """PUBACK a message that has been acted on."""

    def carried(self) -> Carried:
        """Bytes on the wire so far, both directions, headers of TLS, TCP and IP included."""

    def close(self) -> None:
        """Say goodbye; ``run`` returns soon after."""


Will: TypeAlias = tuple[str, bytes]  # topic and payload of the last will
OpenLink: TypeAlias = Callable[[Will], Link]
