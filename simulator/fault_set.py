"""The active faults of one device: a set that tells its owner of every change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, MutableSet
from typing import TypeVar

from simulator.faults import Fault, as_fault

_S = TypeVar("_S")


class FaultSet(MutableSet[Fault]):
    """The active faults of one device; tells its owner of every change, whoever makes it."""

    def __init__(self, faults: Iterable[Fault | str], changed: Callable[[], None]) -> None:
        self._active = {as_fault(fault) for fault in faults}
        self._changed = changed

    def __contains__(self, fault: object) -> bool:
        return fault in self._active

    def __iter__(self) -> Iterator[Fault]:
        return iter(sorted(self._active, key=lambda fault: fault.value))

    def __len__(self) -> int:
        return len(self._active)

    @classmethod
    def _from_iterable(cls, faults: Iterable[_S]) -> set[_S]:
        """What ``faults & others`` gives: a plain set that belongs to no device."""
        return set(faults)

    def add(self, value: Fault | str) -> None:
        """Make a fault active; a second time changes nothing."""
        fault = as_fault(value)
        if fault not in self._active:
            self._active.add(fault)
            self._changed()

    def discard(self, value: Fault | str) -> None:
        """End a fault; nothing happens when it was not active."""
        fault = as_fault(value)
        if fault in self._active:
            self._active.remove(fault)
            self._changed()
