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
_PAYLOAD_BYTES: Final = 4 * 1024 * 1024  # of all waiting messages: the agent has 64 MB in all


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
    """Bounded queue between the network's thread and asyncio; never raises into the thread.

    Only messages can flood it. When it is full, one at QoS 0 is dropped and one at QoS 1 loses
    its payload: it must still be acknowledged, or the broker's window fills and it sends nothing
    more, receipts included. Connected, Gone and PUBACKs (at most one a row in flight) always fit.
    """

    def __init__(self, *, events: int = _EVENTS, payload_bytes: int = _PAYLOAD_BYTES) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[LinkEvent] = asyncio.Queue()
        self._events = events
        self._room_bytes = payload_bytes
        self._is_woken = False
        self.dropped = 0

    def hand_over(self, event: LinkEvent) -> None:
        """Queue an event from any thread; when the loop has ended there is nobody to tell."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.offer, event)

    def offer(self, event: LinkEvent) -> None:
        """Queue from the loop's own thread; what finds no room comes again (a receipt does)."""
        if isinstance(event, Woken):
            if self._is_woken:
                return
            self._is_woken = True
        elif isinstance(event, Arrived):
            if self._queue.qsize() >= self._events or len(event.payload) > self._room_bytes:
                self.dropped += 1
                if event.qos == 0:
                    return
                event = Arrived("", b"", event.mid, event.qos)
            self._room_bytes -= len(event.payload)
        self._queue.put_nowait(event)

    async def next(self, *, timeout_s: float) -> LinkEvent | None:
        """The next event, or None after the time-out.

        ``asyncio.wait_for`` of Python 3.11 swallows a cancellation that comes together with an
        event: an agent that is told to stop would then go on for ever.
        """
        try:
            async with asyncio.timeout(timeout_s):
                event = await self._queue.get()
        except TimeoutError:
            return None
        if isinstance(event, Woken):
            self._is_woken = False
        elif isinstance(event, Arrived):
            self._room_bytes += len(event.payload)
        return event


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What a link has cost so far; ``is_measured`` False when the kernel gave no count."""

    bytes: int
    is_measured: bool
    received_bytes: int | None = None  # of these; None when the kernel does not tell


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

    def cut(self) -> None:
        """End without a goodbye: nothing comes back from the far end."""


Will: TypeAlias = tuple[str, bytes]  # topic and payload of the last will
OpenLink: TypeAlias = Callable[[Will], Link]
