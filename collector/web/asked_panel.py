"""What the agent was asked for a pre-claim, what became of it, and why nothing is asked now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from collector.ask_for_evidence import device_of, gaps_of, situation_of
from collector.claims import requests
from collector.claims.lifecycle import LineState
from collector.claims.policy import Policy
from collector.claims.requests import ASKED, WAYS, NotNow
from collector.claims.story import fold
from collector.line_file import LineFile
from collector.line_items import every_item
from collector.store import asking
from collector.store.views.words import Words

_LOOKED_AFTER = frozenset({LineState.DRAFT, LineState.READY, LineState.NEED_INFO})


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRow:
    """One request; ``state`` is waiting, done, refused, failed, expired, or '' when forgotten."""

    at: datetime
    items: tuple[str, ...]
    verb: str
    state: str
    answer: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPanel:
    """All requests, newest first; ``not_now`` says why none is made, '' where one may be."""

    rows: tuple[AskedRow, ...] = ()
    not_now: str = ""


def read_asked(
    db: Connection, file: LineFile, *, policy: Policy, has_key: bool, now: datetime
) -> AskedPanel:
    """The requests of a line."""
    events = [event for event in file.log if event.type == ASKED]
    ids = [str(event.payload.get("command", "")) for event in events]
    known = asking.answers(db, ids, now=now)
    rows = []
    for event, command_id in zip(reversed(events), reversed(ids), strict=True):
        found = known.get(command_id)
        rows.append(
            AskedRow(
                at=event.at,
                items=requests.named_in(event),
                verb=str(event.payload.get("verb", "")),
                state=found.state if found else "",
                answer=found.answer if found else Words(en="", zh=""),
            )
        )
    why = _not_now(db, file, policy=policy, has_key=has_key, now=now)
    return AskedPanel(rows=tuple(rows), not_now=why.value if why else "")


def _not_now(
    db: Connection, file: LineFile, *, policy: Policy, has_key: bool, now: datetime
) -> NotNow | None:
    """Only where something is missing that an agent could bring."""
    story = fold(file.log)
    wanted = [name for name in gaps_of(every_item(file), story) if name in WAYS]
    place = device_of(db, file, now=now)
    if story.state not in _LOOKED_AFTER or not wanted or place is None:
        return None
    situation = situation_of(db, file, place, has_key=has_key, now=now)
    return requests.not_now(situation, policy.requests, now=now)
