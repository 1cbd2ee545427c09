"""What to ask an agent for when a claim lacks it, and what to leave alone. Pure.

Bounded: once a day and item at most, a few times in all, never of a battery camera that is low or
whose charge nobody knows, never in a silence, and never of a device that nobody can reach. The
agent keeps its own budgets besides, and does nothing that its owner has not allowed.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from collector.claims.completeness import Item
from collector.claims.request_terms import RequestTerms
from collector.claims.story import LogEvent, Story
from collector.claims.supporting import NIGHT, TWO_DAYS, is_day, is_night
from shared.command import Outcome, Verb
from shared.evidence import EvidenceKind

ASKED, ARRIVED = "evidence_asked", "evidence_arrived"
VALID_FOR: Final = timedelta(hours=20)  # an agent that was away may still do it
IN_THIS_LIGHT: Final = timedelta(hours=2)
CHARGE_AGE: Final = timedelta(hours=24)
_APART: Final = timedelta(hours=18)  # pictures of two days

_PICTURE: Final = (Verb.TAKE_PICTURE, EvidenceKind.PICTURE)
WAYS: Final[Mapping[str, tuple[Verb, EvidenceKind | None]]] = {
    "picture": _PICTURE,
    "image": _PICTURE,
    TWO_DAYS: _PICTURE,
    NIGHT: _PICTURE,
    "reference": (Verb.TAKE_PICTURE, EvidenceKind.REFERENCE),
    "clip": (Verb.TAKE_PICTURE, EvidenceKind.CLIP),
    "transcript": (Verb.PROBE_NOW, EvidenceKind.TRANSCRIPT),
    "readings": (Verb.PROBE_NOW, EvidenceKind.READINGS),
    "test": (Verb.TEST_IR_CUT, None),
}
"""By item: the order that may bring it. What is not here only people or time can bring."""


class NotNow(enum.Enum):
    """Why an agent is asked for nothing at present; keys of the texts."""

    SWITCHED_OFF = "switched_off"  # [evidence] ask = false
    NO_KEY = "no_key"  # the collector signs no commands
    SILENCED = "silenced"
    UNREACHABLE = "unreachable"
    LOW_BATTERY = "low_battery"
    CHARGE_UNKNOWN = "charge_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What became of earlier requests for one item of a line."""

    count: int
    last_at: datetime
    last_outcome: str = ""  # a value of Outcome, 'waiting', or '' where nobody knows any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The device and its agent now; what nobody knows is left at its default, and stops it."""

    has_key: bool = False
    is_silenced: bool = True
    is_reachable: bool = False  # agent and device were heard of as they promised
    is_battery: bool = True
    charge: float | None = None  # percent, a good reading
    charge_at: datetime | None = None
    zone: str = ""
    pictures_at: tuple[datetime, ...] = ()  # of the fault, that are here
    episode: str = ""  # identity of the open fault that pictures and readings are filed under
    waiting: frozenset[Verb] = frozenset()  # orders that the device has not answered
    past: Mapping[str, Past] = field(default_factory=dict)  # by item


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One order, for these items."""

    verb: Verb
    items: tuple[str, ...]
    kinds: tuple[EvidenceKind, ...]
    valid_for: timedelta = VALID_FOR


def not_now(situation: Situation, terms: RequestTerms, *, now: datetime) -> NotNow | None:
    """Why nothing is asked of this device at present; None when something may be."""
    if not terms.ask:
        return NotNow.SWITCHED_OFF
    if not situation.has_key:
        return NotNow.NO_KEY
    if situation.is_silenced:
        return NotNow.SILENCED
    if not situation.is_reachable:
        return NotNow.UNREACHABLE
    return _too_low(situation, terms, now=now) if situation.is_battery else None


def _too_low(situation: Situation, terms: RequestTerms, *, now: datetime) -> NotNow | None:
    at = situation.charge_at
    if situation.charge is None or at is None or not now - CHARGE_AGE <= at <= now + CHARGE_AGE:
        return NotNow.CHARGE_UNKNOWN
    return NotNow.LOW_BATTERY if situation.charge < terms.least_charge else None


def plan(
    gaps: Sequence[str], situation: Situation, terms: RequestTerms, *, now: datetime
) -> tuple[Ask, ...]:
    """The orders to give now for these gaps: one visit for all files that are due, and a test."""
    if not_now(situation, terms, now=now) is not None:
        return ()
    due = [name for name in dict.fromkeys(gaps) if _is_due(name, situation, terms, now=now)]
    verbs = {name: WAYS[name][0] for name in due}
    if Verb.PROBE_NOW in verbs.values():  # it takes the picture too: a camera is woken once
        joined = {Verb.TAKE_PICTURE: Verb.PROBE_NOW}
        verbs = {name: joined.get(verb, verb) for name, verb in verbs.items()}
    asks = []
    for verb in dict.fromkeys(verbs.values()):
        items = tuple(name for name in due if verbs[name] is verb)
        kinds = dict.fromkeys(kind for name in items if (kind := WAYS[name][1]) is not None)
        length = IN_THIS_LIGHT if NIGHT in items else VALID_FOR
        asks.append(Ask(verb=verb, items=items, kinds=tuple(kinds), valid_for=length))
    return tuple(asks)


def _is_due(name: str, situation: Situation, terms: RequestTerms, *, now: datetime) -> bool:
    if name not in WAYS:
        return False
    verb, kind = WAYS[name]
    if verb in situation.waiting or (kind is not None and not situation.episode):
        return False
    past = situation.past.get(name)
    if past is not None:
        refused = past.last_outcome == Outcome.REFUSED.value
        wait = max(terms.refused_for, terms.every) if refused else terms.every
        if past.count >= terms.most or now - past.last_at < wait:
            return False
    return _is_its_time(name, situation, now=now)


def _is_its_time(name: str, situation: Situation, *, now: datetime) -> bool:
    shown, zone = situation.pictures_at, situation.zone
    if name == TWO_DAYS:
        return all(abs(now - at) >= _APART for at in shown)
    if name == NIGHT:
        lacks_day = not any(is_day(at, zone) for at in shown)
        lacks_night = not any(is_night(at, zone) for at in shown)
        return (lacks_day and is_day(now, zone)) or (lacks_night and is_night(now, zone))
    return True


def arrived(
    items: Iterable[Item], came_at: Mapping[str, datetime], story: Story
) -> tuple[str, ...]:
    """What the factory named as missing and has come since it asked; () while it asks nothing.

    Something new must have come: what was here before is not what was asked for. ``came_at``
    is when the newest of each kind came under a signature that holds, or was brought by a person,
    also of kinds that are no item of this fault.
    """
    asked_at = story.moved_at
    if asked_at is None:
        return ()
    known = {one.name: one for one in items}

    def is_new(name: str) -> bool:
        at = came_at.get(name)
        is_gap = name in known and not known[name].here
        return at is not None and at > asked_at and not is_gap

    return tuple(name for name in story.named_gaps if is_new(name))


def fulfilled(items: Iterable[Item], log: Iterable[LogEvent]) -> tuple[str, ...]:
    """Items that an agent was asked for, that have come since, and that nobody was told of.

    Without a time nothing vouches for it: an unsigned file may be here and has not arrived.
    """
    open_items: dict[str, datetime] = {}
    for event in log:
        if event.type == ASKED:
            open_items |= dict.fromkeys(named_in(event), event.at)
        elif event.type == ARRIVED:
            for name in named_in(event):
                open_items.pop(name, None)
    return tuple(
        one.name
        for one in items
        if one.here
        and one.name in open_items
        and one.at is not None
        and one.at >= open_items[one.name]
    )


def named_in(event: LogEvent) -> tuple[str, ...]:
    """The items that such an event names."""
    said = event.payload.get("items")
    return tuple(str(one) for one in said) if isinstance(said, list | tuple) else ()


def past_of(log: Iterable[LogEvent], outcomes: Mapping[str, str]) -> dict[str, Past]:
    """Earlier requests by item; ``outcomes`` are the states of commands by id."""
    found: dict[str, Past] = {}
    for event in log:
        if event.type != ASKED:
            continue
        outcome = outcomes.get(str(event.payload.get("command", "")), "")
        for name in named_in(event):
            count = found[name].count if name in found else 0
            found[name] = Past(count=count + 1, last_at=event.at, last_outcome=outcome)
    return found
