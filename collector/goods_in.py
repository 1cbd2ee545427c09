"""Finds the line that a scanned label belongs to: by its serial, or another name of the unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from collector.claims.action import Action
from collector.claims.answer import Path
from collector.claims.guards import same_serial
from collector.claims.lifecycle import LineState
from collector.store import answers, stories, units
from collector.store.scope import Scope

_WAITS: Final = {LineState.AWAITING_RETURN.value, LineState.APPROVED.value}
_SENT: Final = {
    one.value
    for one in (LineState.RESOLVING, LineState.FULFILLED, LineState.RESOLVED, LineState.CLOSED)
}
_LONGEST_CHAIN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A line that waits for the scanned unit, and the action that receives it."""

    line_id: int
    action: str


def find_lines(db: Connection, scope: Scope, scanned: str) -> tuple[Arrived, ...]:
    """The lines of the slice that wait for this unit, oldest first."""
    named = {scanned, scanned.upper(), units.label_of(db, scanned)} - {""}
    waiting = answers.waiting_for(db, scope, named, _WAITS)
    claimed = named.union(*(_replaced_before(db, one) for one in sorted(named)))
    sent = answers.waiting_for(db, scope, claimed, _SENT, path=Path.ADVANCE_REPLACE.value)
    owed = [one for one in sent if _owes(db, one, named)]
    found = [*((one, "receive") for one in waiting), *((one, "receive_old") for one in owed)]
    return tuple(Arrived(line_id=line, action=action) for line, action in sorted(found))


def name_unit(
    db: Connection, line_id: int, action: Action, fields: dict[str, object]
) -> dict[str, object]:
    """The fields with the label's serial where another name of the unit was scanned, which is kept
    beside it: a recorder's label may show its MAC or UID alone."""
    scanned = str(fields.get("scanned_serial", ""))
    label = answers.read(db, line_id).label_serial
    if not scanned or same_serial(scanned, label):
        return fields
    owed = stories.story_of(db, line_id).owed
    serial = units.label_of(db, scanned)
    if serial and any(same_serial(serial, one or label) for one in (owed or ("",))):
        return {**fields, "scanned_serial": serial, "scanned_as": scanned}
    return fields


def _owes(db: Connection, line_id: int, named: set[str]) -> bool:
    label = answers.read(db, line_id).label_serial
    owed = [unit or label for unit in stories.story_of(db, line_id).owed]
    return any(same_serial(one, serial) for one in owed for serial in named)


def _replaced_before(db: Connection, serial: str) -> set[str]:
    """The units that this one, and those before it, were sent for: the claim is of the first."""
    found: set[str] = set()
    unit = units.find(db, serial)
    while unit is not None and unit.replaces and len(found) < _LONGEST_CHAIN:
        if unit.replaces in found:
            break
        found.add(unit.replaces)
        unit = units.find(db, unit.replaces)
    return found
