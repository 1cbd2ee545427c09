"""Whose turn it is: which of the three counts on the first page an open thing belongs to."""

from __future__ import annotations

import enum
from typing import Final

from collector.store.scope import Role
from collector.store.views.today import Kind, OpenThing


class Turn(enum.Enum):
    """The three counts."""

    ACT = "act"
    WAIT = "wait"
    WATCH = "watch"


_AT_SITE: Final = frozenset({"draft", "ready", "need_info", "awaiting_return"})
_FACTORY: Final = frozenset({Role.ADMIN, Role.FACTORY_ENGINEER})


def turn_of(thing: OpenThing, role: Role) -> Turn:
    """Whose turn it is, as this role sees it.

    A draft waits for the people at the site; once submitted it waits for the factory. Incidents
    and tasks are for the site, firmware cases for the factory, faults still held and tasks that
    wait to be verified for nobody.
    """
    if thing.kind in (Kind.FAULT, Kind.UNKNOWN) or thing.is_done:
        return Turn.WATCH
    at_factory = thing.kind is Kind.FIRMWARE or (
        thing.kind is Kind.CLAIM and thing.state not in _AT_SITE
    )
    if role is Role.ADMIN:
        return Turn.WAIT if at_factory else Turn.ACT
    return Turn.ACT if at_factory == (role in _FACTORY) else Turn.WAIT


def verb_of(thing: OpenThing) -> str:
    """The text key of the one verb on the row."""
    if thing.kind is Kind.CLAIM:
        if thing.state == "ready":
            return "verb.claim.submit"
        return f"verb.claim.{'complete' if thing.state in _AT_SITE else 'open'}"
    if thing.kind is Kind.TASK:
        return "verb.task.done" if thing.is_done else f"verb.task.{thing.state}"
    return "verb.verdict" if thing.verdict_id else f"verb.{thing.kind.value}"


def place_of(thing: OpenThing) -> str:
    """Where the verb leads."""
    if thing.kind is Kind.CLAIM:
        return f"/preclaims/{thing.id}"
    if thing.kind is Kind.TASK:
        return f"/tasks/{thing.id}"
    if thing.verdict_id:
        return f"/verdicts/{thing.verdict_id}"
    if thing.kind in (Kind.FAULT, Kind.UNKNOWN):
        return f"/devices/{thing.id}"
    if thing.kind is Kind.INCIDENT:
        return f"/incidents/{thing.id}"
    return f"/firmware-cases/{thing.id}"
