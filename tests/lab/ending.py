"""How every run ends: the load stops, all drains, a fresh fault passes, the oracle judges."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from tests.lab import outside
from tests.lab.oracle import DOUBLES, LOSSES, Events, Objection, judge
from tests.lab.stand import Stand

# Back-off of an agent grows to 120 s; after a pause in its work the collector then holds what is
# pending for an agent's promise and a minute longer (``collector.store.shift``).
DRAIN_S: Final = 240.0  # without any progress: the back-off of an agent grows to 120 s
FRESH_S: Final = 40.0  # less than the silence after which an agent counts as lost
_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run came to."""

    seed: int
    seconds: float
    drained_s: float
    fresh_s: float
    events: Events
    objections: tuple[Objection, ...]
    notes: str = ""

    @property
    def lost(self) -> int:
        """Objections about something that did not arrive as it was accepted."""
        return sum(one.wrong in LOSSES for one in self.objections)

    @property
    def doubled(self) -> int:
        """Objections about something that is there twice, or that nobody accepted."""
        return sum(one.wrong in DOUBLES for one in self.objections)

    def __str__(self) -> str:
        """For people: the figures, then what is wrong, then how to run it again."""
        events = self.events
        head = (
            f"{events.obligations} faults accepted, {events.kills} kills"
            f" ({events.kills_in_flight} in flight), {events.duplicates} duplicates absorbed,"
            f" {events.reconnects} reconnects, {events.orphans} episodes ended by snapshot,"
            f" {events.samples} samples in {events.days} days, damage {dict(events.damage)};"
            f" drained in {self.drained_s:.1f} s, fresh after {self.fresh_s:.1f} s,"
            f" {self.seconds:.0f} s in all. {self.notes}"
        )
        wrong = [f"  {one}" for one in self.objections[:_SHOWN]]
        more = len(self.objections) - len(wrong)
        if more > 0:
            wrong.append(f"  and {more} more")
        return "\n".join([head, *wrong, f"Again: LAB_SEED={self.seed}"])


def wait_for(
    is_so: Callable[[], bool], *, within_s: float, stand: Stand, every_s: float = 0.5
) -> float:
    """Seconds until it is so or time is over; ProcessEnded when a part died by itself."""
    began = time.monotonic()
    while not is_so() and time.monotonic() - began < within_s:
        stand.processes.check()
        time.sleep(every_s)
    return time.monotonic() - began


def drain(stand: Stand) -> float:
    """End the load; wait until no row waits for a receipt and no episode for its decision."""
    stand.end_load()
    time.sleep(1.0)  # a transaction may be under way
    began = moved = time.monotonic()
    least = stand.unsettled()
    while least and time.monotonic() - moved < DRAIN_S:
        stand.processes.check()
        time.sleep(0.5)
        left = stand.unsettled()
        if left < least:
            least, moved = left, time.monotonic()
    return time.monotonic() - began


def pass_fresh(stand: Stand) -> float:
    """Let each agent record one more fault; wait until it is an episode, then for its decision.

    Returns the seconds until the episodes were there. Agents then say nothing more.
    """
    stand.ask_for_fresh()

    def arrived() -> bool:
        fresh = [one for one in stand.ledger() if one.is_fresh]
        return len(fresh) == len(stand.sources) and all(
            stand.store.has(one.identity) for one in fresh
        )

    took_s = wait_for(arrived, within_s=FRESH_S, stand=stand, every_s=0.2)
    wait_for(stand.is_settled, within_s=FRESH_S, stand=stand)
    return took_s


def verdict(stand: Stand, *, events: Events, least: Events) -> tuple[Events, tuple[Objection, ...]]:
    """What the oracle says of the stand as it is now, and the events with what it saw."""
    agents, world = outside.read_agents(stand.sources), stand.store.world()
    events = replace(
        events, orphans=agents.forgotten, samples=len(agents.accepted), days=world.days
    )
    return events, judge(stand.ledger(), agents=agents, world=world, events=events, least=least)
