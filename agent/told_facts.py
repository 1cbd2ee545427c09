"""What the collector has receipted of who the devices are: said again it would only cost data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from msgspec.structs import replace

from shared.device import DeviceFacts
from shared.health import DeviceHealth
from shared.identity import EventId
from shared.receipt import Receipt


class ToldFacts:
    """Facts go out whole until a receipt names the message, when they changed, and once a day.

    It lives in memory only, so that a restart says all; so does :meth:`forget` at a connection,
    and a receipt of another store generation: a restored collector may know less. How a device
    stands is in every message. For a collector an empty field has always meant: nothing new.
    """

    def __init__(self) -> None:
        self._told: dict[str, DeviceFacts] = {}
        self._waiting: dict[EventId, tuple[DeviceFacts, ...]] = {}
        self._generation = ""
        self._day: date | None = None

    def forget(self) -> None:
        """Say all again."""
        self._told.clear()
        self._waiting.clear()

    def left_out(
        self, devices: Iterable[DeviceHealth], *, now: datetime
    ) -> tuple[DeviceHealth, ...]:
        """The devices, each with all facts or, where those are known, with its serial alone."""
        if now.date() != self._day:
            self.forget()
            self._day = now.date()
        return tuple(
            replace(
                one,
                device=DeviceFacts(one.device.device_id, one.device.label_serial),
                hangs_on=None,  # it changes with the configuration, and that with a restart
            )
            if self._told.get(one.device.device_id) == one.device
            else one
            for one in devices
        )

    def saw(self, facts: DeviceFacts) -> None:
        """Who a device is now; after another name even the former one must be said again."""
        if self._told.get(facts.device_id, facts) != facts:
            del self._told[facts.device_id]
        self._waiting = {
            event: tuple(one for one in told if one == facts or one.device_id != facts.device_id)
            for event, told in self._waiting.items()
        }

    def sent(self, event: EventId, devices: Iterable[DeviceHealth]) -> None:
        """Remember who the devices were in a message that is committed; the latest one counts."""
        facts = tuple(one.device for one in devices)
        ours = {one.device_id for one in facts}
        for one in facts:
            self.saw(one)
        self._waiting = {
            earlier: left
            for earlier, told in self._waiting.items()
            if (left := tuple(one for one in told if one.device_id not in ours))
        }
        self._waiting[event] = facts

    def note(self, receipt: Receipt) -> bool:
        """Take in a receipt; True when the store is another one, which must be told all."""
        is_other = self._generation not in ("", receipt.generation)
        self._generation = receipt.generation
        if is_other:
            self.forget()
            return True
        for event, facts in list(self._waiting.items()):
            if event.epoch == receipt.epoch and any(
                one.first <= event.seq <= one.last for one in receipt.ranges
            ):
                self._told |= {one.device_id: one for one in facts}
                del self._waiting[event]
        return False
