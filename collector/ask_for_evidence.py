"""Asks agents for what pre-claims lack, and takes note of what came: one line at a time.

Every request and every arrival is an event of the line's own log; what the factory named and has
come brings the line back to its review.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from collector import commands, line_file
from collector.claims import requests
from collector.claims.completeness import TEST, Item
from collector.claims.lifecycle import Actor, LineState
from collector.claims.policy import Policy
from collector.claims.refusal import IllegalMoveError
from collector.claims.requests import ARRIVED, ASKED, Ask, Situation
from collector.claims.story import Story, fold
from collector.line_file import LineFile
from collector.line_items import around_of, every_item
from collector.review import move_line
from collector.store import asking, cases, silences
from collector.store.asking import DeviceNow
from collector.store.scope import Role, scope_of
from collector.store.views import claims
from shared.command import EPISODE, KINDS

COLLECTOR: Final = "collector"
AT_ONCE: Final = 20
"""Lines of each kind at a look: reading one takes 10 to 30 ms."""
_UNSUBMITTED: Final = frozenset({LineState.DRAFT, LineState.READY})
_ASKED: Final = frozenset({LineState.NEED_INFO})
PAUSES: Final = {_ASKED: timedelta(seconds=30), _UNSUBMITTED: timedelta(minutes=5)}
"""A round of these lines begins no sooner after the last one began."""


class Round:
    """Goes round the lines that may lack something, a slice at each look; those that the factory
    waits for have a round of their own, which begins again sooner."""

    def __init__(self) -> None:
        self._after = dict.fromkeys(PAUSES, 0)
        self._began: dict[frozenset[LineState], datetime] = {}

    def next_lines(self, db: Connection, *, now: datetime) -> tuple[int, ...]:
        """The lines to look at now."""
        found: list[int] = []
        for states, pause in PAUSES.items():
            after = self._after[states]
            if not after:
                began = self._began.get(states)
                if began is not None and timedelta(0) <= now - began < pause:
                    continue
                self._began[states] = now
            lines = asking.lines_after(db, states, after=after, limit=AT_ONCE)
            self._after[states] = lines[-1] if len(lines) == AT_ONCE else 0
            found.extend(lines)
        return tuple(found)


def look_after(
    db: Connection,
    line_id: int,
    *,
    key: Ed25519PrivateKey | None,
    policy: Policy,
    now: datetime,
) -> bool:
    """Note what came, move the line where that answers the factory, ask for what is missing.

    True when something was written.
    """
    known = cases.state_of(db, line_id)
    if known is None:
        return False
    state, organisation_id = known
    scope = scope_of(db, organisation_id=organisation_id, role=Role.INTEGRATOR)
    row = claims.find_preclaim(db, scope, line_id)
    if row is None or state not in _UNSUBMITTED | _ASKED:
        return False
    file = line_file.read(db, scope, row, now=now)
    items, story = every_item(file), fold(file.log)
    if state is LineState.NEED_INFO and _answer(db, file, items, story, policy=policy, now=now):
        return True
    came = requests.fulfilled(items, file.log)
    if came:
        _tell(db, file, ARRIVED, {"items": list(came)}, now=now)
    gaps = gaps_of(items, story)
    place = device_of(db, file, now=now)
    if place is None or not gaps:
        return bool(came)
    situation = situation_of(db, file, place, has_key=key is not None, now=now)
    asks = requests.plan(gaps, situation, policy.requests, now=now)
    given = [
        _ask(db, file, place, ask, episode=situation.episode, key=key, now=now)
        for ask in asks
        if key is not None
    ]
    return bool(came) or any(given)


def gaps_of(items: tuple[Item, ...], story: Story) -> tuple[str, ...]:
    """What to ask for: what the factory named, of another line everything that is missing.

    A test moves the infrared filter: it is never asked for a fault that it says nothing of.
    """
    if story.state is LineState.NEED_INFO:
        tested = any(one.name == TEST for one in items)
        return tuple(name for name in story.named_gaps if name != TEST or tested)
    return tuple(one.name for one in items if not one.here)


def device_of(db: Connection, file: LineFile, *, now: datetime) -> DeviceNow | None:
    """The device of the line, as its agent speaks of it; None where no agent does."""
    position_id = file.row.position_id
    return None if position_id is None else asking.device_now(db, position_id, now=now)


def situation_of(
    db: Connection, file: LineFile, place: DeviceNow, *, has_key: bool, now: datetime
) -> Situation:
    """The device as the rules judge it."""
    row, charge = file.row, file.readings.get("battery.charge")
    ids = {str(event.payload.get("command", "")) for event in file.log if event.type == ASKED}
    outcomes = {i: one.state for i, one in asking.answers(db, ids, now=now).items()}
    return Situation(
        has_key=has_key,
        is_silenced=_is_silenced(db, file, place, now=now),
        is_reachable=place.is_reachable,
        is_battery=place.feed != "mains",
        charge=line_file.number_of(charge),
        charge_at=charge.taken_at if charge else None,
        zone=row.zone,
        pictures_at=around_of(file).pictures_at,
        episode=asking.open_fault(db, row.id, agent_id=place.agent_id, codes=file.codes),
        waiting=asking.waiting_verbs(db, agent_id=place.agent_id, device_id=place.device_id),
        past=requests.past_of(file.log, outcomes),
    )


def _is_silenced(db: Connection, file: LineFile, place: DeviceNow, *, now: datetime) -> bool:
    """Whether a silence or maintenance window holds there, for the place or one of its faults."""
    return any(
        silences.covering(
            db, position_id=file.row.position_id, site_id=place.site_id, code=code, at=now
        )
        for code in ("", *file.codes)
    )


def _answer(
    db: Connection,
    file: LineFile,
    items: tuple[Item, ...],
    story: Story,
    *,
    policy: Policy,
    now: datetime,
) -> bool:
    """Row 7: what the factory named has come, so the review goes on."""
    brought = requests.arrived(items, around_of(file).here_at, story)
    if not brought:
        return False
    try:
        move_line(
            db,
            line_id=file.row.id,
            target=LineState.IN_REVIEW,
            actor=COLLECTOR,
            role=Actor.SYSTEM,
            reason="",
            now=now,
            fields={"brought": list(brought)},
            terms=policy.clocks,
        )
    except IllegalMoveError:
        return False  # a person can still answer
    _tell(db, file, ARRIVED, {"items": list(brought)}, now=now)
    return True


def _ask(
    db: Connection,
    file: LineFile,
    place: DeviceNow,
    ask: Ask,
    *,
    episode: str,
    key: Ed25519PrivateKey,
    now: datetime,
) -> bool:
    arguments = {KINDS: " ".join(kind.value for kind in ask.kinds)} if ask.kinds else {}
    if ask.kinds and episode:
        arguments[EPISODE] = episode
    command_id = commands.order(
        db,
        key=key,
        agent_id=place.agent_id,
        organisation_id=place.organisation_id,
        verb=ask.verb,
        device_id=place.device_id,
        arguments=arguments,
        actor=COLLECTOR,
        now=now,
        valid_for=ask.valid_for,
    )
    if command_id is None:
        return False
    payload: dict[str, object] = {
        "items": list(ask.items),
        "verb": ask.verb.value,
        "command": command_id,
        "until": (now + ask.valid_for).isoformat(),
    }
    _tell(db, file, ASKED, payload, now=now)
    return True


def _tell(
    db: Connection, file: LineFile, type_: str, payload: dict[str, object], *, now: datetime
) -> None:
    cases.append_event(
        db,
        line_id=file.row.id,
        organisation_id=file.row.organisation_id,
        actor=COLLECTOR,
        role=Actor.SYSTEM.value,
        type_=type_,
        payload=payload,
        now=now,
    )
