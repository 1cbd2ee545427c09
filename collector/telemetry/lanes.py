"""One lane a family of checks: what was known of it, slot by slot. Pure.

Unknown is never OK: a slot in which one reading of the family could not be taken is unknown, and
one of which nothing was heard is a gap, also while a fault is open.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median
from typing import Final

from collector.telemetry.presence import Presence, families_in, family_of
from shared.reading import Quality

_HOLDS: Final = 3.0  # times the usual distance of two visits: as long as the plots join two dots
_UNREAD: Final = (Quality.FAILED, Quality.UNKNOWN, Quality.INVALID)


class State(enum.Enum):
    """What a slot of a lane shows, the worst last."""

    GAP = "gap"  # nothing was heard
    UNSUPPORTED = "unsupported"  # the device does not offer it
    OK = "ok"  # read, and no fault open
    UNKNOWN = "unknown"  # heard, and not read
    FAULT_UNHEARD = "fault_unheard"  # a fault is open, and nothing was heard of it
    FAULT = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A family of checks: whose faults it shows, and whose readings say that it was looked at."""

    name: str
    faults: tuple[str, ...]
    readings: tuple[str, ...]


LANES: Final = (
    Lane(name="reach", faults=("device", "mainboard"), readings=("reach", "device")),
    Lane(name="login", faults=("login",), readings=("login",)),
    Lane(name="power", faults=("battery", "solar"), readings=("battery", "solar", "charger")),
    Lane(name="signal", faults=("cellular", "wifi"), readings=("cellular", "wifi")),
    Lane(name="stream", faults=("stream",), readings=("stream",)),
    Lane(name="picture", faults=("picture", "ir_led"), readings=("picture",)),
    Lane(name="filter", faults=("ircut",), readings=("ircut", "ir", "imaging")),
    Lane(name="clock", faults=("clock",), readings=("clock",)),
    Lane(name="identity", faults=("identity",), readings=("identity",)),
    Lane(
        name="recorder",
        faults=("disk", "storage", "recording"),
        readings=("disk", "storage", "recording"),
    ),
    Lane(name="host", faults=("host", "agent"), readings=("host", "agent")),
)
_NO_CHECKS: Final = frozenset({"energy", "radio", "vendor", "auth", "ports"})  # sums and means
OTHER: Final = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An episode: its code, from when, until when (None: still open); seconds since 1970."""

    code: str
    since_s: int
    until_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The span in equal slots."""

    since_s: int
    slot_s: int
    slots: int

    @property
    def until_s(self) -> int:
        """Where the last slot ends."""
        return self.since_s + self.slot_s * self.slots

    def slot_of(self, second: int) -> int:
        """The slot that ends at this second or after it, so that the last one holds ``until_s``.

        Outside of 0..slots when the second lies outside of the span.
        """
        return (second - self.since_s - 1) // self.slot_s

    def slots_of(self, seconds: Iterable[int]) -> set[int]:
        """The slots of all of these, each once."""
        begin_s, slot_s = self.since_s + 1, self.slot_s
        return {(second - begin_s) // slot_s for second in seconds}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Slots from ``first``, ``count`` of them, of one state."""

    first: int
    count: int
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A lane as it is drawn."""

    name: str
    parts: tuple[Part, ...]


def draw_lanes(
    presence: Presence, faults: Sequence[Fault], grid: Grid, *, now_s: int
) -> tuple[Drawn, ...]:
    """Every lane of which anything was heard, or a fault is known, in this span."""
    made = []
    for lane in _lanes(presence, faults):
        own = [fault for fault in faults if family_of(fault.code) in lane.faults]
        states = _states(lane, presence, own, grid, now_s=now_s)
        if any(state is not State.GAP for state in states):
            made.append(Drawn(name=lane.name, parts=tuple(_parts(states))))
    return tuple(made)


def _lanes(presence: Presence, faults: Iterable[Fault]) -> Iterator[Lane]:
    """The lanes, and one for what no lane knows: a newer agent's faults must show."""
    yield from LANES
    known = {family for lane in LANES for family in (*lane.faults, *lane.readings)}
    more = {family_of(fault.code) for fault in faults} | set(families_in(presence))
    if unknown := tuple(sorted(more - known - _NO_CHECKS)):
        yield Lane(name=OTHER, faults=unknown, readings=unknown)


def _states(
    lane: Lane, presence: Presence, faults: Iterable[Fault], grid: Grid, *, now_s: int
) -> list[State]:
    states = _heard(lane, presence, grid)
    for fault in faults:
        until_s = now_s if fault.until_s is None else fault.until_s
        first, last = grid.slot_of(fault.since_s), grid.slot_of(until_s)
        for slot in range(max(first, 0), min(last, grid.slots - 1) + 1):
            heard = states[slot] not in {State.GAP, State.FAULT_UNHEARD}
            states[slot] = State.FAULT if heard else State.FAULT_UNHEARD
    return states


def _heard(lane: Lane, presence: Presence, grid: Grid) -> list[State]:
    """What was heard in each slot; it holds until the next visit, or until that is overdue."""
    worth: dict[int, set[Quality]] = {}
    seconds: set[int] = set()
    for (family, quality), taken in presence.items():
        if family in lane.readings:
            seconds |= taken
            for slot in grid.slots_of(taken):
                worth.setdefault(slot, set()).add(quality)
    states = [State.GAP] * grid.slots
    holds = _holds(seconds, grid)
    for slot, until in _stretches(sorted(worth), holds):
        state = _state_of(worth[slot])
        for number in range(max(slot, 0), min(until, grid.slots)):
            states[number] = state
    return states


def _stretches(slots: Sequence[int], holds: int) -> Iterator[tuple[int, int]]:
    for slot, following in pairwise([*slots, *((slots[-1] + holds,) if slots else ())]):
        yield slot, min(following, slot + holds)


def _holds(seconds: set[int], grid: Grid) -> int:
    """For how many slots what was heard holds; one when there is too little to tell."""
    visits = sorted({second // 60 for second in seconds})  # a visit takes some seconds
    if len(visits) < 3:
        return 1
    usual_s = 60 * median([b - a for a, b in pairwise(visits)])
    return max(1, round(_HOLDS * usual_s / grid.slot_s))


def _state_of(worth: set[Quality]) -> State:
    if worth.intersection(_UNREAD):
        return State.UNKNOWN
    if Quality.GOOD in worth:
        return State.OK  # beside it some that this device does not offer
    return State.UNKNOWN if Quality.MISSING in worth else State.UNSUPPORTED


def _parts(states: Sequence[State]) -> Iterator[Part]:
    at = 0
    for state, group in groupby(states):
        count = len(list(group))
        yield Part(first=at, count=count, state=state)
        at += count
